//! A function that makes the calls of a Create's first pass by hand, as many at once as the real one does, and then waits in
//! a state machine.

use floor::{Aws, first, variable};
use futures_util::future::try_join_all;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::{Value, json};

const EC2: &str = "Version=2016-11-15";
const IAM: &str = "Version=2010-05-08";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let aws = &Aws::from_environment()?;
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Value>| async move {
        match event.payload.get("Continuation") {
            Some(request) => look(aws, request).await,
            None => begin(aws, &event.payload).await,
        }
    }))
    .await
}

async fn look(aws: &Aws, request: &Value) -> Result<Value, Error> {
    let path = format!("{}/{}", groups(request), text(request, "NodegroupName"));
    let answer = aws.eks("GET", &path, &Value::Null).await?;
    if answer["nodegroup"]["status"] != "ACTIVE" {
        return Ok(json!({ "Outcome": "Waiting", "WaitSeconds": 5, "Continuation": request }));
    }
    let body = json!({
        "Status": "SUCCESS",
        "PhysicalResourceId": text(request, "NodegroupName"),
        "StackId": request["StackId"], "RequestId": request["RequestId"],
        "LogicalResourceId": request["LogicalResourceId"],
    });
    let url = request["ResponseURL"].as_str().unwrap_or_default();
    aws.put(url, body.to_string()).await?;
    Ok(json!({ "Outcome": "Answered" }))
}

async fn begin(aws: &Aws, request: &Value) -> Result<Value, Error> {
    stack(aws, request).await?;
    let (cluster, subnets) = by_the_request(aws, request).await?;
    by_the_answers(aws, request, &cluster, &subnets).await?;
    let group = format!("{}/{}", groups(request), text(request, "NodegroupName"));
    aws.eks("GET", &group, &Value::Null).await?;
    let template = launch_template(aws, request, first(&subnets, "vpcId")).await?;
    stack(aws, request).await?;
    create(aws, request, &template).await?;
    let input = json!({ "Outcome": "Waiting", "WaitSeconds": 15, "Continuation": request });
    let execution = json!({
        "stateMachineArn": variable("STATE_MACHINE_ARN"), "name": request["RequestId"], "input": input.to_string(),
    });
    aws.json("states", "AWSStepFunctions.StartExecution", execution.to_string())
        .await?;
    Ok(json!({ "Outcome": "Answered" }))
}

async fn stack(aws: &Aws, request: &Value) -> Result<String, Error> {
    let stack = encoded(request["StackId"].as_str().unwrap_or_default());
    aws.query(
        "cloudformation",
        format!("Action=DescribeStacks&Version=2010-05-15&StackName={stack}"),
    )
    .await
}

/// Gives the cluster and the subnets.
async fn by_the_request(aws: &Aws, request: &Value) -> Result<(Value, String), Error> {
    let role = text(request, "NodeRole").rsplit('/').next().unwrap_or_default();
    let iam = [
        format!("Action=ListRolePolicies&{IAM}&RoleName={role}"),
        format!("Action=ListAttachedRolePolicies&{IAM}&RoleName={role}"),
        format!("Action=GetRole&{IAM}&RoleName={role}"),
        format!("Action=ListInstanceProfilesForRole&{IAM}&RoleName={role}"),
        format!("Action=GetRole&{IAM}&RoleName=AWSServiceRoleForAmazonEKSNodegroup"),
    ];
    let kind = request["ResourceProperties"]["InstanceTypes"][0]
        .as_str()
        .unwrap_or_default();
    let subnets = request["ResourceProperties"]["Subnets"]
        .as_array()
        .into_iter()
        .flatten();
    let subnets = subnets
        .enumerate()
        .map(|(index, id)| format!("&Filter.1.Value.{}={}", index + 1, id.as_str().unwrap_or_default()));
    let ec2 = [
        format!("Action=DescribeInstanceTypes&{EC2}&Filter.1.Name=instance-type&Filter.1.Value.1={kind}"),
        format!("Action=DescribeKeyPairs&{EC2}&Filter.1.Name=key-name&Filter.1.Value.1=my-key"),
    ];
    let subnets = format!(
        "Action=DescribeSubnets&{EC2}&Filter.1.Name=subnet-id{}",
        subnets.collect::<String>()
    );
    let quotas = [("eks", "L-6D54EA21"), ("eks", "L-BD136A63"), ("ec2", "L-1216C47A")];
    let quotas = quotas.map(|(service, code)| {
        let input = json!({ "ServiceCode": service, "QuotaCode": code });
        aws.json(
            "servicequotas",
            "ServiceQuotasV20190624.GetServiceQuota",
            input.to_string(),
        )
    });
    let cluster = format!("/clusters/{}", text(request, "ClusterName"));
    let groups = groups(request);
    let group = format!("{groups}/{}", text(request, "NodegroupName"));
    let (cluster, _, _, _, _, subnets, _) = tokio::try_join!(
        aws.eks("GET", &cluster, &Value::Null),
        aws.eks("GET", &groups, &Value::Null),
        aws.eks("GET", &group, &Value::Null),
        try_join_all(iam.map(|form| aws.query("iam", form))),
        try_join_all(ec2.map(|form| aws.query("ec2", form))),
        aws.query("ec2", subnets),
        try_join_all(quotas),
    )?;
    Ok((cluster, subnets))
}

async fn by_the_answers(aws: &Aws, request: &Value, cluster: &Value, subnets: &str) -> Result<(), Error> {
    let vpc = first(subnets, "vpcId");
    let kind = request["ResourceProperties"]["InstanceTypes"][0]
        .as_str()
        .unwrap_or_default();
    let zone = first(subnets, "availabilityZone");
    let group = cluster["cluster"]["resourcesVpcConfig"]["clusterSecurityGroupId"]
        .as_str()
        .unwrap_or_default();
    let in_vpc = format!("{EC2}&Filter.1.Name=vpc-id&Filter.1.Value.1={vpc}");
    let entry = format!(
        "/clusters/{}/access-entries/{}",
        text(request, "ClusterName"),
        encoded(text(request, "NodeRole"))
    );
    let reads = [
        format!("Action=DescribeRouteTables&{in_vpc}"),
        format!("Action=DescribeVpcEndpoints&{in_vpc}"),
        format!("Action=DescribeSecurityGroups&{EC2}&Filter.1.Name=group-id&Filter.1.Value.1={group}"),
        format!("Action=DescribeVpcAttribute&{EC2}&Attribute=enableDnsSupport&VpcId={vpc}"),
        format!("Action=DescribeVpcAttribute&{EC2}&Attribute=enableDnsHostnames&VpcId={vpc}"),
        format!(
            "Action=DescribeInstanceTypeOfferings&{EC2}&LocationType=availability-zone&Filter.1.Name=instance-type\
             &Filter.1.Value.1={kind}&Filter.2.Name=location&Filter.2.Value.1={zone}"
        ),
    ];
    let dhcp = async {
        let vpcs = aws.query("ec2", format!("Action=DescribeVpcs&{in_vpc}")).await?;
        let options = first(&vpcs, "dhcpOptionsId");
        let filter = format!("Filter.1.Name=dhcp-options-id&Filter.1.Value.1={options}");
        aws.query("ec2", format!("Action=DescribeDhcpOptions&{EC2}&{filter}"))
            .await
    };
    tokio::try_join!(
        try_join_all(reads.map(|form| aws.query("ec2", form))),
        dhcp,
        aws.eks("GET", &entry, &Value::Null)
    )?;
    Ok(())
}

/// Gives the id of the template.
async fn launch_template(aws: &Aws, request: &Value, vpc: &str) -> Result<String, Error> {
    let name = encoded(&format!(
        "{}/{}",
        text(request, "ClusterName"),
        text(request, "NodegroupName")
    ));
    let there = [
        format!("Action=DescribeLaunchTemplates&{EC2}&Filter.1.Name=launch-template-name&Filter.1.Value.1={name}"),
        format!("Action=DescribeSecurityGroups&{EC2}&Filter.1.Name=group-name&Filter.1.Value.1={name}"),
        format!(
            "Action=DescribeKeyPairs&{EC2}&Filter.1.Name=tag%3Amanaged-node-group%3Anodegroup&Filter.1.Value.1={name}"
        ),
    ];
    try_join_all(there.map(|form| aws.query("ec2", form))).await?;
    let made = aws
        .query(
            "ec2",
            format!("Action=CreateSecurityGroup&{EC2}&GroupDescription=SSH&GroupName={name}&VpcId={vpc}"),
        )
        .await?;
    let group = first(&made, "groupId");
    let rule = "IpPermissions.1.IpProtocol=tcp&IpPermissions.1.FromPort=22&IpPermissions.1.ToPort=22\
                &IpPermissions.1.IpRanges.1.CidrIp=0.0.0.0%2F0";
    aws.query(
        "ec2",
        format!("Action=AuthorizeSecurityGroupIngress&{EC2}&GroupId={group}&{rule}"),
    )
    .await?;
    let data = format!(
        "LaunchTemplateData.KeyName=my-key&LaunchTemplateData.SecurityGroupId.1={group}\
         &LaunchTemplateData.MetadataOptions.HttpTokens=required&LaunchTemplateData.MetadataOptions.HttpPutResponseHopLimit=1"
    );
    let form = format!("Action=CreateLaunchTemplate&{EC2}&ClientToken=token&LaunchTemplateName={name}&{data}");
    let made = aws.query("ec2", form).await?;
    Ok(first(&made, "launchTemplateId").to_owned())
}

async fn create(aws: &Aws, request: &Value, template: &str) -> Result<Value, Error> {
    let properties = &request["ResourceProperties"];
    let size = |name: &str| {
        properties["ScalingConfig"][name]
            .as_str()
            .and_then(|size| size.parse::<u32>().ok())
    };
    let group = json!({
        "nodegroupName": properties["NodegroupName"],
        "nodeRole": properties["NodeRole"],
        "subnets": properties["Subnets"],
        "amiType": "AL2023_x86_64_STANDARD",
        "clientRequestToken": request["RequestId"],
        "launchTemplate": { "id": template, "version": "1" },
        "scalingConfig": {
            "minSize": size("MinSize"), "maxSize": size("MaxSize"), "desiredSize": size("DesiredSize"),
        },
    });
    aws.eks("POST", &groups(request), &group).await
}

fn groups(request: &Value) -> String {
    format!("/clusters/{}/node-groups", text(request, "ClusterName"))
}

fn text<'a>(request: &'a Value, property: &str) -> &'a str {
    request["ResourceProperties"][property].as_str().unwrap_or_default()
}

/// What an ARN and a name have to have encoded.
fn encoded(text: &str) -> String {
    text.replace(':', "%3A").replace('/', "%2F")
}
