//! Who takes part, and how each is started.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;

use crate::Arguments;
use crate::account::{Account, Transport};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum Name {
    /// What this project deploys.
    Function,
    /// Rust that makes the same calls by hand.
    ByHand,
    /// Rust that makes none.
    Hello,
    /// boto3, and one connection pool for the answer.
    Python,
    /// boto3 and crhelper with its poller.
    Crhelper,
    /// The shape of the CDK's provider framework, bundled.
    Node,
}

pub struct Contender {
    pub name: Name,
    pub command: Vec<String>,
}

impl Name {
    pub fn shown(self) -> &'static str {
        match self {
            Self::Function => "this function",
            Self::ByHand => "Rust by hand",
            Self::Hello => "Rust hello world",
            Self::Python => "Python, boto3",
            Self::Crhelper => "Python, crhelper",
            Self::Node => "Node, CDK's shape",
        }
    }
}

/// Those that were asked for.
pub fn all(arguments: &Arguments) -> Vec<Contender> {
    let text = |path: &Path| path.to_string_lossy().into_owned();
    let binary = |name, path: &Path| Contender {
        name,
        command: vec![text(path)],
    };
    let mut all = vec![
        binary(Name::Function, &arguments.function),
        binary(Name::ByHand, &arguments.floor.join("by_hand")),
        binary(Name::Hello, &arguments.floor.join("hello")),
    ];
    if let Some(python) = &arguments.python {
        let python = text(python);
        let handler = |name, handler: &str| Contender {
            name,
            command: vec![python.clone(), "-m".into(), "awslambdaric".into(), handler.into()],
        };
        all.push(handler(Name::Python, "lean_handler.handler"));
        all.push(handler(Name::Crhelper, "crhelper_handler.handler"));
        all.push(Contender {
            name: Name::Node,
            command: vec!["node".into(), text(&arguments.peers.join("node/dist/loop.mjs"))],
        });
    }
    all
}

/// What Lambda puts into the environment, and where AWS is.
pub fn environment(
    account: &Account,
    transport: Transport,
    runtime_api: &str,
    peers: &Path,
    trusted: &Path,
) -> BTreeMap<String, String> {
    let mut environment: BTreeMap<String, String> = [
        ("AWS_LAMBDA_RUNTIME_API", runtime_api),
        ("AWS_LAMBDA_FUNCTION_NAME", "bench"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
        ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/bench"),
        ("AWS_LAMBDA_LOG_STREAM_NAME", "bench"),
        ("AWS_REGION", "us-east-1"),
        ("AWS_DEFAULT_REGION", "us-east-1"),
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
        ("AWS_ENDPOINT_URL", account.endpoint(transport)),
        ("POLLING_MODE", "StepFunctions"),
        (
            "STATE_MACHINE_ARN",
            "arn:aws:states:us-east-1:123456789012:stateMachine:bench",
        ),
        ("ALLOW_LOOPBACK_RESPONSE_URL", "true"),
        ("PATH", "/usr/local/bin:/usr/bin:/bin"),
        ("HOME", "/tmp"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into();
    environment.insert("PYTHONPATH".into(), peers.join("python").to_string_lossy().into_owned());
    environment.insert(
        "LAMBDA_TASK_ROOT".into(),
        peers.join("python").to_string_lossy().into_owned(),
    );
    for name in [
        "SSL_CERT_FILE",
        "AWS_CA_BUNDLE",
        "REQUESTS_CA_BUNDLE",
        "NODE_EXTRA_CA_CERTS",
    ] {
        environment.insert(name.into(), trusted.to_string_lossy().into_owned());
    }
    environment
}
