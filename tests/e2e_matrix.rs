//! Each property changed through the emulated CloudFormation: what the table of the properties claims is what happens.

mod support;

use std::collections::BTreeSet;

use local_stack::PollingMode;
use mng_core::properties::table::Effect::{InPlace, Nothing, Replaces, Rolls};
use mng_core::properties::table::{Effect, PROPERTIES};
use mng_core::workload::device_plugin::{NAME, NAMESPACE};
use serde_json::{Value, json};
use support::deployed::Deployed;
use support::matrix::{Changing, PropertyChange, case, cases};

const FIRST_KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ3YfB2k8l2i2lVgJbHzQm0yX0n4m0wYp3v5uHkq1d7V";
const SECOND_KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ3YfB2k8l2i2lVgJbHzQm0yX0n4m0wYp3v5uHkq1d7U";
const LONG_LABEL: &str = "a-prefix-longer-than-the-sixty-three-characters-that-eks-takes.example.com/name";

const NONE: Value = Value::Null;

fn disk_cases() -> Vec<PropertyChange> {
    let size = "/node/BlockDeviceMappings/0/Ebs/VolumeSize";
    let volume = json!({"Size": 40, "Type": "gp3", "Iops": 4000, "Throughput": 200, "Encrypted": true, "KmsKeyId": "alias/aws/ebs"});
    let hops = "/node/MetadataOptions/HttpPutResponseHopLimit";
    vec![
        case("DiskSize", NONE, json!(30), Rolls).is(size, json!(30)),
        case("DiskSize", json!(30), json!("30"), Nothing),
        // What the first version holds is not made once more.
        case("DiskSize", json!("30"), NONE, Rolls).is("/group/launchTemplate/version", json!("1")),
        case("Volume", NONE, volume.clone(), Rolls).is(
            "/node/BlockDeviceMappings",
            json!([{"DeviceName": "/dev/xvda", "Ebs": {
                "VolumeSize": 40, "VolumeType": "gp3", "Iops": 4000, "Throughput": 200, "Encrypted": true,
                "KmsKeyId": "alias/aws/ebs", "DeleteOnTermination": true,
            }}]),
        ),
        case("Volume", volume, json!({"Size": 41}), Rolls).is(
            "/node/BlockDeviceMappings/0/Ebs",
            json!({"VolumeSize": 41, "VolumeType": "gp3", "DeleteOnTermination": true}),
        ),
        case("Volume", json!({"Size": 41}), NONE, Rolls).is(size, json!(20)),
        case("BlockPodImds", NONE, json!(true), Rolls).is(hops, json!(1)),
        case("BlockPodImds", json!(true), json!(false), Rolls).is(hops, json!(2)),
        case("BlockPodImds", json!(false), NONE, Nothing),
    ]
}

fn access_cases() -> Vec<PropertyChange> {
    let access = "RemoteAccess";
    let open = json!({"Ec2SshKey": "<key-pair>"});
    let from = |key: &str, material: &str| json!({key: material, "SourceSecurityGroups": ["<security-group>"]});
    let narrow = from("Ec2SshKey", "<key-pair>");
    let (first, second) = (from("PublicKey", FIRST_KEY), from("PublicKey", SECOND_KEY));
    let commented = from("PublicKey", &format!("{SECOND_KEY} me@home"));
    let elsewhere = json!({"PublicKey": SECOND_KEY, "SourceSecurityGroups": ["<cluster-security-group>"]});
    vec![
        case(access, NONE, open.clone(), Rolls)
            .is("/node/KeyName", json!("<key-pair>"))
            .is("/rules", json!(["tcp 22 0.0.0.0/0"])),
        case(access, open, narrow.clone(), InPlace).is("/rules", json!(["tcp 22 <security-group>"])),
        case(access, narrow, first.clone(), Rolls).holds("/node/KeyName", "my-cluster/Nodes-"),
        case(access, first, second.clone(), Rolls).holds("/node/KeyName", "my-cluster/Nodes-"),
        case(access, second, commented.clone(), Nothing),
        case(access, commented, elsewhere.clone(), InPlace).is("/rules", json!(["tcp 22 <cluster-security-group>"])),
        case(access, elsewhere, NONE, Rolls)
            .is("/node/KeyName", NONE)
            .is("/node/SecurityGroupIds", json!(["<cluster-security-group>"])),
        case("SecurityGroups", NONE, json!(["<security-group>"]), Rolls).is(
            "/node/SecurityGroupIds",
            json!(["<cluster-security-group>", "<security-group>"]),
        ),
        case("SecurityGroups", json!(["<security-group>"]), NONE, Rolls),
    ]
}

fn bootstrap_cases() -> Vec<PropertyChange> {
    let user_data = "/node/UserData";
    let (one, prefixes, custom) = (
        json!(["m5.large"]),
        json!({"PrefixDelegation": true}),
        json!({"CustomNetworking": true}),
    );
    let labels = |value: &str| json!({"team": "blue", "spot": value});
    vec![
        case("UserData", NONE, json!("echo hello"), Rolls).holds(user_data, "echo hello"),
        case("UserData", json!("echo hello"), json!("echo bye"), Rolls).holds(user_data, "echo bye"),
        case("UserData", json!("echo bye"), NONE, Rolls).is(user_data, NONE),
        case("InstanceTypes", NONE, json!(["t3.medium"]), Nothing).is("/outputs/MaxPods", json!("17")),
        case("InstanceTypes", json!(["t3.medium"]), one, Rolls)
            .is("/node/InstanceType", json!("m5.large"))
            .is("/group/instanceTypes", NONE)
            .is("/outputs/MaxPods", json!("29")),
        case("MaxPods", NONE, json!(50), Rolls)
            .holds(user_data, "maxPods: 50")
            .is("/outputs/MaxPods", json!("50")),
        case("MaxPods", json!(50), prefixes.clone(), Rolls).holds(user_data, "maxPods: 110"),
        case("MaxPods", prefixes, custom.clone(), Rolls).holds(user_data, "maxPods: 20"),
        case("MaxPods", custom, json!("20"), Nothing),
        case("Labels", NONE, json!({"team": "blue"}), InPlace).is("/group/labels", json!({"team": "blue"})),
        case("Labels", json!({"team": "blue"}), labels(""), Rolls)
            .is("/group/labels", json!({"team": "blue"}))
            .holds(user_data, "--node-labels=spot="),
        case("Labels", labels(""), labels("no"), Rolls).is("/group/labels", labels("no")),
        case("Labels", labels("no"), json!({LONG_LABEL: "x"}), Rolls)
            .is("/group/labels", json!({}))
            .holds(user_data, LONG_LABEL),
    ]
}

fn tag_cases() -> Vec<PropertyChange> {
    let (blue, green) = (json!({"team": "blue"}), json!({"team": "green"}));
    let of_the_instance = "/node/TagSpecifications/0";
    let tagged = |value: &str| json!({"ResourceType": "instance", "Tags": [{"Key": "team", "Value": value}]});
    vec![
        case("Tags", NONE, blue.clone(), InPlace)
            .is("/group/tags/team", json!("blue"))
            .is(of_the_instance, NONE),
        case("PropagateTags", NONE, json!(true), Rolls)
            .is(of_the_instance, tagged("blue"))
            .is("/called", json!([cases::TAG])),
        case("Tags", blue, green, Rolls)
            .is("/group/tags/team", json!("green"))
            .is(of_the_instance, tagged("green"))
            .is("/called", json!([cases::TAG])),
        case("PropagateTags", json!(true), NONE, Rolls)
            .is(of_the_instance, NONE)
            .is("/called", json!([cases::UNTAG])),
    ]
}

fn settings_cases() -> Vec<PropertyChange> {
    let sizes = |desired| json!({"MinSize": 1, "MaxSize": 4, "DesiredSize": desired});
    let taint = |effect| json!([{"Key": "gpu", "Value": "true", "Effect": effect}]);
    let (two, share) = (
        json!({"MaxUnavailable": 2}),
        json!({"MaxUnavailablePercentage": 33, "UpdateStrategy": "MINIMAL"}),
    );
    let (repair, pool) = (
        json!({"Enabled": true, "MaxParallelNodesRepairedCount": 1}),
        json!({"Enabled": true, "MinSize": 1, "PoolState": "STOPPED"}),
    );
    let (old, new) = (json!({"a": "1", "b": "1"}), json!({"b": "2"}));
    vec![
        case("ScalingConfig", NONE, sizes(2), InPlace).is("/group/scalingConfig/maxSize", json!(4)),
        case("ScalingConfig", sizes(2), sizes(3), InPlace).is("/group/scalingConfig/desiredSize", json!(3)),
        case("Labels", NONE, old.clone(), InPlace).is("/group/labels", old.clone()),
        case("Labels", old.clone(), new.clone(), InPlace).is("/group/labels", new.clone()),
        case("Taints", NONE, taint("NoSchedule"), InPlace).is("/group/taints/0/effect", json!("NO_SCHEDULE")),
        case("Taints", taint("NoSchedule"), taint("NO_SCHEDULE"), Nothing),
        case("Taints", taint("NO_SCHEDULE"), NONE, InPlace).is("/group/taints", json!([])),
        case("Tags", NONE, old.clone(), InPlace).is("/group/tags/a", json!("1")),
        case("Tags", old, new, InPlace)
            .is("/group/tags/a", NONE)
            .is("/group/tags/b", json!("2")),
        case("UpdateConfig", NONE, two.clone(), InPlace).is("/group/updateConfig/maxUnavailable", json!(2)),
        case("UpdateConfig", two, share, InPlace).is("/group/updateConfig/maxUnavailablePercentage", json!(33)),
        case("NodeRepairConfig", NONE, repair.clone(), InPlace).is("/group/nodeRepairConfig/enabled", json!(true)),
        case("NodeRepairConfig", repair, NONE, InPlace).is("/group/nodeRepairConfig/enabled", json!(false)),
        case("WarmPoolConfig", NONE, pool.clone(), InPlace).is("/group/warmPoolConfig/enabled", json!(true)),
        case("WarmPoolConfig", pool, NONE, InPlace).is("/group/warmPoolConfig/enabled", json!(false)),
        case("NodegroupNamePrefix", NONE, json!("web"), Nothing),
        case("ServiceTimeout", json!("120"), json!("150"), Nothing),
        case("WaitFor", NONE, json!("Submitted"), Nothing),
        case("WaitFor", json!("Submitted"), json!("Active"), Nothing),
        case("Preflight", NONE, json!("Warn"), Nothing),
        case("Preflight", json!("Warn"), json!("Off"), Nothing),
        case("ForceUpdateEnabled", NONE, json!(true), Nothing),
    ]
}

fn release_cases() -> Vec<PropertyChange> {
    let release = "/group/releaseVersion";
    let (exact, latest) = (json!("1.33.1-20260915"), json!("latest"));
    vec![
        case("ReleaseVersion", NONE, exact.clone(), Rolls)
            .is(release, exact.clone())
            .is("/roll/force", json!(true)),
        case("ReleaseVersion", exact, latest.clone(), Rolls).is(release, json!("1.33.1-20260930")),
        case("ReleaseVersion", latest, NONE, Nothing),
        case("ForceUpdateEnabled", json!(true), NONE, Nothing),
        case("Version", NONE, json!("1.33"), Nothing),
        case("Version", json!("1.33"), json!("1.34"), Rolls)
            .is("/group/version", json!("1.34"))
            .is("/roll/force", json!(false)),
        case("Version", json!("1.34"), NONE, Nothing),
    ]
}

fn identity_cases() -> Vec<PropertyChange> {
    let (both, turned, one) = (
        json!(["<subnet-1>", "<subnet-2>"]),
        json!(["<subnet-2>", "<subnet-1>"]),
        json!(["<subnet-1>"]),
    );
    let (al2023, bottlerocket) = (json!("AL2023_x86_64_STANDARD"), json!("BOTTLEROCKET_x86_64"));
    let role = json!("<second-node-role>");
    vec![
        case("NodegroupName", NONE, json!("first"), Replaces).is("/outputs/Id", json!("my-cluster/first")),
        case("NodegroupName", json!("first"), NONE, Nothing),
        case("NodegroupNamePrefix", NONE, json!("web"), Nothing),
        case("NodeRole", json!("<node-role>"), role.clone(), Replaces)
            .is("/group/nodeRole", role)
            .holds("/outputs/Id", "my-cluster/web-"),
        case("Subnets", both, turned.clone(), Nothing),
        case("Subnets", turned, one.clone(), Replaces).is("/group/subnets", one),
        case("CapacityType", NONE, json!("ON_DEMAND"), Nothing),
        case("CapacityType", json!("ON_DEMAND"), json!("SPOT"), Replaces).is("/group/capacityType", json!("SPOT")),
        case("AmiType", NONE, al2023.clone(), Nothing),
        case("AmiType", al2023, bottlerocket.clone(), Replaces)
            .is("/group/amiType", bottlerocket.clone())
            .is("/node/BlockDeviceMappings/1/DeviceName", json!("/dev/xvdb")),
        case("AmiType", bottlerocket, NONE, Nothing),
        case("ClusterName", json!("my-cluster"), json!("other-cluster"), Replaces)
            .holds("/outputs/Id", "other-cluster/web-"),
    ]
}

fn instance_type_cases() -> Vec<PropertyChange> {
    let types = "InstanceTypes";
    let (two, turned) = (json!(["m5.large", "m5a.large"]), json!(["m5a.large", "m5.large"]));
    let (one, larger, arm) = (json!(["m5.large"]), json!(["m5.xlarge"]), json!(["m7g.large"]));
    vec![
        case(types, NONE, two.clone(), Replaces)
            .is("/group/instanceTypes", two.clone())
            .is("/node/InstanceType", NONE),
        case(types, two, turned.clone(), Replaces).is("/group/instanceTypes", turned.clone()),
        case(types, turned, one.clone(), Replaces).is("/node/InstanceType", json!("m5.large")),
        case(types, one, larger.clone(), Rolls).is("/node/InstanceType", json!("m5.xlarge")),
        case(types, larger, arm, Replaces).is("/group/amiType", json!("AL2023_ARM_64_STANDARD")),
    ]
}

fn template_cases() -> Vec<PropertyChange> {
    let template = "LaunchTemplate";
    let of = |version| json!({"Id": "<launch-template>", "Version": version});
    let (unstated, named) = (
        json!({"Id": "<launch-template>"}),
        json!({"Name": "my-template", "Version": "3"}),
    );
    let other = json!({"Id": "<other-template>"});
    let runs = "/group/launchTemplate/version";
    vec![
        case(template, NONE, of("1"), Replaces)
            .is(runs, json!("1"))
            .is("/group/launchTemplate/id", json!("<launch-template>")),
        case(template, of("1"), of("2"), Rolls).is(runs, json!("2")),
        case(template, of("2"), unstated.clone(), Nothing),
        case(template, unstated, of("$Latest"), Rolls).is(runs, json!("3")),
        case(template, of("$Latest"), named.clone(), Nothing),
        case(template, named, other.clone(), Replaces).is("/group/launchTemplate/id", json!("<other-template>")),
        case(template, other, NONE, Replaces),
    ]
}

/// Operations are short: what counts here is what happens.
async fn deployed() -> Deployed {
    let deployed = Deployed::start(PollingMode::SelfInvoke).await;
    deployed.local.eks.durations(|durations| {
        durations.create = 50.0;
        durations.delete = 20.0;
        durations.version_update = 50.0;
    });
    deployed
}

#[test]
fn every_claim_of_the_table_has_a_case() {
    let played = [
        disk_cases(),
        access_cases(),
        bootstrap_cases(),
        tag_cases(),
        settings_cases(),
        release_cases(),
        identity_cases(),
        instance_type_cases(),
        template_cases(),
        cases::scaling_group(),
        cases::nodes(),
        cases::device_plugin(),
        cases::windows(),
    ];
    let played: BTreeSet<(&str, Effect)> = played
        .iter()
        .flatten()
        .map(|case| (case.property, case.effect))
        .collect();
    let claims = PROPERTIES.iter().flat_map(|property| {
        let effects = property.changes.iter().map(|(effect, _)| *effect);
        effects.map(|effect| (property.name, effect))
    });
    let claims: BTreeSet<(&str, Effect)> = claims.collect();
    let unplayed: Vec<_> = claims.difference(&played).collect();
    assert!(unplayed.is_empty(), "no case shows {unplayed:?}");
    // That the same said otherwise changes nothing goes without saying.
    let unclaimed = played.difference(&claims).filter(|(_, effect)| *effect != Nothing);
    assert_eq!(
        unclaimed.collect::<Vec<_>>(),
        Vec::<&(&str, Effect)>::new(),
        "the table lacks these"
    );
}

#[tokio::test]
async fn what_the_launch_template_holds_rolls() {
    let deployed = deployed().await;
    let mut stack = Changing::create(&deployed, "nodes").await;
    for cases in [disk_cases(), access_cases(), bootstrap_cases(), tag_cases()] {
        stack.play(&cases).await;
    }
    stack.delete().await;
}

#[tokio::test]
async fn settings_change_in_place_and_versions_roll() {
    let deployed = deployed().await;
    let mut stack = Changing::create(&deployed, "nodes").await;
    stack.play(&settings_cases()).await;
    deployed.local.eks.release("1.33", "1.33.1-20260930");
    deployed.cluster_runs("1.34");
    stack.play(&release_cases()).await;
    stack.delete().await;
}

#[tokio::test]
async fn what_a_group_has_for_life_replaces_it() {
    let deployed = deployed().await;
    deployed.local.eks.put_cluster(json!({"name": "other-cluster"}));
    let other = Changing::create(&deployed, "other").await;
    let mut stack = Changing::create(&deployed, "nodes")
        .await
        .word("<other-template>", other.output("LaunchTemplateId"));
    for cases in [template_cases(), identity_cases(), instance_type_cases()] {
        stack.play(&cases).await;
    }
    stack.delete().await;
    other.delete().await;
}

#[tokio::test]
async fn what_is_beyond_eks_changes_in_place() {
    let deployed = deployed().await;
    let mut stack = Changing::create(&deployed, "nodes").await;
    stack.play(&cases::scaling_group()).await;
    stack.play(&cases::nodes()).await;
    stack.delete().await;
    let gpu = json!({"InstanceTypes": ["g5.xlarge"]});
    let mut stack = Changing::create_with(&deployed, "gpu", gpu).await;
    stack.play(&cases::device_plugin()).await;
    // With the last group that asks for it, the plugin goes.
    stack.delete().await;
    let left = deployed.local.eks.object("my-cluster", "daemonsets", NAMESPACE, NAME);
    assert_eq!(left, NONE);
    let windows = json!({"AmiType": "WINDOWS_CORE_2022_x86_64", "InstanceTypes": ["m5.large"]});
    let mut stack = Changing::create_with(&deployed, "windows", windows).await;
    stack.play(&cases::windows()).await;
    stack.delete().await;
}
