//! `mng from-eksctl`: whole files, what is told of bad ones, and the exit status.

mod support;

use std::path::{Path, PathBuf};

use cli::check::check;
use cli::eksctl::convert;
use cli::yaml;
use support::{CommandResult, mng};
use tempfile::NamedTempFile;

fn from_eksctl(text: &str) -> CommandResult {
    let file = NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), text).expect("written");
    let (status, template, notes) = mng(&[Path::new("from-eksctl"), file.path()], &[]);
    let file = file.path().display().to_string();
    (status, template.replace(&file, "FILE"), notes.replace(&file, "FILE"))
}

/// What is told of every file.
const LABEL: &str = "FILE:4: managedNodeGroups: the new nodes don't have the label alpha.eksctl.io/nodegroup-name, for eksctl drains \
                     all that have it when it deletes its group; pods that select nodes by it need another label\n";

const HEAD: &str = "apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\nmetadata: {name: c}\n";

#[test]
fn a_file_that_is_none_is_told_with_its_line() {
    let with = |groups: &str| format!("{HEAD}{groups}");
    for (text, expected) in [
        ("a: [".to_owned(), "FILE:2: expected YAML or JSON"),
        (
            "Resources: {}\n".to_owned(),
            "FILE:1: apiVersion: expected eksctl.io/v1alpha5, got none",
        ),
        (
            "apiVersion: eksctl.io/v1alpha4\nkind: ClusterConfig\n".to_owned(),
            "FILE:1: apiVersion: expected eksctl.io/v1alpha5, got \"eksctl.io/v1alpha4\"",
        ),
        (
            "apiVersion: eksctl.io/v1alpha5\nkind: Cluster\n".to_owned(),
            "FILE:2: kind: expected ClusterConfig, got \"Cluster\"",
        ),
        (
            "apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\n".to_owned(),
            "FILE:1: metadata.name: expected the name of the cluster",
        ),
        (with(""), "managedNodeGroups: expected at least one group, got none"),
        (
            with("nodeGroups: [{name: a}]\n"),
            "got none; those in nodeGroups are not EKS's",
        ),
        (
            with("managedNodeGroups: {name: a}\n"),
            "FILE:4: managedNodeGroups: expected a list of groups, got a map",
        ),
        (
            with("managedNodeGroups:\n  - a\n"),
            "FILE:5: managedNodeGroups[0]: expected a map, got \"a\"",
        ),
        (
            with("managedNodeGroups:\n  - spot: true\n"),
            "FILE:5: managedNodeGroups[0].name: expected a name, got none",
        ),
        (
            with("managedNodeGroups:\n  - name: a\n  - name: a\n"),
            "FILE:6: managedNodeGroups[1].name: expected each name once, got \"a\" as in line 5",
        ),
        (
            with("managedNodeGroups:\n  - name: a\n    labels: [a]\n"),
            "FILE:6: managedNodeGroups[0].labels: expected a map of texts, got a list",
        ),
        (
            with("managedNodeGroups:\n  - name: a\n    ssh: [a]\n"),
            "FILE:6: managedNodeGroups[0].ssh: expected a map, got a list",
        ),
        (
            with("managedNodeGroups:\n  - name: a\n    subnets: {a: b}\n"),
            "FILE:6: managedNodeGroups[0].subnets: expected a list, got a map",
        ),
        (
            with("managedNodeGroups:\n  - name: a\n    minSize: two\n    spot: maybe\n"),
            "FILE:6: managedNodeGroups[0].minSize: expected a whole number, got \"two\"\nFILE:7: managedNodeGroups[0].spot: expected true or false, got \"maybe\"",
        ),
    ] {
        let (status, template, told) = from_eksctl(&text);
        assert_eq!((status, template.as_str()), (Some(2), ""), "{text}");
        assert!(told.contains(expected), "{text}: {told}");
    }
}

#[test]
fn the_status_says_whether_all_of_it_is_there() {
    let (status, template, notes) = from_eksctl(&format!(
        "{HEAD}managedNodeGroups:\n  - name: a\naddons: [{{name: vpc-cni}}]\n"
    ));
    assert_eq!(status, Some(0));
    assert_eq!(
        notes,
        format!("{LABEL}FILE:6: addons: the cluster's: it stays with what made the cluster\n")
    );
    assert!(template.starts_with(
        "# From FILE by mng from-eksctl. Deploy it with --capabilities CAPABILITY_IAM.\n# FILE:4: managedNodeGroups: the new nodes don't have"
    ));
    assert!(template.contains("\n# FILE:6: addons"), "{template}");

    let (status, template, notes) = from_eksctl(&format!("{HEAD}managedNodeGroups:\n  - name: a\n    Spot: true\n"));
    assert_eq!(status, Some(1));
    let told = "FILE:6: managedNodeGroups[0].Spot: not mapped: the schema of eksctl v0.230.0 has no such field; did you mean spot?\n";
    assert_eq!(notes, format!("{LABEL}{told}"));
    assert!(template.contains("Type: Custom::ManagedNodeGroup"), "{template}");
}

/// With `RENEW_DOCS=1` in the environment the templates are written anew. `make lint` gives them to cfn-lint.
#[test]
#[allow(clippy::disallowed_methods, reason = "only the function's environment is injected")]
fn what_groups_become_is_as_it_was() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/eksctl");
    let files = std::fs::read_dir(&folder)
        .expect("tests/eksctl")
        .map(|entry| entry.expect("an entry").path());
    let configs: Vec<PathBuf> = files
        .filter(|path| path.to_string_lossy().ends_with(".config.yaml"))
        .collect();
    assert!(configs.len() >= 4);
    for path in configs {
        let text = std::fs::read_to_string(&path).expect("a file");
        let made = convert(&text).unwrap_or_else(|problems| panic!("{}: {problems:?}", path.display()));
        let notes: String = made
            .notes
            .lines("FILE")
            .iter()
            .map(|line| format!("# {line}\n"))
            .collect();
        let template = notes + &yaml::write(&made.template);
        let checked = check(template.as_bytes()).expect("a template");
        assert_eq!(checked.findings, [], "{}", path.display());
        let beside = path.to_string_lossy().replace(".config.yaml", ".template.yaml");
        if std::env::var_os("RENEW_DOCS").is_some() {
            std::fs::write(&beside, &template).expect("written");
        }
        let committed = std::fs::read_to_string(&beside).unwrap_or_default();
        assert!(
            committed == template,
            "{beside} is of another day; it would be\n{template}"
        );
    }
}

#[test]
fn no_two_things_of_a_template_share_a_name() {
    let names = [
        "a-role",
        "a",
        "A",
        "public",
        "public-subnets",
        "subnets-of-public",
        "private-subnets",
        "1",
        "-",
    ];
    let groups = names.map(|name| format!("  - name: {name:?}\n    availabilityZones: [us-east-1a]\n"));
    let open = "  - name: open\n  - name: closed\n    privateNetworking: true\n";
    let made = convert(&format!("{HEAD}managedNodeGroups:\n{}{open}", groups.concat())).expect("it is converted");
    let names = |section: &str| {
        made.template[section]
            .as_object()
            .expect("a map")
            .keys()
            .cloned()
            .collect::<Vec<_>>()
    };
    let (parameters, resources) = (names("Parameters"), names("Resources"));
    assert_eq!(
        (parameters.len(), resources.len()),
        (11, 22),
        "{parameters:?} {resources:?}"
    );
    assert!(
        parameters.iter().all(|name| !resources.contains(name)),
        "{parameters:?} {resources:?}"
    );
}
