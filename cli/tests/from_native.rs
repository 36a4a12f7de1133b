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
        .filter(|line| !line.trim().starts_with("ServiceToken: !ImportValue"))
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
        (format!("Resources: {{N: {{Type: AWS::EKS::Nodegroup, Properties: {{{PROPERTIES}}}}}}}\n"), format!("Properties: {{ServiceToken: {token}, ClusterName")),
        (format!("Conditions: {{C: !Equals [a, b]}}\nResources:\n  N:\n    Type: 'AWS::EKS::Nodegroup'\n    Properties: !If [C, {{{PROPERTIES}}}, {{{PROPERTIES}, DiskSize: 30}}]\n"), format!("!If [C, {{ServiceToken: {token}, ClusterName")),
        (format!("Resources:\n  'Fn::ForEach::L':\n    - Z\n    - [a, b]\n    - 'N${{Z}}':\n        Type: AWS::EKS::Nodegroup\n        Properties: {{{PROPERTIES}}}\n"), "- 'N${Z}Managed':".to_owned()),
        ("{\"Resources\": {\"N\": {\"Type\": \"AWS::EKS::Nodegroup\", \"Properties\": {\"ClusterName\": \"c\", \"NodeRole\": \"arn:aws:iam::111122223333:role/eks-node\", \"Subnets\": [\"subnet-0a1b2c3d4e5f60718\"]}}}}".to_owned(), "{\"ServiceToken\": {\"Fn::ImportValue\": \"ManagedNodeGroupServiceToken\"}, \"ClusterName\"".to_owned()),
        (with_outputs("").replace('\n', "\r\n"), format!("Properties:\r\n      ServiceToken: {token}\r\n      ClusterName")),
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

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever stands around a group, the text stays a template, and nothing but what names the group changes.
    #[test]
    fn whatever_stands_around_it_stays(comment in "\\PC{0,20}", text in "[^\u{0}-\u{1f}\u{7f}-\u{9f}\u{2028}\u{2029}\u{feff}'$]{0,20}") {
        let template = with_outputs(&format!("Outputs:\n  A: {{Value: !Sub '{text}${{Nodes}}'}} # {}\n", comment.replace(char::is_control, " ")));
        if let Ok(made) = convert(&template) {
            let back = made.text.replace("NodesManaged", "Nodes").replace("Custom::ManagedNodeGroup", "AWS::EKS::Nodegroup");
            let back = back.replace("      ServiceToken: !ImportValue ManagedNodeGroupServiceToken\n", "");
            prop_assert_eq!(back, template);
        }
    }

    #[test]
    fn whatever_a_file_holds_is_answered(text in "(Resources:|AWS::EKS::Nodegroup|Type: |Properties:|[\\n {}\\[\\],:&*!'\"a-]|\\PC){0,40}") {
        let _ = convert(&text);
    }
}
