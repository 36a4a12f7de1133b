//! What `cdk synth` has written, deployed as `cdk deploy` does it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use serde_json::json;

use crate::cloudformation::Deployment;
use crate::stack::LocalStack;
use crate::{package, tools};

/// What `cdk bootstrap` leaves in an account for templates to look at.
const BOOTSTRAP_VERSION: (&str, &str) = ("/cdk-bootstrap/hnb659fds/version", "30");

/// A folder that `cdk synth` has written.
pub struct Synthesised {
    folder: PathBuf,
}

/// A stack's `assets.json`, of which the files are read.
#[derive(Debug, Deserialize)]
struct Assets {
    files: BTreeMap<String, File>,
}

#[derive(Debug, Deserialize)]
struct File {
    source: Source,
    destinations: BTreeMap<String, Destination>,
}

#[derive(Debug, Deserialize)]
struct Source {
    path: PathBuf,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Destination {
    bucket_name: String,
    object_key: String,
}

impl Synthesised {
    /// The construct's own example, where `make cdk` leaves it.
    ///
    /// # Errors
    /// Nothing was synthesised.
    pub fn example() -> Result<Self> {
        let folder = tools::project().join("cdk/build/cdk.out");
        ensure!(
            folder.join("manifest.json").is_file(),
            "{} was not synthesised: run `make cdk`",
            folder.display()
        );
        Ok(Self { folder })
    }

    /// A stack's template as it was synthesised, to be created or updated under its own name.
    ///
    /// # Errors
    /// There is no such stack.
    pub fn stack(&self, name: &str) -> Result<Deployment> {
        Ok(Deployment::new(name, self.text(&format!("{name}.template.json"))?))
    }

    /// Makes of the local stack an account in which stacks of the CDK can be deployed, and uploads what this one needs. The
    /// code of a function is the binary: the bundled one is of a release, which not every run has built.
    ///
    /// # Errors
    /// The emulator doesn't take it.
    pub async fn publish(&self, local: &LocalStack, stack: &str, binary: &Path) -> Result<()> {
        let (name, value) = BOOTSTRAP_VERSION;
        let version = json!({"Name": name, "Value": value, "Type": "String", "Overwrite": true});
        local.call("ssm", "AmazonSSM.PutParameter", &version).await?;
        let assets = self.text(&format!("{stack}.assets.json"))?;
        let assets: Assets = serde_json::from_str(&assets).with_context(|| format!("read the assets of {stack}"))?;
        for File { source, destinations } in assets.files.values() {
            let path = self.folder.join(&source.path);
            let content = if path.extension().is_some_and(|extension| extension == "zip") {
                package::bootstrap_zip(binary, local.folder())?
            } else {
                std::fs::read(&path).with_context(|| format!("read {}", path.display()))?
            };
            for to in destinations.values() {
                local.store(&to.bucket_name, &to.object_key, content.clone()).await?;
            }
        }
        Ok(())
    }

    fn text(&self, file: &str) -> Result<String> {
        let path = self.folder.join(file);
        std::fs::read_to_string(&path).with_context(|| format!("read {}", path.display()))
    }
}
