//! Embedded files: the pages of error codes, and the web app as built by `cargo xtask`.

use std::borrow::Cow;
use std::path::PathBuf;

use bytes::Bytes;

/// The pages under `docs/errors/`, embedded, as the `type` of a problem links to them.
#[derive(rust_embed::RustEmbed)]
#[folder = "../../docs/errors/"]
struct ErrorPages;

/// The page that explains an error code, as Markdown.
pub fn error_page(code: &str) -> Option<String> {
    let page = ErrorPages::get(&format!("{code}.md"))?;
    String::from_utf8(page.data.into_owned()).ok()
}

// `BuiltIn`: the web app, from the folder that `build.rs` names. A debug build reads each file on request.
include!(concat!(env!("OUT_DIR"), "/built_in.rs"));

/// The source of the web app's files.
#[derive(Debug, Clone)]
pub enum WebFiles {
    /// From this binary.
    BuiltIn,
    /// From a folder, whose files may change while the server runs.
    Folder(PathBuf),
}

impl WebFiles {
    /// The file at a path below the web app's root; `None` when it does not exist, or when the path is not plain.
    pub async fn get(&self, path: &str) -> Option<Bytes> {
        if !is_plain(path) {
            return None;
        }
        match self {
            Self::BuiltIn => Some(match BuiltIn::get(path)?.data {
                Cow::Borrowed(bytes) => Bytes::from_static(bytes),
                Cow::Owned(bytes) => bytes.into(),
            }),
            Self::Folder(folder) => tokio::fs::read(folder.join(path)).await.ok().map(Bytes::from),
        }
    }
}

/// Whether a path stays below its root and has only the characters that our own files use.
fn is_plain(path: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    path.split('/').all(|part| !part.is_empty() && !part.starts_with('.') && part.bytes().all(plain))
}

#[cfg(test)]
mod tests {
    use super::is_plain;

    #[test]
    fn only_paths_that_stay_below() {
        for path in ["index.html", "assets/0f/app_bg.wasm.br", "assets/0f/snippets/leptos-1a/inline0.js"] {
            assert!(is_plain(path), "{path}");
        }
        for path in ["", "/", "/etc/passwd", "a/../b", "..", "a//b", "a/", ".git", "a\\b", "a\0", "C:/x", "a/%2e%2e/b"]
        {
            assert!(!is_plain(path), "{path}");
        }
    }
}
