//! Moto: EC2, EC2 Auto Scaling and IAM.

use std::path::Path;
use std::process::Command;
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result};
use serde_json::Value;
use tempfile::TempDir;

use crate::interrupt::Cleanup;
use crate::query_api::QueryApi;
use crate::seeds::Seeds;
use crate::server::{Server, free_port};
use crate::{ec2, tools};

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

    fn ec2(&self) -> QueryApi {
        QueryApi::ec2(&self.url)
    }
}
