//! What `mng render` prints, byte by byte: a changed snapshot means that new nodes boot otherwise.

mod support;

use std::path::Path;

use serde_json::{Value, json};
use support::{CommandResult, create, event, events, file, mng};

const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEBw+RbqdAvUJnK2+8mpQwT3ZfEHFqzX8OGAEMVw9j9r nodes@example.com";

const UNSTATED: &str = "AmiType is unstated: rendered for AL2023\n";

fn render(event: &Path) -> CommandResult {
    mng(&[Path::new("render"), event], &[])
}

macro_rules! snapshot {
    ($name:literal) => {
        ($name, include_str!(concat!("snapshots/", $name, ".txt")))
    };
}

#[track_caller]
fn check((name, expected): (&str, &str), properties: &Value, notes: &str) {
    let (status, output, told) = render(file(&create(properties)).path());
    assert_eq!(status, Some(0), "{name}: {output}{told}");
    assert_eq!(output, expected, "{name}:\n{output}");
    assert_eq!(told, notes, "{name}");
}

#[test]
fn nothing_asked_for_is_amazon_linux_2023() {
    check(snapshot!("al2023"), &json!({}), UNSTATED);
}

#[test]
fn block_ssh_disk_and_the_one_instance_type_are_there() {
    let properties = json!({
        "InstanceTypes": ["m5.large"], "BlockPodImds": "true", "DiskSize": "50", "SecurityGroups": ["sg-2"],
        "RemoteAccess": {"PublicKey": KEY, "SourceSecurityGroups": ["sg-1", "sg-3"]},
        "PropagateTags": "true", "Tags": {"team": "blue"}, "Labels": {"node.kubernetes.io/spot": ""},
    });
    let notes = format!(
        "{UNSTATED}the stack's tags are added at deployment, and left out here\n\
         (the security group for remote access) lets in: tcp 22 from sg-1\n\
         (the security group for remote access) lets in: tcp 22 from sg-3\n"
    );
    check(snapshot!("al2023_everything"), &properties, &notes);
}

#[test]
fn bottlerocket_has_two_volumes_and_its_settings() {
    let properties = json!({
        "AmiType": "BOTTLEROCKET_x86_64", "InstanceTypes": ["m5.large", "c5.xlarge"], "MaxPods": "29",
        "Volume": {"Size": "80", "Encrypted": "true"},
        "UserData": "[settings.kernel.sysctl]\n\"vm.max_map_count\" = \"262144\"\n",
    });
    check(snapshot!("bottlerocket"), &properties, "");
}

#[test]
fn windows_opens_remote_desktop_and_runs_power_shell() {
    let properties = json!({
        "AmiType": "WINDOWS_CORE_2022_x86_64", "UserData": "Write-Host hello",
        "RemoteAccess": {"Ec2SshKey": "my-key", "SourceSecurityGroups": ["sg-1"]},
    });
    let notes = "(the security group for remote access) lets in: tcp 3389 from sg-1\n";
    check(snapshot!("windows"), &properties, notes);
}

#[test]
fn amazon_linux_2_gets_a_script_and_its_maximum_of_pods() {
    let properties = json!({"AmiType": "AL2_x86_64", "UserData": "yum -y install jq", "MaxPods": "29"});
    check(snapshot!("al2"), &properties, "");
}

#[test]
fn a_computed_maximum_of_pods_is_left_to_the_deployment() {
    let properties = json!({"AmiType": "BOTTLEROCKET_x86_64", "MaxPods": {"PrefixDelegation": "true"}});
    let (status, output, notes) = render(file(&create(&properties)).path());
    assert_eq!(status, Some(0), "{notes}");
    assert!(!output.contains("UserData"), "{output}");
    let expected =
        "MaxPods is computed from ec2:DescribeInstanceTypes at deployment, and left out here: mng max-pods tells it\n";
    assert_eq!(notes, expected);
}

#[test]
fn each_create_of_the_examples_renders() {
    let found = std::fs::read_dir(events()).expect("the events");
    let names = found.map(|entry| entry.expect("an event").file_name().into_string().expect("a name"));
    // The record of an invocation that failed is for the last resort, which answers and makes nothing.
    let creates: Vec<_> = names
        .filter(|name| name.contains(".create.") && !name.contains("on-failure"))
        .collect();
    assert!(creates.len() >= 7, "{creates:?}");
    for name in creates {
        let (status, output, notes) = render(&events().join(&name));
        assert_eq!(status, Some(0), "{name}: {output}{notes}");
        let own = output == "the request names its own launch template: lt-0123456789abcdef0\n";
        assert_eq!(own, name == "launch-template.create.json", "{name}: {output}");
    }
}

#[test]
fn a_request_that_makes_no_launch_template_is_told_in_a_line() {
    let none = "the request deletes the node group, and makes no launch template\n";
    let named = json!({"LaunchTemplate": {"Name": "ours", "Version": "$Latest"}});
    for (event, expected) in [
        (event("my-mng.delete.json"), none),
        (create(&named), "the request names its own launch template: ours\n"),
    ] {
        let told = render(file(&event).path());
        assert_eq!(told, (Some(0), expected.to_owned(), String::new()));
    }
}

/// The key pair is named after the group.
#[test]
fn an_update_keeps_a_generated_name() {
    let mut update = create(&json!({"RemoteAccess": {"PublicKey": KEY, "SourceSecurityGroups": ["sg-1"]}}));
    update["RequestType"] = json!("Update");
    let properties = update["ResourceProperties"].as_object_mut().expect("properties");
    properties.shift_remove("NodegroupName");
    for (id, name) in [
        ("my-cluster/made-before", "my-cluster/made-before-"),
        ("another-cluster/made-before", "my-cluster/NodeGroup-"),
    ] {
        update["PhysicalResourceId"] = json!(id);
        let (_, output, _) = render(file(&update).path());
        assert!(output.contains(&format!("\"KeyName\": \"{name}")), "{id}: {output}");
    }
}

#[test]
fn what_cant_be_rendered_is_told_as_by_validate() {
    let bad = file(&create(&json!({"InstanceType": ["m5.large"], "DiskSize": "none"})));
    for (path, status) in [(bad.path(), 1), (Path::new("/nowhere"), 2)] {
        let told = render(path);
        assert_eq!(told.0, Some(status));
        // It reads the request alone, so it tells no lines.
        let (status, lines, note) = mng(&[Path::new("validate"), path], &[]);
        assert_eq!(told, (status, lines.replace(":1: NodeGroup.", ": "), note));
    }
}
