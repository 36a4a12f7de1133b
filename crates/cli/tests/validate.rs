//! The exit status and the lines of `mng validate`.

mod support;

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use support::{CommandResult, create, events, file, mng};
use tempfile::NamedTempFile;

fn validate(file: &Path) -> CommandResult {
    mng(&[Path::new("validate"), file], &[])
}

/// A file that holds a text. It is gone when it is dropped.
fn written(text: &str) -> NamedTempFile {
    let file = NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), text).expect("written");
    file
}

/// Checks exit status and lines, `FILE` standing for the file's path.
#[track_caller]
fn check(text: &str, status: i32, expected: &[&str]) {
    let file = written(text);
    let (got, lines, told) = validate(file.path());
    let lines = format!("{lines}{told}").replace(&file.path().display().to_string(), "FILE");
    let lines: Vec<&str> = lines.lines().collect();
    assert_eq!((got, &lines[..]), (Some(status), expected), "{text}");
}

#[test]
fn a_good_event_is_clean_and_a_bad_one_told_line_by_line() {
    let good = validate(&events().join("my-mng.create.json"));
    assert_eq!(good, (Some(0), String::new(), String::new()));
    let through_sns = validate(&events().join("my-mng.create.sns.json"));
    assert_eq!(through_sns, (Some(0), String::new(), String::new()));

    let bad = file(&create(&json!({"InstanceType": ["m5.large"], "DiskSize": "none"})));
    let (status, lines, _) = validate(bad.path());
    assert_eq!((status, lines.lines().count()), (Some(1), 2), "{lines}");
    let told = "NodeGroup.InstanceType: unknown property; did you mean InstanceTypes?";
    assert!(
        lines.contains(&format!("{}:1: {told}", bad.path().display())),
        "{lines}"
    );

    let (status, lines, problem) = validate(Path::new("/nowhere"));
    assert_eq!((status, lines.len()), (Some(2), 0));
    assert!(problem.starts_with("/nowhere: "), "{problem}");
}

#[test]
fn the_examples_and_the_projects_template_are_clean() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let examples = std::fs::read_dir(root.join("examples")).expect("examples");
    let examples = examples.map(|entry| entry.expect("an entry").path());
    // What isn't CloudFormation's is in folders.
    let examples: Vec<PathBuf> = examples.filter(|path| path.is_file()).collect();
    assert!(examples.len() > 5);
    for template in examples.into_iter().chain([root.join("template.yaml")]) {
        let (status, lines, note) = validate(&template);
        assert_eq!((status, lines.as_str()), (Some(0), ""), "{}", template.display());
        let text = std::fs::read_to_string(&template).expect("a template");
        let noted = note.contains("no resource of type Custom::ManagedNodeGroup");
        assert_eq!(
            noted,
            !text.contains("Type: Custom::ManagedNodeGroup"),
            "{}",
            template.display()
        );
        assert_eq!(noted, !note.is_empty(), "{note}");
    }
}

const TEMPLATE: &str = "\
Resources:
  Other: {Type: AWS::SNS::Topic}
  Nodes:
    Type: Custom::ManagedNodeGroup
    Properties:
      ServiceToken: !ImportValue Token
      ClusterName: !Ref Cluster
      NodeRole: !GetAtt Role.Arn
      Subnets: !Split [',', !ImportValue Subnets]
      Version: 1.30
      NodegroupName: 0123
      ScalingConfig:
        MinSize: !If [Large, 3, 1]
        MaxSize: none
      Taints:
        - !Ref AWS::NoValue
        - Key: a
          Effect: NoSchedule
        - Key: b
          Effct: NoSchedule
      Labels:
        team: '{{resolve:ssm:/team}}'
  Bare:
    Type: Custom::ManagedNodeGroup
";

#[test]
fn each_node_group_of_a_template_is_checked_as_far_as_it_is_known() {
    check(
        TEMPLATE,
        1,
        &[
            "FILE:11: Nodes.NodegroupName: expected letters, digits and hyphens, the first a letter, got \"0123\"",
            "FILE:14: Nodes.ScalingConfig.MaxSize: expected a whole number at least 1, got \"none\"",
            "FILE:19: Nodes.Taints[1].Effect: is required",
            "FILE:20: Nodes.Taints[1].Effct: unknown property; did you mean Effect?",
            "FILE:23: Bare.ClusterName: is required",
            "FILE:23: Bare.NodeRole: is required",
            "FILE:23: Bare.Subnets: is required",
        ],
    );
}

#[test]
fn loops_macros_and_nulls_are_understood() {
    check(
        "\
Resources:
  Fn::ForEach::Zones:
    - Zone
    - [a, b]
    - Nodes${Zone}:
        Type: Custom::ManagedNodeGroup
        Properties:
          ClusterName: c-${Zone}
          NodeRole: !Ref Role
          Subnets: ['${Zone}']
          Labels: {'zone-&{Zone}': x}
          MaxPods: many
      Fn::ForEach::Inner:
        - Size
        - !Ref Sizes
        - Nodes${Zone}${Size}: {Type: Custom::ManagedNodeGroup, Properties: {NodeRole: '${Size}${Zone}'}}
  Included:
    Type: Custom::ManagedNodeGroup
    Properties:
      Fn::Transform: {Name: AWS::Include, Parameters: {Location: s3://b/k}}
      DiskSize: 0
      Volume:
  List:
    Type: Custom::ManagedNodeGroup
    Properties: []
",
        1,
        &[
            "FILE:12: Nodes${Zone}.MaxPods: expected a whole number from 1 to 12000, got \"many\"",
            "FILE:16: Nodes${Zone}${Size}.ClusterName: is required",
            "FILE:16: Nodes${Zone}${Size}.Subnets: is required",
            "FILE:22: Included.Volume: expected a value, got nothing: CloudFormation takes no null in a template",
            "FILE:21: Included.DiskSize: expected a whole number from 1 to 16384, got \"0\"",
            "FILE:25: List: expected a map of Properties, got a list",
        ],
    );
}

#[test]
fn properties_alone_are_checked_in_yaml_and_json() {
    check(
        "ClusterName: c\nNodeRole: arn:aws:iam::111122223333:role/r\nSubnets: [subnet-a]\n",
        0,
        &[],
    );
    let expected = ["FILE:3: Subnets[0]: expected text, got an object"];
    check(
        "ClusterName: c\nNodeRole: !Ref R\nSubnets: [{a: b}]\n",
        1,
        &expected[..],
    );
    let json = "{\"ClusterName\": \"c\",\n \"NodeRole\": {\"Ref\": \"R\"},\n \"Subnets\": [{\"a\": \"b\"}]}";
    check(json, 1, &expected[..]);
}

#[test]
fn what_holds_nothing_to_check_is_unreadable() {
    for (text, expected) in [
        ("", "FILE: the file is empty, and nothing in it to check"),
        (
            "just words",
            "FILE: nothing to check: expected a template with Resources, the properties of a node group, or a request",
        ),
        (
            "{\"RequestType\": \"Create\"}",
            "FILE: the event has no ResponseURL, StackId, RequestId or LogicalResourceId, or longer ones than CloudFormation's, so \
             nobody can be answered",
        ),
        ("{\"Records\": []}", "FILE: no request"),
        ("a: 1\na: 2\n", "FILE:2: expected each key once, got \"a\" again"),
    ] {
        check(text, 2, &[expected]);
    }
    check(
        "Resources: {}\n",
        0,
        &["FILE: no resource of type Custom::ManagedNodeGroup in the template"],
    );
}

#[test]
fn an_event_of_eventbridge_is_a_request() {
    let event = |detail: Value| {
        let event = json!({
            "id": "1", "time": "2026-11-26T10:15:00Z", "account": "111122223333", "source": "com.example",
            "detail-type": "ManagedNodeGroup Request", "detail": detail,
        });
        format!("{event:#}")
    };
    let create = json!({
        "RequestType": "Create", "LogicalResourceId": "Web",
        "ResourceProperties": {"ClusterName": "c", "NodeRole": "arn:aws:iam::111122223333:role/r", "DiskSize": 0, "Subnets": ["subnet-a"]},
    });
    let expected = "FILE:13: Web.DiskSize: expected a whole number from 1 to 16384, got \"0\"";
    check(&event(create.clone()), 1, &[expected]);
    let mut tagged = create.clone();
    let tags = |count: usize| (0..count).map(|number| (format!("t{number}"), json!("v"))).collect();
    tagged["ResourceProperties"].as_object_mut().unwrap().remove("DiskSize");
    tagged["ResourceProperties"]["Tags"] = Value::Object(tags(45));
    check(&event(tagged.clone()), 0, &[]);
    tagged["ResourceProperties"]["Tags"] = Value::Object(tags(46));
    let expected = "FILE:16: Web.Tags: expected at most 45 tags in a request by event, got 46";
    check(&event(tagged), 1, &[expected]);
    let mut delete =
        json!({"RequestType": "Delete", "LogicalResourceId": "Web", "ResourceProperties": {"ClusterName": "c"}});
    check(&event(delete.clone()), 0, &[]);
    delete["ResourceProperties"] = json!({});
    let expected = "FILE: nothing was changed, 1 problem(s) with the request: (1) ResourceProperties: a Delete needs ClusterName in \
                    them, or PhysicalResourceId beside them [bad-request]";
    check(&event(delete), 2, &[expected]);
}

#[test]
fn json_is_for_programs() {
    let file = written(TEMPLATE);
    let json = |path: &Path| mng(&["validate", "--format", "json", &path.display().to_string()], &[]);
    let (status, lines, _) = json(file.path());
    let told: Value = serde_json::from_str(&lines).unwrap_or_else(|error| panic!("{error}: {lines}"));
    assert_eq!((status, told.as_array().map(Vec::len)), (Some(1), Some(7)), "{told:#}");
    assert_eq!(
        told[0],
        json!({"file": file.path(), "line": 11, "resource": "Nodes", "path": "NodegroupName", "code": "name-syntax",
               "message": "expected letters, digits and hyphens, the first a letter, got \"0123\""})
    );
    let (status, lines, _) = json(&events().join("my-mng.create.json"));
    assert_eq!((status, lines.as_str()), (Some(0), "[]\n"));
}
