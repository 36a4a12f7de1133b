//! Moto: EC2, EC2 Auto Scaling, IAM, KMS and Service Quotas.

use std::path::Path;
use std::process::Command;
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::interrupt::Cleanup;
use crate::query_api::QueryApi;
use crate::seeds::Seeds;
use crate::server::{Server, free_port};
use crate::{auto_scaling, ec2, tools};

/// What is started is moto's server inside a program of this project: moto alone can't delete versions of launch
/// templates.
const PROGRAM: &str = include_str!("moto_with_versions.py");

/// A running moto, with something in it for node groups to use. It stops when it is dropped.
pub struct Moto {
    pub url: String,
    seeds: Mutex<Seeds>,
    // The order of the fields is the order in which they are dropped: the server writes into the folder until it ends.
    _server: Server,
    _alone: Option<(Cleanup, TempDir)>,
}

impl Moto {
    /// Starts one alone, in a folder of its own.
    ///
    /// The kernel ends it with the thread that started it, so it lives no longer than the runtime of the test.
    pub async fn start() -> Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix("moto-")
            .tempdir()
            .context("make a folder for moto")?;
        let cleanup = Cleanup::on_interrupt(folder.path());
        let started = Self::start_in(folder.path(), &cleanup).await?;
        Ok(Self {
            _alone: Some((cleanup, folder)),
            ..started
        })
    }

    pub(crate) async fn start_in(folder: &Path, cleanup: &Cleanup) -> Result<Self> {
        let program = folder.join("moto_with_versions.py");
        std::fs::write(&program, PROGRAM).with_context(|| format!("write {}", program.display()))?;
        let port = free_port()?;
        let mut command = Command::new(tools::program("moto", "python")?);
        command.env_clear().arg(&program);
        command.args(["-H", "127.0.0.1", "-p", &port.to_string()]);
        command.env("MOTO_IAM_LOAD_MANAGED_POLICIES", "true");
        let mut server = Server::start("moto", command, folder, cleanup)?;
        let url = format!("http://127.0.0.1:{port}");
        server.ready(&format!("{url}/moto-api/")).await?;
        Ok(Self {
            seeds: Mutex::new(Seeds::sow(&url).await?),
            url,
            _server: server,
            _alone: None,
        })
    }

    /// What there is for node groups to use since the start, or since the last [`Self::reset`].
    pub fn seeds(&self) -> Seeds {
        self.seeds.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Forgets everything, and makes new seeds.
    pub async fn reset(&self) -> Result<Seeds> {
        let request = reqwest::Client::new().post(format!("{}/moto-api/reset", self.url));
        let answer = request.send().await.context("reset moto")?;
        answer.error_for_status().context("reset moto")?;
        let seeds = Seeds::sow(&self.url).await?;
        *self.seeds.lock().unwrap_or_else(PoisonError::into_inner) = seeds.clone();
        Ok(seeds)
    }

    /// Everything that carries the resource's own tag: a kind and a name on each line, such as
    /// `launch-template my-cluster/nodes`, sorted.
    pub async fn belongings(&self) -> Result<Vec<String>> {
        ec2::belongings(&self.ec2()).await
    }

    /// Every version of a launch template, the oldest first, by EC2's names: `VersionNumber`, `VersionDescription` and
    /// `LaunchTemplateData`, in which `UserData` is decoded.
    pub async fn launch_template_versions(&self, id: &str) -> Result<Vec<Value>> {
        ec2::launch_template_versions(&self.ec2(), id).await
    }

    /// The ingress rules of the security groups of a name, such as `tcp 22 sg-1` and `tcp 22 0.0.0.0/0`, sorted.
    pub async fn security_group_rules(&self, name: &str) -> Result<Vec<String>> {
        ec2::security_group_rules(&self.ec2(), name).await
    }

    /// What is on an Auto Scaling group: lines such as `tag KEY=VALUE` and `suspended AZRebalance`, sorted.
    pub async fn on_the_scaling_group(&self, name: &str) -> Result<Vec<String>> {
        auto_scaling::lines(&QueryApi::auto_scaling(&self.url), name).await
    }

    /// From now on answers an action, such as `GetServiceQuota`, with a status and a body of the service's protocol, if
    /// the decoded request has a text in it. For what moto has no way to hold. A later rule goes before an earlier one,
    /// and [`Self::reset`] forgets all of them.
    pub async fn answer(&self, action: &str, having: &str, status: u16, body: &str) -> Result<()> {
        self.tell(&json!({ "action": action, "having": having, "status": status, "body": body }))
            .await
    }

    /// From now on gives its own answers to an action with every match of a regular expression replaced: for one member
    /// that moto has no way to hold. It is Python's, where a dot is any character, and `\1` in `with` the first group.
    pub async fn alter(&self, action: &str, pattern: &str, with: &str) -> Result<()> {
        self.tell(&json!({ "action": action, "having": "", "pattern": pattern, "with": with }))
            .await
    }

    /// From now on refuses an action, such as `iam:GetRole`, as a service does that a role isn't allowed to call.
    pub async fn deny(&self, action: &str) -> Result<()> {
        let (service, operation) = action.split_once(':').context("an action is service:Operation")?;
        let message = format!("not authorized to perform: {action}");
        let (status, body) = match service {
            "ec2" => denial(
                "<Response><Errors>",
                "UnauthorizedOperation",
                &message,
                "</Errors></Response>",
            ),
            "iam" | "autoscaling" => denial("<ErrorResponse>", "AccessDenied", &message, "</ErrorResponse>"),
            _ => (
                400,
                json!({ "__type": "AccessDeniedException", "message": message }).to_string(),
            ),
        };
        self.answer(operation, "", status, &body).await
    }

    async fn tell(&self, rule: &Value) -> Result<()> {
        let request = reqwest::Client::new().post(format!("{}/moto-api/answers", self.url));
        let answer = request
            .body(rule.to_string())
            .send()
            .await
            .context("tell moto an answer")?;
        answer.error_for_status().context("tell moto an answer")?;
        Ok(())
    }

    fn ec2(&self) -> QueryApi {
        QueryApi::ec2(&self.url)
    }
}

/// EC2 has a list of errors around what the other services of its protocol have.
fn denial(open: &str, code: &str, message: &str, close: &str) -> (u16, String) {
    let error = format!("<Error><Code>{code}</Code><Message>{message}</Message></Error>");
    (403, format!("{open}{error}{close}"))
}
