//! `mng from-native`: only what has to change in a template's text changes, and all of that.

mod support;

use std::path::Path;

use cli::check::check;
use cli::native::convert;
use proptest::prelude::*;
use support::mng;
use tempfile::NamedTempFile;

const PROPERTIES: &str =
    "ClusterName: c, NodeRole: 'arn:aws:iam::111122223333:role/eks-node', Subnets: [subnet-0a1b2c3d4e5f60718]";

/// The lines that differ, as they are and as they were.
#[track_caller]
fn check_changes(text: &str, expected: &[(&str, &str)]) {
    let made = convert(text).unwrap_or_else(|problem| panic!("{text}: {problem}")).text;
    let token = made
        .lines()
        .filter(|line| line.trim() == "ServiceToken: !ImportValue ManagedNodeGroupServiceToken")
        .count();
    let lines: Vec<&str> = made
        .lines()
        .filter(|line| !line.trim().starts_with("ServiceToken: !ImportValue") && line.trim() != "BlockPodImds: true")
        .collect();
    let changed = text
        .lines()
        .zip(lines.iter().copied())
        .filter(|(before, after)| before != after);
    let changed: Vec<_> = changed.map(|(before, after)| (before.trim(), after.trim())).collect();
    assert_eq!(changed, expected, "{made}");
    assert_eq!(lines.len(), text.lines().count(), "{made}");
    assert!(token <= 1, "{made}");
    assert_eq!(check(made.as_bytes()).expect("a template").findings, [], "{made}");
}

fn with_outputs(outputs: &str) -> String {
    format!(
        "# first\nResources:\n  Nodes: # é\n    Type: AWS::EKS::Nodegroup\n    Properties:\n      ClusterName: c\n      \
         NodeRole: arn:aws:iam::111122223333:role/eks-node\n      Subnets: [subnet-0a1b2c3d4e5f60718]\n{outputs}"
    )
}

#[test]
fn what_names_the_group_follows_it() {
    let own = [
        ("Nodes: # é", "NodesManaged: # é"),
        ("Type: AWS::EKS::Nodegroup", "Type: Custom::ManagedNodeGroup"),
    ];
    for (before, after) in [
        ("A: {Value: !Ref Nodes}", "A: {Value: !Ref NodesManaged}"),
        ("A: {Value: {Ref: 'Nodes'}}", "A: {Value: {Ref: 'NodesManaged'}}"),
        ("A: {Value: !GetAtt Nodes.Arn}", "A: {Value: !GetAtt NodesManaged.Arn}"),
        (
            "A: {Value: !GetAtt [Nodes, Arn]}",
            "A: {Value: !GetAtt [NodesManaged, Arn]}",
        ),
        (
            "A: {Value: {\"Fn::GetAtt\": [Nodes, Id]}}",
            "A: {Value: {\"Fn::GetAtt\": [NodesManaged, Id]}}",
        ),
        (
            "A: {Value: {\"Fn::GetAtt\": Nodes.Id}}",
            "A: {Value: {\"Fn::GetAtt\": NodesManaged.Id}}",
        ),
        (
            "A: {Value: !Sub '${Nodes} ${Nodes.Id} ${!Nodes} ${Nodes2}'}",
            "A: {Value: !Sub '${NodesManaged} ${NodesManaged.Id} ${!Nodes} ${Nodes2}'}",
        ),
        (
            "A: {Value: !Sub ['${Nodes}', {Nodes: !Ref Nodes}]}",
            "A: {Value: !Sub ['${Nodes}', {Nodes: !Ref NodesManaged}]}",
        ),
        (
            "A: {Value: !Sub ['${Nodes.Arn}${B}', {B: !Ref Nodes}]}",
            "A: {Value: !Sub ['${NodesManaged.Arn}${B}', {B: !Ref NodesManaged}]}",
        ),
        (
            "A: {Value: !Join ['', [!Ref Nodes, !Select [0, [!GetAtt Nodes.Id]]]]}",
            "A: {Value: !Join ['', [!Ref NodesManaged, !Select [0, [!GetAtt NodesManaged.Id]]]]}",
        ),
        (
            "A: {Value: !If [C, !Ref Nodes, Nodes]}",
            "A: {Value: !If [C, !Ref NodesManaged, Nodes]}",
        ),
    ] {
        check_changes(
            &with_outputs(&format!("Outputs:\n  {before}\n")),
            &[own[0], own[1], (before, after)],
        );
    }
    let depends =
        "  B: {Type: AWS::SNS::Topic, DependsOn: Nodes}\n  D: {Type: AWS::SNS::Topic, DependsOn: [B, \"Nodes\"]}\n";
    let after = "D: {Type: AWS::SNS::Topic, DependsOn: [B, \"NodesManaged\"]}";
    check_changes(
        &with_outputs(depends),
        &[
            own[0],
            own[1],
            (
                "B: {Type: AWS::SNS::Topic, DependsOn: Nodes}",
                "B: {Type: AWS::SNS::Topic, DependsOn: NodesManaged}",
            ),
            ("D: {Type: AWS::SNS::Topic, DependsOn: [B, \"Nodes\"]}", after),
        ],
    );
    let mention = "Outputs:\n  A: {Description: Nodes, Value: x}\n";
    check_changes(&with_outputs(mention), &own);
    let notes = convert(&with_outputs(mention)).expect("it is converted").notes;
    assert!(notes.is_complete());
    assert!(
        notes
            .lines("F")
            .iter()
            .any(|line| line.starts_with("F:10: \"Nodes\": left as it is")),
        "{notes:?}"
    );
}

#[test]
fn each_way_of_writing_properties_takes_the_token() {
    let token = "!ImportValue ManagedNodeGroupServiceToken";
    for (text, expected) in [
        (format!("Resources: {{N: {{Type: AWS::EKS::Nodegroup, Properties: {{{PROPERTIES}}}}}}}\n"), format!("Properties: {{ServiceToken: {token}, BlockPodImds: true, ClusterName")),
        (format!("Conditions: {{C: !Equals [a, b]}}\nResources:\n  N:\n    Type: 'AWS::EKS::Nodegroup'\n    Properties: !If [C, {{{PROPERTIES}}}, {{{PROPERTIES}, DiskSize: 30}}]\n"), format!("!If [C, {{ServiceToken: {token}, BlockPodImds: true, ClusterName")),
        (format!("Resources:\n  'Fn::ForEach::L':\n    - Z\n    - [a, b]\n    - 'N${{Z}}':\n        Type: AWS::EKS::Nodegroup\n        Properties: {{{PROPERTIES}}}\n"), "- 'N${Z}Managed':".to_owned()),
        ("{\"Resources\": {\"N\": {\"Type\": \"AWS::EKS::Nodegroup\", \"Properties\": {\"ClusterName\": \"c\", \"NodeRole\": \"arn:aws:iam::111122223333:role/eks-node\", \"Subnets\": [\"subnet-0a1b2c3d4e5f60718\"]}}}}".to_owned(), "{\"ServiceToken\": {\"Fn::ImportValue\": \"ManagedNodeGroupServiceToken\"}, \"BlockPodImds\": true, \"ClusterName\"".to_owned()),
        (with_outputs("").replace('\n', "\r\n"), format!("Properties:\r\n      ServiceToken: {token}\r\n      BlockPodImds: true\r\n      ClusterName")),
    ] {
        let made = convert(&text).unwrap_or_else(|problem| panic!("{text}: {problem}")).text;
        assert!(made.contains(&expected), "{expected} in {made}");
        let tokens = ["ServiceToken\":", "ServiceToken:"].map(|key| made.matches(key).count());
        assert_eq!(tokens.iter().sum::<usize>(), text.matches("ClusterName").count(), "{made}");
        assert_eq!(check(made.as_bytes()).expect("a template").findings, [], "{made}");
        assert!(!made.contains("AWS::EKS::Nodegroup"), "{made}");
    }
}

/// Lines of notes that say what, by their beginnings.
#[track_caller]
fn check_told(text: &str, status: i32, expected: &[&str]) {
    let file = NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), text).expect("written");
    let (got, template, told) = mng(&[Path::new("from-native"), file.path()], &[]);
    let told = told.replace(&file.path().display().to_string(), "FILE");
    assert_eq!(
        (got, template.is_empty()),
        (Some(status), status == 2),
        "{text}: {told}"
    );
    for line in expected {
        assert!(told.contains(line), "{line} in {told}");
    }
}

#[test]
fn what_differs_is_told() {
    check_told(
        &with_outputs(""),
        0,
        &["FILE:3: Nodes: becomes NodesManaged: CloudFormation makes the new group"],
    );
    let named = with_outputs("      NodegroupName: my_nodes\n");
    check_told(
        &named,
        1,
        &["FILE:9: Nodes.NodegroupName: differs: becomes NodegroupNamePrefix"],
    );
    assert!(
        convert(&named)
            .expect("it is converted")
            .text
            .contains("      NodegroupNamePrefix: my-nodes\n")
    );
    check_told(
        &with_outputs("    DeletionPolicy: Retain\n"),
        1,
        &["FILE:3: Nodes.DeletionPolicy: differs: the old group stays"],
    );
    check_told(
        &with_outputs("      Nonsense: 1\n"),
        1,
        &["FILE:9: Nodes.Nonsense: not mapped: unknown property"],
    );
    check_told(
        &with_outputs("  NodesManaged: {Type: AWS::SNS::Topic}\n"),
        0,
        &["becomes NodesManaged2"],
    );
    let absent = "Resources:\n  A: {Type: AWS::EKS::Nodegroup}\n";
    check_told(
        absent,
        1,
        &["FILE:2: A: not mapped: its Properties are not written where it stands"],
    );
    assert_eq!(convert(absent).expect("an answer").text, absent);
    check_told("a: [", 2, &["FILE:2: expected YAML or JSON"]);
    check_told("a: b\n", 2, &["FILE: expected a template with Resources"]);
    check_told(
        "Resources:\n  A: {Type: AWS::SNS::Topic}\n",
        2,
        &["FILE: nothing to convert"],
    );
}

/// EKS's own launch template for AL2023 has a hop limit of 1, this resource's has 2 unless it is told otherwise.
#[test]
fn pods_reach_the_instance_metadata_as_before_or_it_is_told() {
    let kept = "FILE:3: Nodes: BlockPodImds: true is set";
    let unknown = "FILE:3: Nodes: differs: pods reach the instance metadata";
    for (property, block, status, note) in [
        ("", 1, 0, Some(kept)),
        ("AmiType: AL2023_ARM_64_STANDARD", 1, 0, Some(kept)),
        ("AmiType: AL2_x86_64", 0, 1, Some(unknown)),
        ("AmiType: BOTTLEROCKET_x86_64", 0, 1, Some(unknown)),
        ("AmiType: !Ref AmiType", 0, 1, Some(unknown)),
        ("LaunchTemplate: {Id: lt-0123456789abcdef0}", 0, 0, None),
        (
            "LaunchTemplate: !If [C, {Id: lt-0123456789abcdef0}, !Ref AWS::NoValue]",
            0,
            1,
            Some(unknown),
        ),
        (
            "Fn::Transform: {Name: AWS::Include, Parameters: {Location: 's3://a/b'}}",
            0,
            1,
            Some(unknown),
        ),
    ] {
        let text = with_outputs(&format!("      {property}\n"));
        let made = convert(&text).expect("it is converted");
        assert_eq!(
            made.text.matches("      BlockPodImds: true\n").count(),
            block,
            "{}",
            made.text
        );
        let lines = made.notes.lines("FILE");
        let told: Vec<_> = lines.iter().filter(|line| line.contains("metadata")).collect();
        assert_eq!(told.len(), usize::from(note.is_some()), "{lines:?}");
        if let Some(note) = note {
            assert!(told[0].starts_with(note), "{note} in {lines:?}");
        }
        assert_eq!(i32::from(!made.notes.is_complete()), status, "{property}: {lines:?}");
    }
}

#[test]
fn a_policy_that_keeps_the_old_group_is_told_of_the_new_one() {
    let told = |policy: &str| {
        let made = convert(&with_outputs(&format!("    DeletionPolicy: {policy}\n"))).expect("it is converted");
        made.notes.lines("FILE").join("\n")
    };
    let retained = told("Retain");
    assert!(
        retained.contains("Nodes.DeletionPolicy: differs: the old group stays"),
        "{retained}"
    );
    assert!(retained.contains("NodesManaged has the policy too"), "{retained}");
    assert!(retained.contains("even if its creation is rolled back"), "{retained}");
    let except = told("RetainExceptOnCreate");
    assert!(except.contains("NodesManaged has the policy too"), "{except}");
    assert!(!except.contains("rolled back"), "{except}");
    let none = told("Delete");
    assert!(
        !none.contains("Nodes.DeletionPolicy") && none.contains("DeletionPolicy: RetainExceptOnCreate"),
        "{none}"
    );
}

/// CloudFormation refuses a change of an exported value that another stack imports.
#[test]
fn an_exported_value_that_changes_is_told() {
    for (value, is_told) in [("!GetAtt Nodes.Arn", true), ("!Sub 'a ${Nodes}'", true), ("a", false)] {
        let text = with_outputs(&format!("Outputs:\n  A: {{Value: {value}, Export: {{Name: nodes}}}}\n"));
        let made = convert(&text).expect("it is converted");
        let lines = made.notes.lines("FILE");
        let told = lines
            .iter()
            .any(|line| line.starts_with("FILE:10: A: differs: the exported value changes"));
        assert_eq!(
            (told, made.notes.is_complete()),
            (is_told, !is_told),
            "{value}: {lines:?}"
        );
    }
    let made = convert(&with_outputs("Outputs:\n  A: {Value: !Ref Nodes}\n")).expect("it is converted");
    assert!(made.notes.is_complete());
}

#[test]
fn json_with_a_byte_order_mark_stays_json() {
    let text = "\u{feff}{\"Resources\": {\"N\": {\"Type\": \"AWS::EKS::Nodegroup\", \"Properties\": {\"ClusterName\": \"c\", \
                \"NodeRole\": \"arn:aws:iam::111122223333:role/eks-node\", \"Subnets\": [\"subnet-0a1b2c3d4e5f60718\"]}}}}";
    let made = convert(text).expect("it is converted").text;
    let json = made.trim_start_matches('\u{feff}');
    serde_json::from_str::<serde_json::Value>(json).unwrap_or_else(|error| panic!("{error}: {json}"));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever stands around a group, the text stays a template, and nothing but what names the group changes.
    #[test]
    fn whatever_stands_around_it_stays(comment in "\\PC{0,20}", text in "[^\u{0}-\u{1f}\u{7f}-\u{9f}\u{2028}\u{2029}\u{feff}'$]{0,20}") {
        let template = with_outputs(&format!("Outputs:\n  A: {{Value: !Sub '{text}${{Nodes}}'}} # {}\n", comment.replace(char::is_control, " ")));
        if let Ok(made) = convert(&template) {
            let back = made.text.replace("NodesManaged", "Nodes").replace("Custom::ManagedNodeGroup", "AWS::EKS::Nodegroup");
            let back = back.replace("      ServiceToken: !ImportValue ManagedNodeGroupServiceToken\n      BlockPodImds: true\n", "");
            prop_assert_eq!(back, template);
        }
    }

    #[test]
    fn whatever_a_file_holds_is_answered(text in "(Resources:|AWS::EKS::Nodegroup|Type: |Properties:|[\\n {}\\[\\],:&*!'\"a-]|\\PC){0,40}") {
        let _ = convert(&text);
    }
}
