//! Encryption with a key of the user's: all that is at rest has it, or none of it, and the documented key policy is for just that.

mod support;

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use support::template::{parsed, property, statements};

/// What a property is with a key and without one.
fn by_key(resource: &str, name: &str) -> [Value; 2] {
    let found = property(resource, name);
    assert_eq!(found["If"][0], "HasKey", "{resource}.{name}: {found}");
    [found["If"][1].clone(), found["If"][2].clone()]
}

#[test]
fn everything_at_rest_has_the_key_or_nothing_has() {
    let (key, none) = (json!({"Ref": "KmsKeyArn"}), json!({"Ref": "AWS::NoValue"}));
    for group in ["FunctionLogGroup", "StateMachineLogGroup"] {
        assert_eq!(by_key(group, "KmsKeyId"), [key.clone(), none.clone()], "{group}");
    }
    let queue = "FailedInvocations";
    assert_eq!(by_key(queue, "KmsMasterKeyId"), [key.clone(), none.clone()]);
    assert_eq!(by_key(queue, "SqsManagedSseEnabled"), [none, json!(true)]);
    let machine = by_key("PollingStateMachine", "EncryptionConfiguration");
    assert_eq!(machine[0], json!({"Type": "CUSTOMER_MANAGED_KMS_KEY", "KmsKeyId": key}));
    assert_eq!(machine[1], json!({"Type": "AWS_OWNED_KEY"}));

    let resources = parsed()["Resources"].clone();
    let at_rest = resources.as_object().unwrap().values().filter(|one| {
        let kind = one["Type"].as_str().unwrap_or_default();
        [
            "AWS::Logs::LogGroup",
            "AWS::SQS::Queue",
            "AWS::StepFunctions::StateMachine",
        ]
        .contains(&kind)
    });
    assert_eq!(
        at_rest.count(),
        4,
        "something new keeps data: is it encrypted with the key too?"
    );
}

/// A key may keep much else, so each statement names what it is used for.
#[test]
fn the_roles_use_the_key_for_their_own_alone() {
    for (role, count) in [("FunctionRole", 1), ("StateMachineRole", 2)] {
        let of_key: Vec<Value> = statements(role)
            .into_iter()
            .filter(|one| one["Resource"] == json!({"Ref": "KmsKeyArn"}))
            .collect();
        assert_eq!(of_key.len(), count, "{role}");
        for statement in of_key {
            let conditions = statement["Condition"]["StringEquals"].as_object().expect("a condition");
            let by_context = conditions.keys().any(|key| key.starts_with("kms:EncryptionContext:"));
            assert!(by_context, "{statement}");
        }
    }
}

fn security() -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/security.md")).expect("docs/security.md")
}

#[test]
fn the_documented_key_policy_is_for_what_the_template_makes() {
    let text = security();
    let block = text.split("```json\n").nth(1).and_then(|rest| rest.split("```").next());
    let policy: Value = serde_json::from_str(block.expect("the key policy")).expect("JSON");
    let groups = &policy["Statement"][1]["Condition"]["ArnEquals"]["kms:EncryptionContext:aws:logs:arn"];
    let made: Vec<String> = ["FunctionLogGroup", "StateMachineLogGroup"]
        .map(|group| property(group, "LogGroupName"))
        .iter()
        .map(|name| {
            name.as_str()
                .unwrap()
                .replace("${AWS::StackName}", "managed-node-group")
        })
        .map(|name| format!("arn:aws:logs:us-east-1:123456789012:log-group:{name}"))
        .collect();
    assert_eq!(groups, &json!(made));
    let services: Vec<&Value> = policy["Statement"]
        .as_array()
        .unwrap()
        .iter()
        .skip(1)
        .map(|one| &one["Principal"]["Service"])
        .collect();
    assert_eq!(
        services,
        [
            "logs.us-east-1.amazonaws.com",
            "delivery.logs.amazonaws.com",
            "events.amazonaws.com"
        ]
    );
}

/// What the page says that a test shows is in a file that is there.
#[test]
fn the_files_that_the_page_names_are_there() {
    let text = security();
    let named = text
        .split('`')
        .filter(|word| word.ends_with(".rs") || word.ends_with(".toml"));
    let missing: Vec<&str> = named
        .filter(|word| !Path::new(env!("CARGO_MANIFEST_DIR")).join(word).is_file())
        .collect();
    assert_eq!(missing, Vec::<&str>::new());
    assert!(text.contains("`tests/secrets.rs`"));
}
