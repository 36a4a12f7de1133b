//! What is released: one version everywhere, within the limits of where it goes.

mod support;

use std::fs;
use std::path::Path;

use serde_json::Value;
use support::template::parsed;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn metadata() -> Value {
    parsed()["Metadata"]["AWS::ServerlessRepo::Application"].clone()
}

/// Everywhere that docs/releasing.md says.
#[test]
fn the_version_is_the_same_wherever_it_is_written() {
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(metadata()["SemanticVersion"], version, "template.yaml");
    let newest = read("CHANGELOG.md")
        .lines()
        .find_map(|line| Some(line.strip_prefix("## ")?.to_owned()));
    let newest = newest.expect("a version in CHANGELOG.md");
    assert_eq!(newest.split([',', ' ']).next(), Some(version), "CHANGELOG.md");
    let manifests = [
        "Cargo.toml",
        "crates/cli/Cargo.toml",
        "testing/simulator/Cargo.toml",
        "testing/local-stack/Cargo.toml",
    ];
    for manifest in manifests {
        let text = read(manifest);
        let of_the_package = text.split("[package]").nth(1).expect("a package");
        assert!(of_the_package.contains("version.workspace = true"), "{manifest}");
    }
    let json = |path: &str| serde_json::from_str::<Value>(&read(path)).expect("JSON");
    assert_eq!(json("cdk/package.json")["version"], version, "cdk/package.json");
    let lock = json("cdk/package-lock.json");
    for of_the_construct in [&lock["version"], &lock["packages"][""]["version"]] {
        assert_eq!(of_the_construct, version, "cdk/package-lock.json");
    }
    let steps = read("docs/releasing.md");
    for place in [
        "`Cargo.toml`",
        "`template.yaml`",
        "`cdk/package.json`",
        "`cdk/package-lock.json`",
        "`CHANGELOG.md`",
    ] {
        assert!(steps.contains(place), "docs/releasing.md doesn't name {place}");
    }
}

/// What the application repository asks to be acknowledged follows from the types of the resources.
#[test]
fn the_steps_name_what_has_to_be_acknowledged() {
    let text = parsed()["Resources"].to_string();
    let steps = read("docs/releasing.md");
    for (capability, types) in [
        ("CAPABILITY_IAM", &["AWS::IAM::Role"][..]),
        (
            "CAPABILITY_RESOURCE_POLICY",
            &[
                "AWS::Lambda::Permission",
                "AWS::SQS::QueuePolicy",
                "AWS::SNS::TopicPolicy",
            ],
        ),
    ] {
        let is_needed = types.iter().any(|name| text.contains(name));
        assert_eq!(steps.contains(&format!("`{capability}`")), is_needed, "{capability}");
    }
}

/// The construct's own tests see to it that nobody publishes under a name that stands for another's.
#[test]
fn what_is_not_settled_yet_is_a_step() {
    let manifest = read("cdk/package.json");
    let places = manifest.matches("OWNER").count();
    let steps = read("docs/releasing.md");
    assert_eq!(
        steps.contains("`OWNER`"),
        places > 0,
        "{places} places in cdk/package.json"
    );
}

/// The limits of the SAM guide's page on this metadata, and of CreateApplication.
#[test]
fn the_application_repository_takes_the_metadata() {
    let metadata = metadata();
    let text = |key: &str| {
        metadata[key]
            .as_str()
            .unwrap_or_else(|| panic!("no text {key}: {metadata}"))
            .to_owned()
    };
    let only = |text: &str, others: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || others.contains(c));
    assert!((1..=140).contains(&text("Name").len()) && only(&text("Name"), "-"));
    assert!(
        (1..=256).contains(&text("Description").chars().count()),
        "{}",
        text("Description")
    );
    let author = text("Author");
    assert!(
        (1..=127).contains(&author.len())
            && author
                .chars()
                .all(|c| "-".contains(c) || c.is_ascii_digit() || c.is_ascii_lowercase())
    );
    assert!(
        !author.starts_with('-') && !author.ends_with('-') && !author.contains("--"),
        "{author}"
    );
    let labels = metadata["Labels"].as_array().expect("labels");
    assert!((1..=10).contains(&labels.len()));
    for label in labels {
        let label = label.as_str().expect("a text");
        assert!((1..=127).contains(&label.len()) && only(label, "+-_:/@"), "{label}");
    }
    assert!(!metadata.to_string().contains("://"), "an address: {metadata}");
    assert_eq!(text("SpdxLicenseId"), env!("CARGO_PKG_LICENSE"));
    for file in ["LicenseUrl", "ReadmeUrl"] {
        let bytes = fs::metadata(root().join(text(file))).expect("a file").len();
        assert!(bytes > 0 && bytes < 5 * 1024 * 1024, "{file} has {bytes} bytes");
    }
}

/// Names of their own would ask for `CAPABILITY_NAMED_IAM`, and stand in each other's way where two stacks are deployed.
#[test]
fn no_resource_has_a_fixed_name() {
    let resources = parsed()["Resources"].clone();
    for (id, resource) in resources.as_object().expect("resources") {
        let properties = &resource["Properties"];
        for role in ["RoleName", "ManagedPolicyName"] {
            assert!(properties[role].is_null(), "{id} has {role}");
        }
        for name in [
            "FunctionName",
            "Name",
            "QueueName",
            "TopicName",
            "LogGroupName",
            "DashboardName",
            "AlarmName",
        ] {
            // A permission names the function that it is for.
            if resource["Type"] == "AWS::Lambda::Permission" {
                continue;
            }
            let given = properties[name].to_string();
            assert!(
                given == "null" || given.contains("AWS::StackName"),
                "{id} has the fixed {name} {given}"
            );
        }
    }
}
