//! What eksctl does by rules of its own, and what is left of a group of which the resource refuses a part.

use std::fmt::Write;

use cli::eksctl::{Converted, convert};
use cli::note::{Kind, Note};
use serde_json::{Value, json};

/// A group's fields in YAML, indented by four.
fn converted(beside: &str, fields: &str) -> Converted {
    let mut text = "apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\nmetadata: {name: c}\n".to_owned();
    let _ = write!(text, "{beside}managedNodeGroups:\n  - name: web\n{fields}");
    convert(&text).unwrap_or_else(|problems| panic!("{text}: {problems:?}"))
}

fn properties(made: &Converted) -> &Value {
    &made.template["Resources"]["Web"]["Properties"]
}

fn role(made: &Converted) -> &Value {
    &made.template["Resources"]["WebRole"]["Properties"]
}

/// The only note on a path that has these words.
#[track_caller]
fn told<'n>(made: &'n Converted, path: &str, words: &str) -> &'n Note {
    let about: Vec<&Note> = made.notes.0.iter().filter(|note| note.path == path).collect();
    let found = about.iter().find(|note| note.text.contains(words));
    found.unwrap_or_else(|| panic!("\"{words}\" on {path} in {:?}", made.notes.0))
}

fn policy(name: &str) -> Value {
    json!({"Fn::Sub": format!("arn:${{AWS::Partition}}:iam::aws:policy/{name}")})
}

/// `eksctl delete nodegroup` cordons and empties every node that has the label, whichever group it is in.
#[test]
fn no_new_node_has_the_label_by_which_eksctl_drains() {
    const LABEL: &str = "alpha.eksctl.io/nodegroup-name";
    let made = converted("", "");
    assert_eq!(
        properties(&made)["Labels"],
        json!({"alpha.eksctl.io/cluster-name": "c"})
    );
    assert_eq!(told(&made, "managedNodeGroups", LABEL).kind, Kind::Told);
    let made = converted("", "    labels: {alpha.eksctl.io/nodegroup-name: web, tier: web}\n");
    assert_eq!(
        properties(&made)["Labels"],
        json!({"tier": "web", "alpha.eksctl.io/cluster-name": "c"})
    );
    let note = told(
        &made,
        "managedNodeGroups[0].labels.alpha.eksctl.io/nodegroup-name",
        "drain",
    );
    assert_eq!((note.kind, note.line), (Kind::Told, 6));
}

#[test]
fn what_eksctl_overwrites_is_overwritten_and_told() {
    let made = converted(
        "",
        "    labels: {alpha.eksctl.io/cluster-name: other}\n    tags: {alpha.eksctl.io/nodegroup-type: other, a: b}\n",
    );
    assert_eq!(
        properties(&made)["Labels"],
        json!({"alpha.eksctl.io/cluster-name": "c"})
    );
    assert_eq!(properties(&made)["Tags"], json!({"a": "b", "Name": "c-web-Node"}));
    for path in [
        "labels.alpha.eksctl.io/cluster-name",
        "tags.alpha.eksctl.io/nodegroup-type",
    ] {
        assert_eq!(
            told(&made, &format!("managedNodeGroups[0].{path}"), "eksctl").kind,
            Kind::Told
        );
    }
}

/// The role that eksctl made has the name, until its group is deleted.
#[test]
fn a_role_gets_no_name_that_is_taken() {
    let made = converted("", "    iam: {instanceRoleName: nodes}\n");
    assert_eq!(role(&made).get("RoleName"), None);
    told(&made, "managedNodeGroups[0].iam.instanceRoleName", "has the name");
    assert!(!made.notes.is_complete());
}

#[test]
fn own_policies_are_all_that_a_role_gets() {
    const OWN: &str = "arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy";
    let made = converted("", &format!("    iam: {{attachPolicyARNs: ['{OWN}']}}\n"));
    assert_eq!(role(&made)["ManagedPolicyArns"], json!([OWN]));
}

/// eksctl has statements of its own for the two, which allow more than AWS's policies for the drivers.
#[test]
fn file_systems_get_the_permissions_that_eksctl_gives() {
    let made = converted("", "    iam: {withAddonPolicies: {efs: true, fsx: true}}\n");
    let allowed: Vec<&Value> = role(&made)["Policies"]
        .as_array()
        .into_iter()
        .flatten()
        .flat_map(|policy| policy["PolicyDocument"]["Statement"].as_array().into_iter().flatten())
        .map(|statement| &statement["Action"])
        .collect();
    let interfaces = json!([
        "ec2:CreateNetworkInterface",
        "ec2:DeleteNetworkInterface",
        "ec2:DescribeNetworkInterfaceAttribute",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeSubnets",
        "ec2:ModifyNetworkInterfaceAttribute",
    ]);
    let linked = json!([
        "iam:AttachRolePolicy",
        "iam:CreateServiceLinkedRole",
        "iam:PutRolePolicy"
    ]);
    let expected = [&json!("elasticfilesystem:*"), &interfaces, &json!("fsx:*"), &linked];
    assert_eq!(allowed, expected);
    let managed = role(&made)["ManagedPolicyArns"].to_string();
    assert!(!managed.contains("EFS") && !managed.contains("FSx"), "{managed}");
}

/// The fields, what stays of a property, and the paths that are told.
#[track_caller]
fn check_left(fields: &str, property: &str, expected: &Value, paths: &[&str]) {
    let made = converted("", fields);
    assert_eq!(&properties(&made)[property], expected, "{fields}");
    let told: Vec<&str> = made
        .notes
        .0
        .iter()
        .filter(|note| note.kind != Kind::Told)
        .map(|note| note.path.trim_start_matches("managedNodeGroups[0]."))
        .collect();
    assert_eq!(told, paths, "{:?}", made.notes.0);
}

#[test]
fn what_is_refused_goes_alone() {
    let good = "{nodeMonitoringCondition: A, nodeUnhealthyReason: B, minRepairWaitTimeMins: 5, repairAction: Reboot}";
    let bad = "{nodeMonitoringCondition: C, nodeUnhealthyReason: D, minRepairWaitTimeMins: 5, repairAction: Restart}";
    let kept = json!({"NodeMonitoringCondition": "A", "NodeUnhealthyReason": "B", "MinRepairWaitTimeMins": 5,
                      "RepairAction": "Reboot"});
    check_left(
        &format!("    nodeRepairConfig: {{enabled: true, nodeRepairConfigOverrides: [{good}, {bad}]}}\n"),
        "NodeRepairConfig",
        &json!({"Enabled": true, "NodeRepairConfigOverrides": [kept]}),
        &["nodeRepairConfig.nodeRepairConfigOverrides[1]"],
    );
    check_left(
        &format!("    nodeRepairConfig: {{enabled: true, nodeRepairConfigOverrides: [{bad}]}}\n"),
        "NodeRepairConfig",
        &json!({"Enabled": true}),
        &["nodeRepairConfig.nodeRepairConfigOverrides[0]"],
    );
    check_left(
        "    asgSuspendProcesses: [AZRebalance, Launch]\n",
        "SuspendProcesses",
        &json!(["AZRebalance"]),
        &["asgSuspendProcesses[1]"],
    );
    check_left(
        "    taints: [{key: a, value: b c, effect: NoSchedule}, {key: d, effect: Never}]\n",
        "Taints",
        &json!([{"Key": "a", "Effect": "NoSchedule"}]),
        &["taints[1]", "taints[0].value"],
    );
    check_left(
        "    labels: {a.b/c: d, e f: g}\n",
        "Labels",
        &json!({"a.b/c": "d", "alpha.eksctl.io/cluster-name": "c"}),
        &["labels.e f"],
    );
    let made = converted(
        "",
        &format!("    nodeRepairConfig: {{enabled: true, nodeRepairConfigOverrides: [{bad}]}}\n"),
    );
    told(
        &made,
        "managedNodeGroups[0].nodeRepairConfig.nodeRepairConfigOverrides[0]",
        "NodeRepairConfigOverrides[0].RepairAction: expected",
    );
    told(
        &made,
        "managedNodeGroups[0].nodeRepairConfig.nodeRepairConfigOverrides[0]",
        "without it NodeRepairConfig.NodeRepairConfigOverrides[0] can't be",
    );
}

#[test]
fn a_setting_of_bottlerocket_that_is_refused_goes_alone() {
    let fields =
        |settings: &str| format!("    amiFamily: Bottlerocket\n    bottlerocket:\n      settings: {settings}\n");
    let kubernetes = "{motd: hello, kubernetes: {node-labels: {a: b}, pod-pids-limit: 100, api-server: x}}";
    check_left(
        &fields(kubernetes),
        "UserData",
        &json!("[settings]\nmotd = \"hello\"\n\n[settings.kubernetes]\npod-pids-limit = 100\n"),
        &[
            "bottlerocket.settings.kubernetes.node-labels",
            "bottlerocket.settings.kubernetes.api-server",
        ],
    );
    check_left(
        &fields("{motd: hello, a: {b: null, c: [1, null]}}"),
        "UserData",
        &json!("[settings]\nmotd = \"hello\"\n\n[settings.a]\nc = [1]\n"),
        &["bottlerocket.settings.a.b", "bottlerocket.settings.a.c[1]"],
    );
    let half = "a".repeat(9_000);
    let long = fields(&format!("{{motd: {half}, other: {half}}}"));
    check_left(&long, "UserData", &Value::Null, &["bottlerocket.settings"]);
    let pods = format!("{}    maxPodsPerNode: 20\n", fields("{kubernetes: {max-pods: 30}}"));
    check_left(
        &pods,
        "UserData",
        &Value::Null,
        &["bottlerocket.settings.kubernetes.max-pods"],
    );
}

#[test]
fn policies_that_eksctl_attaches_are_there() {
    let made = converted("", "");
    let names = [
        "AmazonEKSWorkerNodePolicy",
        "AmazonEC2ContainerRegistryPullOnly",
        "AmazonEKS_CNI_Policy",
        "AmazonSSMManagedInstanceCore",
    ];
    assert_eq!(role(&made)["ManagedPolicyArns"], json!(names.map(policy)));
}
