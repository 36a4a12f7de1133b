//! Moto: EC2 and IAM, with what a node group needs in them.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use crate::interrupt::Cleanup;
use crate::query_api::{QueryApi, texts};
use crate::server::{Server, free_port};
use crate::tools;

/// The policies that the EKS guide has attached to a node role.
const NODE_POLICIES: [&str; 3] = [
    "AmazonEKSWorkerNodePolicy",
    "AmazonEC2ContainerRegistryPullOnly",
    "AmazonEKS_CNI_Policy",
];
const NODE_TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;

pub(crate) struct Moto {
    pub(crate) url: String,
    _server: Server,
}

/// What was made in moto for node groups to use.
#[derive(Debug, Clone)]
pub struct Seeds {
    /// Subnets of the default VPC, one in each zone.
    pub subnets: Vec<String>,
    pub key_pair: String,
    pub node_role: String,
    /// A launch template of m5.large with versions 1 to 3, of which 2 is the default. They differ in their disks.
    pub launch_template: String,
}

impl Moto {
    pub(crate) async fn start(folder: &Path, cleanup: &Cleanup) -> Result<Self> {
        let port = free_port()?;
        let mut command = Command::new(tools::program("moto", "moto_server")?);
        command.env_clear().args(["-H", "127.0.0.1", "-p", &port.to_string()]);
        command.env("MOTO_IAM_LOAD_MANAGED_POLICIES", "true");
        let mut server = Server::start("moto", command, folder, cleanup)?;
        let url = format!("http://127.0.0.1:{port}");
        server.ready(&format!("{url}/moto-api/")).await?;
        Ok(Self { url, _server: server })
    }

    pub(crate) async fn seed(&self) -> Result<Seeds> {
        let ec2 = QueryApi {
            endpoint: self.url.clone(),
            service: "ec2",
            version: "2016-11-15",
        };
        let iam = QueryApi {
            endpoint: self.url.clone(),
            service: "iam",
            version: "2010-05-08",
        };
        ec2.call("CreateKeyPair", &[("KeyName", "my-key")]).await?;
        Ok(Seeds {
            subnets: texts(&ec2.call("DescribeSubnets", &[]).await?, "subnetId")?,
            key_pair: "my-key".to_owned(),
            node_role: node_role(&iam).await?,
            launch_template: launch_template(&ec2).await?,
        })
    }
}

async fn node_role(iam: &QueryApi) -> Result<String> {
    let role = [("RoleName", "eks-node"), ("AssumeRolePolicyDocument", NODE_TRUST)];
    let created = iam.call("CreateRole", &role).await?;
    for policy in NODE_POLICIES {
        let arn = format!("arn:aws:iam::aws:policy/{policy}");
        iam.call("AttachRolePolicy", &[("RoleName", "eks-node"), ("PolicyArn", &arn)])
            .await?;
    }
    first(&created, "Arn")
}

async fn launch_template(ec2: &QueryApi) -> Result<String> {
    let instance = ("LaunchTemplateData.InstanceType", "m5.large");
    let disk = "LaunchTemplateData.BlockDeviceMapping.1.DeviceName";
    let size = "LaunchTemplateData.BlockDeviceMapping.1.Ebs.VolumeSize";
    let first_version = [
        ("LaunchTemplateName", "my-template"),
        instance,
        (disk, "/dev/xvda"),
        (size, "20"),
    ];
    let id = first(
        &ec2.call("CreateLaunchTemplate", &first_version).await?,
        "launchTemplateId",
    )?;
    for gib in ["40", "80"] {
        let version = [
            ("LaunchTemplateId", id.as_str()),
            instance,
            (disk, "/dev/xvda"),
            (size, gib),
        ];
        ec2.call("CreateLaunchTemplateVersion", &version).await?;
    }
    ec2.call(
        "ModifyLaunchTemplate",
        &[("LaunchTemplateId", &id), ("SetDefaultVersion", "2")],
    )
    .await?;
    Ok(id)
}

fn first(xml: &str, element: &str) -> Result<String> {
    texts(xml, element)?
        .into_iter()
        .next()
        .with_context(|| format!("no {element} in {xml}"))
}
