//! The services at the other end, by their hosts. EKS is the simulator; the others are as much of each as is called.

use std::sync::Arc;

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use axum::body::Body;
use http::{HeaderMap, Method, Request, Response, Uri};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::fiction::Fiction;
use crate::world::{SECRET, Work, World, held, text};
use fakes::protocol::Put;

mod lies;
mod stacks;

/// A request as it is on the wire.
pub struct Message {
    pub host: String,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Vec<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    Eks,
    CloudFormation,
    Lambda,
    StepFunctions,
    EventBridge,
    Bucket,
    /// In XML, and it lets nobody in.
    DeniedXml,
    /// In JSON, likewise.
    DeniedJson,
}

impl Message {
    pub fn of(request: HttpRequest) -> Result<Self, BoxError> {
        let (head, body) = request.try_into_http1x()?.into_parts();
        Ok(Self {
            host: head.uri.host().unwrap_or_default().to_owned(),
            method: head.method,
            uri: head.uri,
            headers: head.headers,
            body: body.bytes().map(<[u8]>::to_vec).unwrap_or_default(),
        })
    }

    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// What a query asks for.
    fn action(&self) -> String {
        let body = String::from_utf8_lossy(&self.body);
        let action = body.split('&').find_map(|pair| pair.strip_prefix("Action="));
        action.unwrap_or_default().to_owned()
    }

    fn target(&self) -> String {
        self.uri.path_and_query().map_or_else(String::new, ToString::to_string)
    }

    /// As it would come to a server: a body of a known size has a length.
    fn put(&self) -> Put {
        let headers = self.headers.iter();
        let mut headers: std::collections::BTreeMap<String, String> = headers
            .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
            .collect();
        headers.insert("content-length".to_owned(), self.body.len().to_string());
        Put {
            method: self.method.to_string(),
            target: self.target(),
            headers,
            body: self.body.clone(),
        }
    }
}

impl Service {
    pub fn at(host: &str) -> Self {
        match host.split('.').next().unwrap_or_default() {
            "eks" => Self::Eks,
            "cloudformation" => Self::CloudFormation,
            "lambda" => Self::Lambda,
            "states" => Self::StepFunctions,
            "events" => Self::EventBridge,
            bucket if bucket.starts_with("cloudformation-custom-resource-response-") => Self::Bucket,
            "kms" | "servicequotas" => Self::DeniedJson,
            _ => Self::DeniedXml,
        }
    }

    pub fn word(self) -> &'static str {
        match self {
            Self::Eks => "eks",
            Self::CloudFormation => "cloudformation",
            Self::Lambda => "lambda",
            Self::StepFunctions => "states",
            Self::EventBridge => "events",
            Self::Bucket => "s3",
            Self::DeniedXml | Self::DeniedJson => "others",
        }
    }

    /// What a request is called in the trace. No secret is in it.
    pub fn names(self, message: &Message) -> String {
        let path = message.uri.path();
        match self {
            Self::Eks => {
                let body = message.json();
                let named = text(&body, "nodegroupName");
                let path = path.replace("/clusters/my-cluster", "");
                // An ARN holds an id that the simulator numbers.
                let path = path.split("%3Anodegroup").last().unwrap_or_default().to_owned();
                format!("eks {} {path} {named}", message.method)
            }
            Self::Bucket => "PUT of the answer".to_owned(),
            Self::CloudFormation => message.action(),
            Self::Lambda => "Invoke".to_owned(),
            Self::StepFunctions => "StartExecution".to_owned(),
            Self::EventBridge => "PutEvents".to_owned(),
            Self::DeniedXml | Self::DeniedJson => {
                format!("a read at {}", message.host.split('.').next().unwrap_or_default())
            }
        }
    }

    pub async fn answer(self, world: &Arc<World>, message: &Message) -> Response<SdkBody> {
        match self {
            Self::Eks => eks(world, message).await,
            Self::CloudFormation => match stacks::described(world, &message.action()) {
                Ok(body) => plain(200, body),
                Err(what) => self.error(400, "ValidationError", &what),
            },
            Self::Lambda => invoke(world, message),
            Self::StepFunctions => start_execution(world, message),
            Self::EventBridge => put_events(world, message),
            Self::Bucket => bucket(world, message),
            Self::DeniedXml | Self::DeniedJson => self.error(403, "AccessDeniedException", "not allowed"),
        }
    }

    pub fn throttle(self) -> Response<SdkBody> {
        match self {
            Self::Bucket => plain(503, String::new()),
            Self::CloudFormation => self.error(400, "Throttling", "Rate exceeded"),
            Self::Eks | Self::Lambda => self.error(429, "TooManyRequestsException", "Rate exceeded"),
            _ => self.error(400, "ThrottlingException", "Rate exceeded"),
        }
    }

    /// What nobody can read. A bucket's answer is its status.
    pub fn garbage(self) -> Response<SdkBody> {
        match self {
            Self::Bucket => plain(500, "<html>".to_owned()),
            _ => plain(200, "<html>".to_owned()),
        }
    }

    pub fn error(self, status: u16, code: &str, message: &str) -> Response<SdkBody> {
        match self {
            Self::CloudFormation | Self::DeniedXml => plain(
                status,
                format!(
                    "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>"
                ),
            ),
            _ => {
                let mut response = plain(status, json!({"__type": code, "message": message}).to_string());
                if let Ok(code) = code.parse() {
                    response.headers_mut().insert("x-amzn-errortype", code);
                }
                response
            }
        }
    }
}

fn plain(status: u16, body: String) -> Response<SdkBody> {
    let mut response = Response::new(SdkBody::from(body));
    *response.status_mut() = http::StatusCode::from_u16(status).unwrap_or_default();
    response
}

async fn eks(world: &Arc<World>, message: &Message) -> Response<SdkBody> {
    let mut request = Request::new(Body::from(message.body.clone()));
    *request.method_mut() = message.method.clone();
    *request.uri_mut() = message.target().parse().unwrap_or_default();
    *request.headers_mut() = message.headers.clone();
    lies::in_eks(world, &message.method).await;
    let Ok(response) = world.simulator.router().oneshot(request).await;
    let (head, body) = response.into_parts();
    let body = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
    Response::from_parts(head, SdkBody::from(body))
}

/// Asynchronously: what is taken is done some time, and perhaps twice.
fn invoke(world: &World, message: &Message) -> Response<SdkBody> {
    world.give(Work::Event(message.json()));
    plain(202, String::new())
}

/// A name is taken for ever. With the same input it is as good as started while it runs; the function doesn't tell these apart.
fn start_execution(world: &World, message: &Message) -> Response<SdkBody> {
    let asked = message.json();
    let name = text(&asked, "name");
    if name.contains(SECRET) {
        world.wrong("an execution's name holds a secret");
    }
    if !held(&world.executions).insert(name.to_owned()) {
        return Service::StepFunctions.error(400, "ExecutionAlreadyExists", "Execution Already Exists");
    }
    let input = serde_json::from_str(text(&asked, "input")).unwrap_or_default();
    world.give(Work::Execution(input));
    plain(
        200,
        json!({"executionArn": format!("arn:aws:states:execution:{name}"), "startDate": 1_790_000_000.0}).to_string(),
    )
}

fn put_events(world: &World, message: &Message) -> Response<SdkBody> {
    if String::from_utf8_lossy(&message.body).contains(SECRET) {
        world.wrong("an event on the bus holds a secret");
    }
    plain(
        200,
        json!({"FailedEntryCount": 0, "Entries": [{"EventId": "1"}]}).to_string(),
    )
}

fn bucket(world: &World, message: &Message) -> Response<SdkBody> {
    let mut put = message.put();
    let mut said: Value = serde_json::from_slice(&put.body).unwrap_or_default();
    if world.fiction == Fiction::LostAnswers {
        return plain(200, String::new());
    }
    lies::in_an_answer(world, &mut said);
    if world.fiction != Fiction::None {
        put.body = said.to_string().into_bytes();
    }
    if world.fiction == Fiction::LoudLog {
        tracing::warn!(target: "a_library", url = message.target(), "sent");
    }
    let status = world.take(&put);
    if world.fiction == Fiction::SecondAnswer {
        said["Status"] = json!(if said["Status"] == "FAILED" {
            "SUCCESS"
        } else {
            "FAILED"
        });
        said["Reason"] = json!("made up");
        put.body = said.to_string().into_bytes();
        world.take(&put);
    }
    plain(status, String::new())
}
