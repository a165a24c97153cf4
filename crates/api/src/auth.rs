//! Roles. Each handler names the least role that it needs: [`Viewer`], [`Editor`] or [`Admin`].
//! Without a login there is one local tenant, whose one user has every role.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};
use sluice_types::{ErrorCode, TenantId};

use crate::error::{ApiError, ApiResult};
use crate::state::App;

/// The authenticated caller of a request.
#[derive(Debug, Clone)]
pub struct Caller {
    tenant: TenantId,
    name: String,
}

impl Caller {
    /// A user of a tenant.
    pub fn new(tenant: TenantId, name: String) -> Self {
        Self { tenant, name }
    }

    /// The tenant whose resources the call reads and changes.
    pub fn tenant(&self) -> &TenantId {
        &self.tenant
    }

    /// The caller's name, as stored with decisions.
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// Tells who calls.
pub trait Authenticate: Send + Sync {
    /// The caller of a request.
    fn caller(&self, request: &HttpRequest) -> ApiResult<Caller>;
}

/// Takes every caller for the user of the local tenant.
pub struct LocalUser;

impl Authenticate for LocalUser {
    fn caller(&self, _request: &HttpRequest) -> ApiResult<Caller> {
        Ok(Caller::new(TenantId::local(), "local".into()))
    }
}

fn caller_of(request: &HttpRequest) -> ApiResult<Caller> {
    let app = request.app_data::<Data<App>>().ok_or(ErrorCode::Internal)?;
    app.authenticator.caller(request)
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
            fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
                ready(caller_of(request).map(Self))
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
