//! Roles. Each handler names the least role that it needs: [`Viewer`], [`Editor`] or [`Admin`].
//! Without a login there is one local tenant, whose one user has every role.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use sluice_types::TenantId;

use crate::error::ApiError;

/// The authenticated caller of a request.
#[derive(Debug, Clone)]
pub struct Caller {
    tenant: TenantId,
    name: String,
}

impl Caller {
    /// The tenant whose resources the call reads and changes.
    pub fn tenant(&self) -> &TenantId {
        &self.tenant
    }

    /// The caller's name, as stored with decisions.
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
    /// May read resources.
    Viewer
);
role!(
    /// May change resources and run workflows.
    Editor
);
role!(
    /// May also set the keys of providers.
    Admin
);
