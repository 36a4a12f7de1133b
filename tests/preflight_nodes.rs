//! Each cause in what the nodes are made of is made, and told before anything else is.

mod support;

use serde_json::{Value, json};
use support::scene::Scene;

fn types(names: &[&str]) -> Value {
    json!({ "InstanceTypes": names })
}

#[tokio::test]
async fn instance_types_and_images() {
    let scene = Scene::start().await;
    scene
        .refused("instance-type-not-found", "m5.huge", &types(&["m5.huge"]))
        .await;
    let mixed = types(&["m5.large", "m6g.large"]);
    scene.refused("mixed-architectures", "m6g.large", &mixed).await;
    for (code, ami_type) in [
        ("ami-architecture", "AL2023_ARM_64_STANDARD"),
        ("ami-needs-gpu", "AL2023_x86_64_NVIDIA"),
        ("ami-needs-neuron", "AL2023_x86_64_NEURON"),
    ] {
        scene.refused(code, "m5.large", &json!({"AmiType": ami_type})).await;
    }
    for (code, name) in [
        ("gpu-without-driver", "g5.xlarge"),
        ("neuron-without-driver", "inf2.xlarge"),
    ] {
        let plain = json!({"AmiType": "AL2023_x86_64_STANDARD", "InstanceTypes": [name]});
        scene.warned(code, name, &plain).await;
    }
    scene
        .warned("spot-one-type", "m5.large", &json!({"CapacityType": "SPOT"}))
        .await;
    let sizes = types(&["m5.large", "m5.xlarge"]);
    scene.warned("types-differ-in-size", "m5.xlarge", &sizes).await;
    scene.warned("few-pods", "t3.nano", &types(&["t3.nano"])).await;
}

#[tokio::test]
async fn offers_and_quotas() {
    let scene = Scene::start().await;
    let offers = "DescribeInstanceTypeOfferings";
    let without = |kind: &str, zone: &str| {
        format!(
            "<item>(?:(?!</item>).)*<instanceType>{kind}</instanceType>(?:(?!</item>).)*{zone}(?:(?!</item>).)*</item>"
        )
    };
    scene.alter(offers, &without("m5a.large", "us-east-1b"), "").await;
    let two = types(&["m5.large", "m5a.large"]);
    scene.warned("instance-type-not-in-zone", "m5a.large", &two).await;
    scene.alter(offers, &without("m5.large", "us-east-1b"), "").await;
    scene
        .refused("zone-without-instance-type", "us-east-1b", &json!({}))
        .await;
    scene.alter(offers, &without("m5.large", "us-east-1."), "").await;
    scene.refused("instance-type-not-offered", "m5.large", &json!({})).await;
    scene.quota("L-1216C47A", 1.0).await;
    scene.refused("vcpu-quota", "L-1216C47A", &json!({})).await;
    scene.quota("L-BD136A63", 2.0).await;
    scene.refused("nodes-quota", "3", &json!({})).await;
}

#[tokio::test]
async fn keys_and_security_groups() {
    let scene = Scene::start().await;
    let group = scene.moto.seeds().security_group;
    let keyed = json!({"RemoteAccess": {"Ec2SshKey": "no-key", "SourceSecurityGroups": [group]}});
    scene.refused("key-pair-not-found", "no-key", &keyed).await;
    let gone = json!({"SecurityGroups": ["sg-0gone"]});
    scene.refused("security-group-not-found", "sg-0gone", &gone).await;
    let [vpc, _] = scene.network("10.3").await;
    let named = [
        ("GroupName", "elsewhere"),
        ("GroupDescription", "d"),
        ("VpcId", vpc.as_str()),
    ];
    let elsewhere = scene.ec2("CreateSecurityGroup", &named, "groupId").await;
    let other = json!({"SecurityGroups": [elsewhere]});
    scene.refused("security-group-other-vpc", &elsewhere, &other).await;

    let volume = |key: &str| json!({"Volume": {"Encrypted": true, "KmsKeyId": key}});
    let unknown = "arn:aws:kms:us-east-1:123456789012:key/00000000-0000-4000-8000-000000000001";
    scene.refused("kms-key-not-found", "4000-8000", &volume(unknown)).await;
    let made = scene.kms("CreateKey", &json!({})).await;
    let key = made["KeyMetadata"]["Arn"].as_str().expect("a key").to_owned();
    scene.refused("kms-no-grant", &key, &volume(&key)).await;
    let grantee =
        "arn:aws:iam::123456789012:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling";
    let grant = json!({"KeyId": key, "GranteePrincipal": grantee, "Operations": ["Decrypt", "CreateGrant"]});
    scene.kms("CreateGrant", &grant).await;
    scene.fine(&volume(&key)).await;
    scene
        .kms("DisableKey", &json!({"KeyId": made["KeyMetadata"]["KeyId"]}))
        .await;
    scene.refused("kms-key-not-enabled", &key, &volume(&key)).await;
}

#[tokio::test]
async fn launch_templates_of_the_users() {
    let scene = Scene::start().await;
    let of = |id: &str| json!({"LaunchTemplate": {"Id": id}, "InstanceTypes": null});
    let seeds = scene.moto.seeds();
    let gone = "lt-0123456789abcdef0";
    scene.refused("launch-template-not-found", gone, &of(gone)).await;
    let prohibited = of(&seeds.prohibited_launch_template);
    scene
        .refused("launch-template-refused", "IamInstanceProfile", &prohibited)
        .await;
    let template = async |name: &str, member: &str, value: &str| {
        let member = format!("LaunchTemplateData.{member}");
        let data = [
            ("LaunchTemplateName", name),
            ("LaunchTemplateData.InstanceType", "m5.large"),
            (member.as_str(), value),
        ];
        scene.ec2("CreateLaunchTemplate", &data, "launchTemplateId").await
    };
    let guarded = template("guarded", "SecurityGroupId.1", &seeds.security_group).await;
    scene
        .warned("launch-template-advice", &seeds.cluster_security_group, &of(&guarded))
        .await;
    let lost = template("lost", "ImageId", "ami-0gone").await;
    scene.refused("image-not-found", "ami-0gone", &of(&lost)).await;
    let image = "ami-12c6146b";
    let own = template("own-image", "ImageId", image).await;
    scene
        .alter("DescribeImages", "<imageState>available", "<imageState>failed")
        .await;
    scene.refused("image-not-available", image, &of(&own)).await;
    scene
        .alter("DescribeImages", "<architecture>x86_64", "<architecture>arm64")
        .await;
    scene.refused("image-architecture", image, &of(&own)).await;
}

/// One deploy tells all mistakes, whoever finds them.
#[tokio::test]
async fn seven_mistakes_are_told_in_one_answer() {
    let scene = Scene::start().await;
    let wrong = json!({
        "Lables": {"team": "blue"}, "ScalingConfig": {"MinSize": 3, "MaxSize": 2}, "Labels": {"eks.amazonaws.com/a": "b"},
        "NodeRole": "arn:aws:iam::123456789012:role/no-role", "Subnets": ["subnet-0gone"], "InstanceTypes": ["m5.huge"],
        "RemoteAccess": {"Ec2SshKey": "no-key"},
    });
    for code in [
        "unknown-property",
        "sizes-order",
        "label-reserved",
        "role-not-found",
        "subnet-not-found",
        "instance-type-not-found",
        "key-pair-not-found",
    ] {
        scene.refused(code, "7 problem(s)", &wrong).await;
    }
}
