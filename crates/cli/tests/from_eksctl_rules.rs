//! What eksctl does by rules of its own, and what is left of a group of which the resource refuses a part.

use std::fmt::Write;

use cli::eksctl::{ConvertedConfig, convert};
use cli::note::{Note, NoteKind};
use serde_json::{Value, json};

/// A group's fields in YAML, indented by four.
fn converted(beside: &str, fields: &str) -> ConvertedConfig {
    let mut text = "apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\nmetadata: {name: c}\n".to_owned();
    let _ = write!(text, "{beside}managedNodeGroups:\n  - name: web\n{fields}");
    convert(&text).unwrap_or_else(|problems| panic!("{text}: {problems:?}"))
}

fn properties(made: &ConvertedConfig) -> &Value {
    &made.template["Resources"]["Web"]["Properties"]
}

fn role(made: &ConvertedConfig) -> &Value {
    &made.template["Resources"]["WebRole"]["Properties"]
}

/// The only note on a path that has these words.
#[track_caller]
fn note_on<'n>(made: &'n ConvertedConfig, path: &str, words: &str) -> &'n Note {
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
    assert_eq!(note_on(&made, "managedNodeGroups", LABEL).kind, NoteKind::Told);
    let made = converted("", "    labels: {alpha.eksctl.io/nodegroup-name: web, tier: web}\n");
    assert_eq!(
        properties(&made)["Labels"],
        json!({"tier": "web", "alpha.eksctl.io/cluster-name": "c"})
    );
    let note = note_on(
        &made,
        "managedNodeGroups[0].labels.alpha.eksctl.io/nodegroup-name",
        "drain",
    );
    assert_eq!((note.kind, note.line), (NoteKind::Told, 6));
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
            note_on(&made, &format!("managedNodeGroups[0].{path}"), "eksctl").kind,
            NoteKind::Told
        );
    }
}

/// The role that eksctl made has the name, until its group is deleted.
#[test]
fn a_role_gets_no_name_that_is_taken() {
    let made = converted("", "    iam: {instanceRoleName: nodes}\n");
    assert_eq!(role(&made).get("RoleName"), None);
    note_on(&made, "managedNodeGroups[0].iam.instanceRoleName", "has the name");
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
        .filter(|note| note.kind != NoteKind::Told)
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
    note_on(
        &made,
        "managedNodeGroups[0].nodeRepairConfig.nodeRepairConfigOverrides[0]",
        "NodeRepairConfigOverrides[0].RepairAction: expected",
    );
    note_on(
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

/// eksctl's reader of YAML is of YAML 1.1, and knows what is quoted.
#[test]
fn words_and_numbers_of_what_is_copied_are_those_that_eksctl_reads() {
    let settings = "{a: yes, b: 010, c: 'yes', d: Off, e: 0x1F, f: 1.5, g: 1_000, h: \"010\", i: 2012-10-17, j: n, k: 089, l: -3, \
                    m: [on, '1'], n: !!str no, o: 1e3, p: 0o17, q: +, r: 18446744073709551616}";
    let made = converted(
        "",
        &format!("    amiFamily: Bottlerocket\n    bottlerocket: {{settings: {settings}}}\n"),
    );
    let text = properties(&made)["UserData"].as_str().unwrap_or_default();
    let expected = "[settings]\na = true\nb = 8\nc = \"yes\"\nd = false\ne = 31\nf = 1.5\ng = 1000\nh = \"010\"\ni = \"2012-10-17\"\n\
                    j = false\nk = 89\nl = -3\nm = [true, \"1\"]\nn = \"no\"\no = 1000\np = 15\nq = \"+\"\n\
                    r = 18446744073709552000.0\n";
    assert_eq!(text, expected);
    let statement = "{Effect: Allow, Action: '*', Resource: '*', Condition: {Bool: {a: yes, b: 'no'}}}";
    let policy = format!("{{Version: 2012-10-17, Statement: [{statement}]}}");
    let made = converted("", &format!("    iam: {{attachPolicy: {policy}}}\n"));
    let document = &role(&made)["Policies"][0]["PolicyDocument"];
    assert_eq!(document["Version"], json!("2012-10-17"));
    assert_eq!(
        document["Statement"][0]["Condition"],
        json!({"Bool": {"a": true, "b": "no"}})
    );
}

/// eksctl asks the cluster whether the network plugin has a role of its own; a file doesn't say it.
#[test]
fn a_role_without_the_network_plugins_policy_is_told() {
    const OIDC: &str = "iam: {withOIDC: true}\n";
    let about = |made: &ConvertedConfig| {
        let notes = made.notes.0.iter();
        notes
            .filter(|note| note.text.contains("AmazonEKS_CNI_Policy"))
            .cloned()
            .collect::<Vec<_>>()
    };
    let made = converted(OIDC, "  - name: other\n");
    let notes = about(&made);
    assert_eq!(notes.len(), 1, "{notes:?}");
    assert_eq!(
        (notes[0].path.as_str(), notes[0].line, notes[0].kind),
        ("iam.withOIDC", 4, NoteKind::Told)
    );
    for (beside, fields) in [
        ("", ""),
        ("iam: {withOIDC: false}\n", ""),
        (
            OIDC,
            "    iam: {attachPolicyARNs: ['arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy']}\n",
        ),
        (
            OIDC,
            "    iam: {instanceRoleARN: 'arn:aws:iam::111122223333:role/eks-node'}\n",
        ),
    ] {
        assert_eq!(about(&converted(beside, fields)), [], "{beside}{fields}");
    }
}

#[test]
fn no_zone_is_left_out_in_silence() {
    let vpc = "vpc: {subnets: {public: {a: {id: subnet-0a1b2c3d4e5f60718}, c: {id: subnet-0b2c3d4e5f6071829}}}}\n";
    let subnets = |zones: &str| {
        let made = converted(vpc, &format!("    availabilityZones: {zones}\n"));
        properties(&made)["Subnets"].clone()
    };
    assert_eq!(subnets("[a]"), json!(["subnet-0a1b2c3d4e5f60718"]));
    assert_eq!(
        subnets("[c, a]"),
        json!(["subnet-0a1b2c3d4e5f60718", "subnet-0b2c3d4e5f6071829"])
    );
    assert_eq!(subnets("[a, b]"), json!({"Ref": "SubnetsOfWeb"}));
}

/// EKS takes no AMI type beside a template's image. eksctl looks into the template, a conversion can't.
#[test]
fn an_ami_type_beside_a_launch_template_is_told() {
    const TEMPLATE: &str = "    launchTemplate: {id: lt-0123456789abcdef0}\n    instanceTypes: [m5.large]\n";
    let made = converted("", &format!("{TEMPLATE}    amiFamily: Bottlerocket\n"));
    assert_eq!(properties(&made)["AmiType"], json!("BOTTLEROCKET_x86_64"));
    let note = note_on(&made, "managedNodeGroups[0].amiFamily", "take AmiType out");
    assert_eq!(note.kind, NoteKind::Told);
    for fields in [TEMPLATE, "    amiFamily: Bottlerocket\n"] {
        let made = converted("", fields);
        assert!(
            !made.notes.0.iter().any(|note| note.text.contains("take AmiType out")),
            "{fields}"
        );
    }
}

/// On AL2023 eksctl puts bash before each command, on AL2 nothing.
#[test]
fn a_command_with_an_interpreter_of_its_own_keeps_it_on_al2() {
    let scripts = |family: &str| {
        let commands = "[\"#!/bin/sh\\necho one\", echo two]";
        let made = converted(
            "",
            &format!("    amiFamily: {family}\n    preBootstrapCommands: {commands}\n"),
        );
        properties(&made)["UserData"].as_str().unwrap_or_default().to_owned()
    };
    let al2 = scripts("AmazonLinux2");
    assert!(
        al2.contains("\n\n#!/bin/sh\necho one\n") && al2.contains("\n\n#!/bin/bash\necho two\n"),
        "{al2}"
    );
    let al2023 = scripts("AmazonLinux2023");
    assert!(al2023.contains("\n\n#!/bin/bash\n#!/bin/sh\necho one\n"), "{al2023}");
}
