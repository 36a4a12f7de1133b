//! Ministack: CloudFormation, Lambda, Step Functions, SQS, S3 and CloudWatch Logs.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::interrupt::Cleanup;
use crate::query_api::scope;
use crate::server::Server;
use crate::{ACCOUNT, REGION, StackOptions, tools};

/// What is started is ministack's server inside a program of this project: alone it simulates no policy that has conditions.
const PROGRAM: &str = include_str!("ministack_with_context.py");

pub(crate) struct Ministack {
    pub(crate) url: String,
    server: Server,
}

/// Where what it starts finds the others, and itself.
pub(crate) struct Endpoints<'a> {
    pub(crate) own: &'a str,
    pub(crate) eks: &'a str,
    /// EC2, IAM and the rest of moto's.
    pub(crate) ec2: &'a str,
}

impl Ministack {
    /// Starts it with the environment that the function inherits: ministack hands its own on to every function.
    pub(crate) async fn start(
        port: u16,
        folder: &Path,
        cleanup: &Cleanup,
        endpoints: Endpoints<'_>,
        options: &StackOptions,
    ) -> Result<Self> {
        let (port, url) = (port.to_string(), url(port));
        let Endpoints { own, eks, ec2 } = endpoints;
        let program = folder.join("ministack_with_context.py");
        std::fs::write(&program, PROGRAM).with_context(|| format!("write {}", program.display()))?;
        let mut command = Command::new(tools::program("ministack", "python")?);
        command.env_clear().arg(&program);
        command.envs([
            ("BIND_HOST", "127.0.0.1"),
            ("MINISTACK_HOST", "127.0.0.1"),
            ("GATEWAY_PORT", port.as_str()),
        ]);
        command.envs([
            ("MINISTACK_ACCOUNT_ID", ACCOUNT),
            ("AWS_DEFAULT_REGION", REGION),
            ("MINISTACK_REGION", REGION),
        ]);
        command.envs([("AWS_ACCESS_KEY_ID", "test"), ("AWS_SECRET_ACCESS_KEY", "test")]);
        command.envs([
            ("AWS_ENDPOINT_URL", own),
            ("AWS_ENDPOINT_URL_EKS", eks),
            ("AWS_ENDPOINT_URL_EC2", ec2),
            ("AWS_ENDPOINT_URL_IAM", ec2),
            ("AWS_ENDPOINT_URL_AUTO_SCALING", ec2),
            ("AWS_ENDPOINT_URL_KMS", ec2),
            ("AWS_ENDPOINT_URL_SERVICE_QUOTAS", ec2),
        ]);
        command.envs(local_settings(options));
        let mut server = Server::start("ministack", command, folder, cleanup)?;
        server.ready(&format!("{url}/_ministack/health")).await?;
        Ok(Self { url, server })
    }

    /// Kills the server, and none of what it has started: a function's process goes on for itself.
    pub(crate) fn kill(&mut self) {
        self.server.kill();
    }

    /// Stores an object in S3, in a bucket that is made for it, and returns where, as `CodeUri` has it.
    pub(crate) async fn store(&self, bucket: &str, key: &str, content: Vec<u8>) -> Result<String> {
        for (path, body) in [(bucket.to_owned(), Vec::new()), (format!("{bucket}/{key}"), content)] {
            let request = reqwest::Client::new().put(format!("{}/{path}", self.url)).body(body);
            let response = request.header("Authorization", scope("s3")).send().await?;
            let status = response.status();
            ensure!(
                status.is_success(),
                "putting {path} into S3 answered {status}: {}",
                response.text().await?
            );
        }
        Ok(format!("s3://{bucket}/{key}"))
    }

    /// Calls an API of Amazon's JSON protocol.
    pub(crate) async fn call(&self, service: &str, target: &str, input: &Value) -> Result<Value> {
        let request = reqwest::Client::new().post(&self.url).body(input.to_string());
        let request = request
            .header("Content-Type", "application/x-amz-json-1.1")
            .header("X-Amz-Target", target);
        let response = request.header("Authorization", scope(service)).send().await;
        let response = response.with_context(|| format!("call {target}"))?;
        let (status, body) = (response.status(), response.text().await?);
        ensure!(status.is_success(), "{target} answered {status}: {body}");
        serde_json::from_str(&body).with_context(|| format!("read the answer of {target}: {body}"))
    }

    /// All lines of a log group in the order of their time.
    pub(crate) async fn log_lines(&self, group: &str) -> Result<Vec<String>> {
        let (mut lines, mut token) = (Vec::new(), Value::Null);
        loop {
            let mut input = json!({ "logGroupName": group });
            if !token.is_null() {
                input["nextToken"] = token;
            }
            let page = self.call("logs", "Logs_20140328.FilterLogEvents", &input).await?;
            let events = page["events"].as_array().into_iter().flatten();
            lines.extend(
                events
                    .filter_map(|event| event["message"].as_str())
                    .map(|line| line.trim_end().to_owned()),
            );
            token = page["nextToken"].clone();
            if token.is_null() {
                return Ok(lines);
            }
        }
    }
}

/// Where it listens.
pub(crate) fn url(port: u16) -> String {
    format!("http://127.0.0.1:{port}")
}

/// What only a local run may set: plain HTTP for the answer, and clocks that run faster. The function has scaled the state
/// machine's waits already, down to the single second that is the least; that second is scaled here.
fn local_settings(options: &StackOptions) -> [(&'static str, String); 4] {
    [
        ("ALLOW_LOOPBACK_RESPONSE_URL", "true".to_owned()),
        ("POLL_TIME_SCALE", options.wait_scale.to_string()),
        ("SFN_WAIT_SCALE", "0.1".to_owned()),
        ("LAMBDA_ASYNC_RETRY_BASE_SECONDS", "0.1".to_owned()),
    ]
}
