//! Who takes part, and how each is started.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::Run;
use crate::account::{EmulatedAccount, Transport};
use crate::results::folder;

const STATE_MACHINE: &str = "arn:aws:states:us-east-1:123456789012:stateMachine:bench";

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
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

impl Name {
    pub const ALL: [Self; 6] = [
        Self::Function,
        Self::ByHand,
        Self::Hello,
        Self::Node,
        Self::Python,
        Self::Crhelper,
    ];
}

pub fn all(run: &Run) -> Vec<Contender> {
    Name::ALL.iter().map(|name| name.contender(run)).collect()
}

impl Name {
    fn contender(self, run: &Run) -> Contender {
        let text = |path: &Path| path.to_string_lossy().into_owned();
        let python = |handler: &str| vec![text(&run.python), "-m".into(), "awslambdaric".into(), handler.into()];
        let command = match self {
            Self::Function => vec![text(&run.function)],
            Self::ByHand => vec![text(&run.floor.join("by_hand"))],
            Self::Hello => vec![text(&run.floor.join("hello"))],
            Self::Python => python("lean_handler.handler"),
            Self::Crhelper => python("crhelper_handler.handler"),
            Self::Node => vec!["node".into(), text(&folder().join("peers/node/dist/loop.cjs"))],
        };
        Contender { name: self, command }
    }
}

/// What Lambda puts into the environment, and where AWS is.
pub fn environment(
    account: &EmulatedAccount,
    transport: Transport,
    runtime_api: &str,
    trusted: &Path,
) -> BTreeMap<String, String> {
    let python = folder().join("peers/python").to_string_lossy().into_owned();
    let trusted = trusted.to_string_lossy().into_owned();
    let path = std::env::var("PATH").unwrap_or_default();
    let variables = [
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
        ("STATE_MACHINE_ARN", STATE_MACHINE),
        ("ALLOW_LOOPBACK_RESPONSE_URL", "true"),
        ("PATH", &path),
        ("PYTHONPATH", &python),
        ("LAMBDA_TASK_ROOT", &python),
        ("SSL_CERT_FILE", &trusted),
        ("AWS_CA_BUNDLE", &trusted),
        ("REQUESTS_CA_BUNDLE", &trusted),
        ("NODE_EXTRA_CA_CERTS", &trusted),
    ];
    variables
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into()
}
