//! Moto as this project starts it: what a launch template's life needs of EC2, and how it is listed.

#![allow(clippy::disallowed_methods, reason = "no part of the function")]

use anyhow::Result;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use local_stack::Moto;
use serde_json::{Value, json};

const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMk+1b+zZPDx/c4mwqeoB4us+0rXlorx1tlnWRqpaPtq";
const NAME: &str = "my-cluster/nodes";
const TEMPLATE: (&str, &str) = ("LaunchTemplateName", NAME);

/// EC2's Query API, spoken plainly: the status and the XML.
async fn ec2(moto: &Moto, action: &str, parameters: &[(&str, &str)]) -> Result<(u16, String)> {
    let mut form = vec![("Action", action), ("Version", "2016-11-15")];
    form.extend_from_slice(parameters);
    let scope = "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/ec2/aws4_request, SignedHeaders=host, Signature=0";
    let request = reqwest::Client::new().post(&moto.url).form(&form);
    let answer = request.header("Authorization", scope).send().await?;
    Ok((answer.status().as_u16(), answer.text().await?))
}

/// What stands in the first element of the name, or nothing.
fn element<'x>(xml: &'x str, name: &str) -> &'x str {
    let after = xml.split_once(&format!("<{name}>")).map_or("", |(_, after)| after);
    after.split_once("</").map_or("", |(text, _)| text)
}

/// Calls an action that must go well.
async fn made(moto: &Moto, action: &str, parameters: &[(&str, &str)]) -> Result<String> {
    let (status, xml) = ec2(moto, action, parameters).await?;
    assert_eq!(status, 200, "{action}: {xml}");
    Ok(xml)
}

/// The parameters that tag what is made as the resource's own.
fn own(kind: &str) -> [(&'static str, &str); 3] {
    [
        ("TagSpecification.1.ResourceType", kind),
        ("TagSpecification.1.Tag.1.Key", "managed-node-group:stack-id"),
        ("TagSpecification.1.Tag.1.Value", "1"),
    ]
}

async fn template(moto: &Moto) -> Result<String> {
    let first = [
        TEMPLATE,
        ("ClientToken", "first"),
        ("VersionDescription", "digest-1"),
        ("LaunchTemplateData.InstanceType", "m5.large"),
    ];
    let own = own("launch-template");
    let made = made(moto, "CreateLaunchTemplate", &[&first[..], &own[..]].concat()).await?;
    Ok(element(&made, "launchTemplateId").to_owned())
}

async fn second_version(moto: &Moto) -> Result<String> {
    let user_data = BASE64_STANDARD.encode("[settings]");
    let data = [
        ("KeyName", "my-key"),
        ("SecurityGroupId.1", "sg-1"),
        ("SecurityGroupId.2", "sg-2"),
        ("MetadataOptions.HttpTokens", "required"),
        ("MetadataOptions.HttpPutResponseHopLimit", "2"),
        ("BlockDeviceMapping.1.DeviceName", "/dev/xvda"),
        ("BlockDeviceMapping.1.Ebs.VolumeSize", "30"),
        ("BlockDeviceMapping.1.Ebs.VolumeType", "gp3"),
        ("BlockDeviceMapping.1.Ebs.Iops", "4000"),
        ("BlockDeviceMapping.1.Ebs.Throughput", "200"),
        ("BlockDeviceMapping.1.Ebs.Encrypted", "true"),
        ("BlockDeviceMapping.1.Ebs.KmsKeyId", "key-1"),
        ("BlockDeviceMapping.1.Ebs.DeleteOnTermination", "true"),
        ("TagSpecification.1.ResourceType", "instance"),
        ("TagSpecification.1.Tag.1.Key", "size"),
        ("TagSpecification.1.Tag.1.Value", "1"),
        ("UserData", &user_data),
    ];
    let data = data.map(|(key, value)| (format!("LaunchTemplateData.{key}"), value));
    let mut parameters = vec![TEMPLATE, ("ClientToken", "second"), ("VersionDescription", "digest-2")];
    parameters.extend(data.iter().map(|(key, value)| (key.as_str(), *value)));
    let made = made(moto, "CreateLaunchTemplateVersion", &parameters).await?;
    Ok(element(&made, "versionNumber").to_owned())
}

async fn key_pair(moto: &Moto) -> Result<()> {
    let key = BASE64_STANDARD.encode(KEY);
    let pair = [("KeyName", "my-cluster/nodes/1"), ("PublicKeyMaterial", &key)];
    made(moto, "ImportKeyPair", &[&pair[..], &own("key-pair")[..]].concat()).await?;
    Ok(())
}

async fn group_with_rules(moto: &Moto) -> Result<()> {
    let seeds = moto.seeds();
    let group = [("GroupName", NAME), ("GroupDescription", "SSH"), ("VpcId", &seeds.vpc)];
    let own = own("security-group");
    let made_group = made(moto, "CreateSecurityGroup", &[&group[..], &own[..]].concat()).await?;
    let rules = [
        ("GroupId", element(&made_group, "groupId")),
        ("IpPermissions.1.IpProtocol", "tcp"),
        ("IpPermissions.1.FromPort", "22"),
        ("IpPermissions.1.ToPort", "22"),
        ("IpPermissions.1.Groups.1.GroupId", &seeds.security_group),
        ("IpPermissions.1.Groups.1.Description", "from there"),
        ("IpPermissions.1.IpRanges.1.CidrIp", "0.0.0.0/0"),
    ];
    made(moto, "AuthorizeSecurityGroupIngress", &rules).await?;
    let mut expected = vec![
        "tcp 22 0.0.0.0/0".to_owned(),
        format!("tcp 22 {}", seeds.security_group),
    ];
    assert_eq!(moto.security_group_rules(NAME).await?, expected);
    made(moto, "RevokeSecurityGroupIngress", &[&rules[..5], &rules[6..]].concat()).await?;
    expected.clear();
    assert_eq!(moto.security_group_rules(NAME).await?, expected);
    Ok(())
}

fn of(versions: &[Value], member: &str) -> Value {
    versions.iter().map(|version| version[member].clone()).collect()
}

#[tokio::test]
async fn what_the_resource_makes_is_listed_until_moto_is_reset() -> Result<()> {
    let moto = Moto::start().await?;
    assert_eq!(moto.belongings().await?, Vec::<String>::new());
    template(&moto).await?;
    key_pair(&moto).await?;
    group_with_rules(&moto).await?;
    assert_eq!(
        moto.belongings().await?,
        [
            "key-pair my-cluster/nodes/1",
            "launch-template my-cluster/nodes",
            "security-group my-cluster/nodes",
        ]
    );
    let before = moto.seeds();
    let seeds = moto.reset().await?;
    assert_eq!(moto.belongings().await?, Vec::<String>::new());
    assert_ne!(seeds.launch_template, before.launch_template);
    assert_eq!(moto.seeds().vpc, seeds.vpc);
    Ok(())
}

#[tokio::test]
async fn versions_of_a_launch_template_come_and_go() -> Result<()> {
    let moto = Moto::start().await?;
    let id = template(&moto).await?;
    assert_eq!(template(&moto).await?, id, "the same token, the same template");
    for _ in 0..2 {
        assert_eq!(second_version(&moto).await?, "2", "the same token, the same version");
    }
    let third = [TEMPLATE, ("LaunchTemplateData.InstanceType", "m5.xlarge")];
    made(&moto, "CreateLaunchTemplateVersion", &third).await?;
    let versions = moto.launch_template_versions(&id).await?;
    assert_eq!(
        of(&versions, "VersionDescription"),
        json!(["digest-1", "digest-2", null])
    );
    assert_eq!(versions[0]["LaunchTemplateData"], json!({"InstanceType": "m5.large"}));
    assert_eq!(
        versions[1]["LaunchTemplateData"],
        json!({
            "KeyName": "my-key", "SecurityGroupIds": ["sg-1", "sg-2"], "UserData": "[settings]",
            "MetadataOptions": {"HttpTokens": "required", "HttpPutResponseHopLimit": 2},
            "BlockDeviceMappings": [{"DeviceName": "/dev/xvda", "Ebs": {
                "VolumeSize": 30, "VolumeType": "gp3", "Iops": 4000, "Throughput": 200, "Encrypted": true,
                "KmsKeyId": "key-1", "DeleteOnTermination": true,
            }}],
            "TagSpecifications": [{"ResourceType": "instance", "Tags": [{"Key": "size", "Value": "1"}]}],
        })
    );
    let some = [
        TEMPLATE,
        ("LaunchTemplateVersion.1", "1"),
        ("LaunchTemplateVersion.2", "3"),
        ("LaunchTemplateVersion.3", "9"),
    ];
    let answer = made(&moto, "DeleteLaunchTemplateVersions", &some).await?;
    let (gone, kept) = answer
        .split_once("<unsuccessfullyDeletedLaunchTemplateVersionSet>")
        .expect("both lists");
    assert_eq!(element(gone, "versionNumber"), "3", "{answer}");
    assert!(
        kept.contains("<code>launchTemplateVersionDoesNotExist</code>"),
        "{answer}"
    );
    assert!(kept.contains("is the default version"), "{answer}");
    let fourth = made(&moto, "CreateLaunchTemplateVersion", &third).await?;
    assert_eq!(element(&fourth, "versionNumber"), "4", "a number is never used again");
    let left = moto.launch_template_versions(&id).await?;
    assert_eq!(of(&left, "VersionNumber"), json!([1, 2, 4]));
    Ok(())
}

#[tokio::test]
async fn what_is_not_there_is_refused_as_ec2_does() -> Result<()> {
    let moto = Moto::start().await?;
    let (id, name) = (("LaunchTemplateId", "lt-0"), ("LaunchTemplateName", "none"));
    let seeds = moto.seeds();
    let mine = ("LaunchTemplateId", seeds.launch_template.as_str());
    for (action, parameters, code) in [
        (
            "DescribeLaunchTemplates",
            vec![("LaunchTemplateId.1", "lt-0")],
            "InvalidLaunchTemplateId.NotFound",
        ),
        (
            "DescribeLaunchTemplateVersions",
            vec![id],
            "InvalidLaunchTemplateId.NotFound",
        ),
        (
            "DescribeLaunchTemplateVersions",
            vec![name],
            "InvalidLaunchTemplateName.NotFoundException",
        ),
        (
            "DescribeLaunchTemplateVersions",
            vec![mine, ("LaunchTemplateVersion.1", "0")],
            "InvalidLaunchTemplateId.VersionNotFound",
        ),
        (
            "CreateLaunchTemplateVersion",
            vec![id],
            "InvalidLaunchTemplateId.NotFound",
        ),
        (
            "DeleteLaunchTemplateVersions",
            vec![id, ("LaunchTemplateVersion.1", "1")],
            "InvalidLaunchTemplateId.NotFound",
        ),
        ("DeleteLaunchTemplateVersions", vec![mine], "InvalidParameterValue"),
        ("DeleteLaunchTemplate", vec![id], "InvalidLaunchTemplateId.NotFound"),
        (
            "DeleteLaunchTemplate",
            vec![name],
            "InvalidLaunchTemplateName.NotFoundException",
        ),
        (
            "DescribeKeyPairs",
            vec![("KeyPairId.1", "key-0")],
            "InvalidKeyPair.NotFound",
        ),
        (
            "CreateSecurityGroup",
            vec![
                ("GroupName", "my-security-group"),
                ("GroupDescription", "again"),
                ("VpcId", &seeds.vpc),
            ],
            "InvalidGroup.Duplicate",
        ),
        (
            "DeleteSecurityGroup",
            vec![("GroupId", "sg-0")],
            "InvalidGroup.NotFound",
        ),
    ] {
        let (status, xml) = ec2(&moto, action, &parameters).await?;
        assert_eq!((status, element(&xml, "Code")), (400, code), "{action} {parameters:?}");
    }
    Ok(())
}
