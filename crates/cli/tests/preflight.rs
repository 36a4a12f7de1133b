//! `mng preflight`: what speaks against a node group, against an account in which nothing may change by it.

#[path = "support/account.rs"]
mod account;
mod support;

use account::Account;
use serde_json::{Value, json};
use support::file;

#[tokio::test]
async fn findings_are_told_with_code_and_remedy() {
    let account = Account::start().await;
    let fine = account.output("preflight", &account.create(&json!({}))).await;
    assert_eq!(fine, (Some(0), String::new(), String::new()));

    let changes = json!({"Version": "1.35", "SclaingConfig": {}, "RemoteAccess": {"Ec2SshKey": "no-key"}});
    let wrong = account.create(&changes);
    let (status, output, _) = account.output("preflight", &wrong).await;
    assert_eq!(status, Some(1), "{output}");
    let starts = [
        "error unknown-property SclaingConfig: unknown property; did you mean ScalingConfig?; ",
        "error version-ahead Version: ",
        "error key-pair-not-found RemoteAccess.Ec2SshKey: ",
    ];
    assert_eq!(output.lines().count(), starts.len(), "{output}");
    for (line, start) in output.lines().zip(starts) {
        assert!(line.starts_with(start), "{start} in {output}");
    }

    let file = file(&wrong);
    let path = file.path().display().to_string();
    let (status, output, _) = account.run(&["preflight", "--format", "json", &path]).await;
    let told: Value = serde_json::from_str(&output).expect("JSON");
    assert_eq!((status, told.as_array().map(Vec::len)), (Some(1), Some(3)), "{told:#}");
    let (key, members) = (
        &told[2],
        ["code", "severity", "property", "resource", "cause", "remedy"],
    );
    let keys: Vec<&String> = key.as_object().expect("an object").keys().collect();
    assert_eq!(keys, members);
    assert_eq!(
        (&key["severity"], &key["resource"]),
        (&json!("error"), &json!("no-key"))
    );
}

#[tokio::test]
async fn warnings_are_no_errors_and_what_was_not_checked_is_told() {
    let account = Account::start().await;
    let denied = account.moto.deny("iam:GetRole").await;
    denied.expect("moto takes it");
    let spot = account.create(&json!({"CapacityType": "SPOT"}));
    let (status, output, notes) = account.output("preflight", &spot).await;
    assert_eq!(status, Some(0), "{output}");
    assert!(output.starts_with("warning spot-one-type InstanceTypes: "), "{output}");
    assert!(notes.starts_with("not checked: iam:GetRole on "), "{notes}");
    assert!(!notes.contains("ServiceToken"), "{notes}");
}

#[tokio::test]
async fn properties_alone_and_deletions() {
    let account = Account::start().await;
    let properties = account.properties(&json!({"ClusterName": null}));
    let file = file(&properties);
    let path = file.path().display().to_string();
    for (cluster, expected) in [("my-cluster", 0), ("no-cluster", 1)] {
        let arguments = ["preflight", "--properties", &path, "--cluster", cluster];
        let (status, output, notes) = account.run(&arguments).await;
        assert_eq!(status, Some(expected), "{output}{notes}");
        assert_eq!(
            output.contains("error cluster-not-found ClusterName: "),
            expected == 1,
            "{output}"
        );
    }
    let delete = account.delete(&account.create(&json!({})), "my-cluster/my-mng");
    let (status, output, notes) = account.output("preflight", &delete).await;
    assert_eq!((status, output.as_str()), (Some(0), ""));
    assert!(notes.contains("nothing is checked"), "{notes}");
}
