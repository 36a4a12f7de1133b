//! What is made in moto for node groups to use.

use anyhow::Result;

use crate::query_api::{QueryApi, first, texts};

/// The policies that the EKS guide has attached to a node role.
const NODE_POLICIES: [&str; 3] = [
    "AmazonEKSWorkerNodePolicy",
    "AmazonEC2ContainerRegistryPullOnly",
    "AmazonEKS_CNI_Policy",
];
const NODE_TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;

/// What was made in moto for node groups to use.
#[derive(Debug, Clone)]
pub struct Seeds {
    /// The default VPC.
    pub vpc: String,
    /// Subnets of the default VPC, one in each zone.
    pub subnets: Vec<String>,
    /// The security group that EKS makes with a cluster.
    pub cluster_security_group: String,
    /// One more, for whatever takes security groups.
    pub security_group: String,
    pub key_pair: String,
    pub node_role: String,
    /// A launch template of m5.large with versions 1 to 3, of which 2 is the default. They differ in their disks.
    pub launch_template: String,
    /// One that no node group may use: it breaks most of what EKS rules, and has two network interfaces.
    pub prohibited_launch_template: String,
}

impl Seeds {
    pub(crate) async fn sow(moto: &str) -> Result<Self> {
        let (ec2, iam) = (QueryApi::ec2(moto), QueryApi::iam(moto));
        let default = [("Filter.1.Name", "is-default"), ("Filter.1.Value.1", "true")];
        let vpc = first(&ec2.call("DescribeVpcs", &default).await?, "vpcId")?;
        ec2.call("CreateKeyPair", &[("KeyName", "my-key")]).await?;
        Ok(Self {
            subnets: texts(&ec2.call("DescribeSubnets", &[]).await?, "subnetId")?,
            cluster_security_group: security_group(&ec2, "eks-cluster-sg-my-cluster", &vpc).await?,
            security_group: security_group(&ec2, "my-security-group", &vpc).await?,
            key_pair: "my-key".to_owned(),
            node_role: node_role(&iam).await?,
            launch_template: launch_template(&ec2).await?,
            prohibited_launch_template: prohibited_launch_template(&ec2).await?,
            vpc,
        })
    }
}

async fn security_group(ec2: &QueryApi, name: &str, vpc: &str) -> Result<String> {
    let group = [("GroupName", name), ("GroupDescription", "local stack"), ("VpcId", vpc)];
    first(&ec2.call("CreateSecurityGroup", &group).await?, "groupId")
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

async fn prohibited_launch_template(ec2: &QueryApi) -> Result<String> {
    let data = [
        ("InstanceType", "m5.large"),
        ("InstanceInitiatedShutdownBehavior", "terminate"),
        ("IamInstanceProfile.Name", "some-profile"),
        ("InstanceMarketOptions.MarketType", "spot"),
        ("HibernationOptions.Configured", "true"),
        ("NetworkInterface.1.DeviceIndex", "0"),
        ("NetworkInterface.1.SubnetId", "subnet-1"),
        ("NetworkInterface.2.DeviceIndex", "1"),
    ];
    let named: Vec<(String, &str)> = data
        .iter()
        .map(|(member, value)| (format!("LaunchTemplateData.{member}"), *value))
        .collect();
    let mut parameters = vec![("LaunchTemplateName", "prohibited")];
    parameters.extend(named.iter().map(|(member, value)| (member.as_str(), *value)));
    first(
        &ec2.call("CreateLaunchTemplate", &parameters).await?,
        "launchTemplateId",
    )
}
