//! Who is calling. Each handler names the least role it needs: [`Viewer`], [`Editor`] or [`Admin`].
//! Without a login there is one local tenant, whose one person may do everything.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use sluice_types::TenantId;

use crate::error::ApiError;

/// Who is calling.
#[derive(Debug, Clone)]
pub struct Caller {
    tenant: TenantId,
    name: String,
}

impl Caller {
    /// Whose resources the call is about.
    pub fn tenant(&self) -> &TenantId {
        &self.tenant
    }

    /// Who is written down as having decided.
    pub fn name(&self) -> &str {
        &self.name
    }
}

macro_rules! role {
    ($(#[$doc:meta])* $role:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone)]
        pub struct $role(Caller);

        impl std::ops::Deref for $role {
            type Target = Caller;
            fn deref(&self) -> &Caller {
                &self.0
            }
        }

        impl FromRequest for $role {
            type Error = ApiError;
            type Future = Ready<Result<Self, ApiError>>;
            fn from_request(_request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
                ready(Ok(Self(Caller { tenant: TenantId::local(), name: "local".into() })))
            }
        }
    };
}

role!(
    /// May read.
    Viewer
);
role!(
    /// May change and run.
    Editor
);
role!(
    /// May set keys too.
    Admin
);
