//! Fields that take one of a few words.

/// An enum of words that keeps a word which it does not know: a newer version of Sluice has written it.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        #[serde(from = "String", into = "String")]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)+
            /// A word that a newer version of Sluice has added.
            Unknown(String),
        }

        impl $name {
            /// Every known word, in the order of the declaration.
            pub const WORDS: &'static [&'static str] = &[$($text),+];

            /// The word as the API and the database spell it.
            #[must_use]
            pub const fn as_str(&self) -> &str {
                match self { $(Self::$variant => $text,)+ Self::Unknown(word) => word.as_str() }
            }
        }

        /// Parses a known word; the error lists the known words.
        impl std::str::FromStr for $name {
            type Err = String;
            fn from_str(word: &str) -> Result<Self, String> {
                match Self::from(word.to_owned()) {
                    Self::Unknown(word) => Err(format!("{word:?} is not one of {}", Self::WORDS.join(", "))),
                    known => Ok(known),
                }
            }
        }

        impl From<String> for $name {
            fn from(word: String) -> Self {
                match word.as_str() { $($text => Self::$variant,)+ _ => Self::Unknown(word) }
            }
        }

        impl From<$name> for String {
            fn from(word: $name) -> Self {
                match word { $name::Unknown(word) => word, known => known.as_str().to_owned() }
            }
        }

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::schema::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .enum_values(Some(Self::WORDS.iter().copied()))
                    .description($crate::status::description(&[$(stringify!($doc)),*]))
                    .into()
            }
        }

        impl utoipa::ToSchema for $name {}
    };
}
pub(super) use words;
