//! What is made in moto for node groups to use.

use anyhow::Result;

use crate::query_api::{QueryApi, first, texts};

/// The policies that the EKS guide has attached to a node role.
const NODE_POLICIES: [&str; 3] = [
    "AmazonEKSWorkerNodePolicy",
    "AmazonEC2ContainerRegistryPullOnly",
    "AmazonEKS_CNI_Policy",
];

/// What was made in moto for node groups to use.
#[derive(Debug, Clone)]
pub struct Seeds {
    /// The default VPC, with an internet gateway and Amazon's DNS as in an account. Moto gives it neither.
    pub vpc: String,
    /// Subnets of the default VPC, one in each zone that has the common instance types.
    pub subnets: Vec<String>,
    /// The security group that EKS makes with a cluster.
    pub cluster_security_group: String,
    /// One more, for whatever takes security groups.
    pub security_group: String,
    pub key_pair: String,
    pub node_role: String,
    /// One more, for a change of it.
    pub second_node_role: String,
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
        // us-east-1e is an old zone, in which EC2 offers no m5.large, as moto's data say too.
        let in_zones = [
            ("Filter.1.Name", "availability-zone"),
            ("Filter.1.Value.1", "us-east-1a"),
            ("Filter.1.Value.2", "us-east-1b"),
            ("Filter.1.Value.3", "us-east-1c"),
            ("Filter.1.Value.4", "us-east-1d"),
        ];
        ec2.call("CreateKeyPair", &[("KeyName", "my-key")]).await?;
        connect(&ec2, &vpc).await?;
        service_linked_role(&iam).await?;
        Ok(Self {
            subnets: texts(&ec2.call("DescribeSubnets", &in_zones).await?, "subnetId")?,
            cluster_security_group: security_group(&ec2, "eks-cluster-sg-my-cluster", &vpc).await?,
            security_group: security_group(&ec2, "my-security-group", &vpc).await?,
            key_pair: "my-key".to_owned(),
            node_role: node_role(&iam, "eks-node").await?,
            second_node_role: node_role(&iam, "second-eks-node").await?,
            launch_template: launch_template(&ec2).await?,
            prohibited_launch_template: prohibited_launch_template(&ec2).await?,
            vpc,
        })
    }
}

/// Gives the main route table its way out, and the VPC its DHCP options.
async fn connect(ec2: &QueryApi, vpc: &str) -> Result<()> {
    let gateway = first(&ec2.call("CreateInternetGateway", &[]).await?, "internetGatewayId")?;
    let attached = [("InternetGatewayId", gateway.as_str()), ("VpcId", vpc)];
    ec2.call("AttachInternetGateway", &attached).await?;
    let of_vpc = [("Filter.1.Name", "vpc-id"), ("Filter.1.Value.1", vpc)];
    let table = first(&ec2.call("DescribeRouteTables", &of_vpc).await?, "routeTableId")?;
    let way_out = [
        ("RouteTableId", table.as_str()),
        ("DestinationCidrBlock", "0.0.0.0/0"),
        ("GatewayId", gateway.as_str()),
    ];
    ec2.call("CreateRoute", &way_out).await?;
    let options = [
        ("DhcpConfiguration.1.Key", "domain-name"),
        ("DhcpConfiguration.1.Value.1", "ec2.internal"),
        ("DhcpConfiguration.2.Key", "domain-name-servers"),
        ("DhcpConfiguration.2.Value.1", "AmazonProvidedDNS"),
    ];
    let options = first(&ec2.call("CreateDhcpOptions", &options).await?, "dhcpOptionsId")?;
    ec2.call("AssociateDhcpOptions", &[("DhcpOptionsId", &options), ("VpcId", vpc)])
        .await?;
    Ok(())
}

/// What EKS acts by, which it makes with an account's first node group. By its own name: moto's CreateServiceLinkedRole
/// takes another.
async fn service_linked_role(iam: &QueryApi) -> Result<()> {
    let trust = trust("eks-nodegroup.amazonaws.com");
    let role = [
        ("RoleName", "AWSServiceRoleForAmazonEKSNodegroup"),
        ("Path", "/aws-service-role/eks-nodegroup.amazonaws.com/"),
        ("AssumeRolePolicyDocument", trust.as_str()),
    ];
    iam.call("CreateRole", &role).await.map(drop)
}

async fn security_group(ec2: &QueryApi, name: &str, vpc: &str) -> Result<String> {
    let group = [("GroupName", name), ("GroupDescription", "local stack"), ("VpcId", vpc)];
    first(&ec2.call("CreateSecurityGroup", &group).await?, "groupId")
}

fn trust(service: &str) -> String {
    let statement = format!(r#"{{"Effect":"Allow","Principal":{{"Service":"{service}"}},"Action":"sts:AssumeRole"}}"#);
    format!(r#"{{"Version":"2012-10-17","Statement":[{statement}]}}"#)
}

async fn node_role(iam: &QueryApi, name: &str) -> Result<String> {
    let trust = trust("ec2.amazonaws.com");
    let role = [("RoleName", name), ("AssumeRolePolicyDocument", trust.as_str())];
    let created = iam.call("CreateRole", &role).await?;
    for policy in NODE_POLICIES {
        let arn = format!("arn:aws:iam::aws:policy/{policy}");
        iam.call("AttachRolePolicy", &[("RoleName", name), ("PolicyArn", &arn)])
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
