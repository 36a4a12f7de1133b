//! The token for a cluster is the one that the aws CLI makes, byte for byte.

mod support;

use std::path::Path;
use std::process::Command;
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use mng_aws::kubernetes::token::{Token, Unsignable, token};
use serde_json::Value;

const ACCESS_KEY: &str = "AKIDEXAMPLE";
const SECRET_KEY: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
/// With everything that base64 has and a query string has not, and as long as real ones are.
const SESSION: &str = "IQoJb3JpZ2luX2VjEJ3//////////wEaCXVzLWVhc3QtMSJHMEUCIQDk+9Zt/aB==";

/// A Friday in September, with a fraction of a second that the signature leaves out.
const NOW: Duration = Duration::from_millis(1_788_519_845_678);

fn ours(cluster: &str, region: &str, session: Option<&str>) -> Result<Token, Unsignable> {
    let credentials = Credentials::new(ACCESS_KEY, SECRET_KEY, session.map(str::to_owned), None, "test");
    token(cluster, region, &credentials, SystemTime::UNIX_EPOCH + NOW)
}

/// What the CLI prints, with its clock stopped. It asks nobody: the keys are in its environment.
fn the_clis(cluster: &str, region: &str, session: Option<&str>) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut cli = Command::new(support::tools::python("awscli"));
    cli.arg(root.join("tools/aws_token.py")).arg(NOW.as_secs().to_string());
    cli.args([
        "eks",
        "get-token",
        "--output",
        "json",
        "--region",
        region,
        "--cluster-name",
        cluster,
    ]);
    cli.env_clear()
        .env("AWS_ACCESS_KEY_ID", ACCESS_KEY)
        .env("AWS_SECRET_ACCESS_KEY", SECRET_KEY);
    // No file of whoever runs the test may have a say.
    cli.env("AWS_CONFIG_FILE", "/dev/null")
        .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null");
    cli.envs(session.map(|session| ("AWS_SESSION_TOKEN", session)));
    let output = cli.output().expect("python of the CLI's environment");
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}");
    let printed: Value = serde_json::from_slice(&output.stdout).expect("an ExecCredential");
    printed["status"]["token"].as_str().expect("a token").to_owned()
}

#[track_caller]
fn check(cluster: &str, region: &str, session: Option<&str>) {
    let ours = ours(cluster, region, session).expect("a token");
    assert_eq!(
        ours.as_str(),
        the_clis(cluster, region, session),
        "{cluster} in {region}"
    );
}

#[test]
fn it_is_what_the_cli_makes() {
    let long = SESSION.repeat(12);
    check("my-cluster", "us-east-1", None);
    check("my-cluster", "us-east-1", Some(SESSION));
    check("my-cluster", "eu-west-1", Some(&long));
    check("my-cluster", "cn-north-1", None);
    check("0--My_Cluster_-9-", "us-gov-west-1", Some(SESSION));
    check(&"c".repeat(100), "us-west-2", None);
    // Three in a row, so that one of them ends a group of three bytes: of such ends the alphabet for URLs is told apart.
    check("my-cluster", "us-west-2", Some("~~~-._"));
}

#[test]
fn each_partition_has_its_own_sts() {
    for region in [
        "cn-northwest-1",
        "eusc-de-east-1",
        "us-iso-east-1",
        "us-isob-east-1",
        "us-isof-south-1",
        "eu-isoe-west-1",
    ] {
        check("my-cluster", region, Some(SESSION));
    }
}

/// Base64 grows by one or two characters for each byte, so there is a token of 4095 bytes, none of 4096, and one of 4097.
#[test]
fn one_that_no_cluster_would_read_is_refused_here() {
    let made = |bytes| ours("my-cluster", "us-east-1", Some(&"A".repeat(bytes)));
    assert_eq!(made(2689).expect("a token").as_str().len(), 4095);
    let told = made(2690).unwrap_err().to_string();
    assert!(
        told.starts_with("the token for cluster my-cluster has 4097 bytes"),
        "{told}"
    );
    assert!(told.contains("none of more than 4096"), "{told}");
}

#[test]
fn what_cannot_be_signed_is_told_without_a_credential() {
    let told = ours("my\ncluster", "us-east-1", Some(SESSION)).unwrap_err().to_string();
    assert!(told.contains("could not be signed for Region us-east-1"), "{told}");
    for secret in [SECRET_KEY, SESSION] {
        assert!(!told.contains(secret), "{told}");
    }
}

#[test]
fn no_log_shows_it() {
    let token = ours("my-cluster", "us-east-1", None).expect("a token");
    assert_eq!(format!("{token:?}"), "Token(redacted)");
    assert!(String::from(token).starts_with("k8s-aws-v1.aHR0cHM6Ly9zdHMu"));
}
