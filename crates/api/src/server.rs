//! Assembles the server: shared state, middleware and routes.

use std::net::SocketAddr;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::error::PathError;
use actix_web::middleware::{Compress, from_fn};
use actix_web::web::{Data, PathConfig, PayloadConfig};
use actix_web::{HttpServer, web};
use sluice_types::ErrorCode;
use sluice_types::limits::MAX_BODY_BYTES;

use crate::error::ApiError;
use crate::openapi::Document;
use crate::state::App;
use crate::{addresses, answer_headers, connection, etag, guard, problems, routes, trace, transfer, web_app};

/// The problem for a part of the address that cannot be parsed, without the words that actix puts before it.
fn invalid_path(error: &PathError) -> ApiError {
    let detail = match error {
        PathError::Deserialize(error) => error.to_string(),
        other => other.to_string(),
    };
    let detail = match detail.strip_prefix("can not parse ").and_then(|rest| rest.split_once(" to a ")) {
        Some((text, _)) => format!("{text} is not an integer"),
        None => detail,
    };
    ApiError::new(ErrorCode::InvalidPath, format!("{detail}."))
}

/// A server that listens.
pub struct Server {
    /// The address that it listens on.
    pub address: SocketAddr,
    /// The handle that stops it.
    pub handle: ServerHandle,
    /// A future that ends when the server has stopped.
    pub running: actix_web::dev::Server,
}

impl Server {
    /// Begins to listen. `workers` threads answer requests.
    pub fn bind(app: App, listen: SocketAddr, workers: usize) -> std::io::Result<Self> {
        let app = Data::new(app);
        let document = Data::new(Document::new().map_err(std::io::Error::other)?);
        let server = HttpServer::new(move || {
            actix_web::App::new()
                .app_data(app.clone())
                .app_data(PayloadConfig::new(MAX_BODY_BYTES))
                .app_data(PathConfig::default().error_handler(|error, _| invalid_path(&error).into()))
                .app_data(document.clone())
                .configure(routes::api)
                .configure(routes::outside_api)
                .service(web_app::asset)
                .service(web_app::root)
                .default_service(web::to(web_app::page_or_problem))
                .wrap(from_fn(etag::with_tag))
                .wrap(Compress::default())
                .wrap(from_fn(problems::as_problems))
                .wrap(from_fn(addresses::with_known_method))
                .wrap(from_fn(guard::guarded))
                .wrap(from_fn(transfer::adapted))
                .wrap(from_fn(answer_headers::with_headers))
                .wrap(from_fn(trace::traced))
        })
        .on_connect(connection::prepare)
        .workers(workers)
        .backlog(4096)
        .keep_alive(Duration::from_secs(75))
        .shutdown_timeout(3)
        .disable_signals()
        .bind(listen)?;
        let address = server.addrs().first().copied().unwrap_or(listen);
        let running = server.run();
        Ok(Self { address, handle: running.handle(), running })
    }
}
