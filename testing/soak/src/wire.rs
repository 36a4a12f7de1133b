//! What the SDKs and the responder send their requests over: no further than this process.

use std::sync::Arc;
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use http::Response;

use crate::faults::{CallFailureKind, DENIED};
use crate::process::{Called, Process};
use crate::services::{Message, Service};

/// How long the real connector waits for the head of an answer (`https.rs`).
const PATIENCE: Duration = Duration::from_secs(10);

/// The way to everywhere, for one process.
#[derive(Debug)]
pub struct Wire(pub Arc<Process>);

impl HttpConnector for Wire {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let process = Arc::clone(&self.0);
        HttpConnectorFuture::new_boxed(Box::pin(carry(process, request)))
    }
}

async fn carry(process: Arc<Process>, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
    let message = Message::of(request).map_err(ConnectorError::user)?;
    let service = Service::at(&message.host);
    let what = service.names(&message);
    let called = Called {
        service: service.word(),
        what: &what,
        patience: PATIENCE,
    };
    let world = Arc::clone(&process.world);
    let answered = process.call(called, service.answer(&world, &message)).await;
    let response = match answered {
        Ok(response) => response,
        Err(kind) => broken(service, kind)?,
    };
    HttpResponse::try_from(response).map_err(|error| ConnectorError::other(error.into(), None))
}

/// What comes back over the wire of a call that goes wrong.
fn broken(service: Service, kind: CallFailureKind) -> Result<Response<SdkBody>, ConnectorError> {
    match kind {
        CallFailureKind::Throttle => Ok(service.throttle()),
        CallFailureKind::ServerError => Ok(service.error(500, "InternalFailure", "chosen by the seed")),
        CallFailureKind::Garbage => Ok(service.garbage()),
        CallFailureKind::Denied => Ok(service.error(403, "AccessDenied", DENIED)),
        CallFailureKind::Reset => Err(ConnectorError::io("the connection broke off".into())),
        CallFailureKind::Hang => Err(ConnectorError::timeout("nothing came".into())),
    }
}
