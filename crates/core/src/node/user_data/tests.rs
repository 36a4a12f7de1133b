use super::*;

/// Of the user's part, the maximum of pods, and the labels.
type BootstrapInput<'a> = (Option<&'a str>, Option<u32>, &'a [(&'a str, &'a str)]);

const LABELS: &[(&str, &str)] = &[("node.kubernetes.io/pool", "blue"), ("spot", "")];

fn render(os: OperatingSystem, (own, max_pods, labels): BootstrapInput) -> Result<Option<String>, String> {
    let owned = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
    user_data(&Bootstrap {
        os,
        max_pods,
        node_labels: &labels.iter().map(owned).collect(),
        own,
    })
}

macro_rules! snapshot {
    ($name:literal) => {
        ($name, include_str!(concat!("snapshots/", $name, ".txt")))
    };
}

const SCRIPT: &str = "#!/bin/sh\nset -e\necho \"before the bootstrap\"\n";
const CLOUD_CONFIG: &str = "\n#cloud-config\npackages:\n  - jq\n";
const NODE_CONFIG: &str = "
---
apiVersion: node.eks.aws/v1alpha1
kind: NodeConfig
spec:
  kubelet:
    config:
      shutdownGracePeriod: 30s
";
const MIME: &str = "MIME-Version: 1.0\r
Content-Type: multipart/mixed; boundary=\"//\"\r
\r
--//\r
Content-Type: text/x-shellscript; charset=\"us-ascii\"\r
Content-Disposition: attachment;\r
 filename=\"first.sh\"\r
\r
#!/bin/bash\r
echo first\r
--//\r
Content-Type: multipart/mixed; boundary=\"inner\"\r
\r
--inner\r
Content-Type: text/cloud-config\r
Content-Transfer-Encoding: base64\r
Merge-Type: list(append)\r
\r
I2Nsb3VkLWNvbmZpZwpwYWNrYWdlczogW2pxXQo=\r
--inner--\r
--//--\r
";
const TOML: &str = r#"
# Who may look around.
[settings.host-containers.admin]
enabled = true
user-data = '{"ssh": {}}'

[settings.kernel.sysctl]
"net.ipv4.ip_forward" = "1"

[settings.kubernetes]
allowed-unsafe-sysctls = ["net.core.somaxconn"]
"#;

#[test]
fn what_is_rendered_stays_the_same() {
    use OperatingSystem::{AmazonLinux2, AmazonLinux2023, Bottlerocket, Windows};
    let everything = |own| (Some(own), Some(29), LABELS);
    let cases: &[((&str, &str), OperatingSystem, BootstrapInput)] = &[
        (snapshot!("al2_max_pods"), AmazonLinux2, (None, Some(110), &[])),
        (snapshot!("al2_script"), AmazonLinux2, (Some(SCRIPT), None, &[])),
        (
            snapshot!("al2_commands_and_labels"),
            AmazonLinux2,
            (Some("yum -y install jq"), None, LABELS),
        ),
        (
            snapshot!("al2_cloud_config_and_everything"),
            AmazonLinux2,
            everything(CLOUD_CONFIG),
        ),
        (snapshot!("al2_mime_and_everything"), AmazonLinux2, everything(MIME)),
        (snapshot!("al2023_max_pods"), AmazonLinux2023, (None, Some(110), &[])),
        (snapshot!("al2023_labels"), AmazonLinux2023, (None, None, LABELS)),
        (snapshot!("al2023_script"), AmazonLinux2023, (Some(SCRIPT), None, &[])),
        (
            snapshot!("al2023_node_config_and_everything"),
            AmazonLinux2023,
            everything(NODE_CONFIG),
        ),
        (
            snapshot!("al2023_mime_and_everything"),
            AmazonLinux2023,
            everything(MIME),
        ),
        (
            snapshot!("al2023_beyond_ascii"),
            AmazonLinux2023,
            (Some("echo 'Grüße = 5 €'"), None, &[]),
        ),
        (snapshot!("bottlerocket_max_pods"), Bottlerocket, (None, Some(110), &[])),
        (
            snapshot!("bottlerocket_settings"),
            Bottlerocket,
            (Some(TOML), None, &[]),
        ),
        (
            snapshot!("bottlerocket_settings_and_max_pods"),
            Bottlerocket,
            (Some(TOML), Some(29), &[]),
        ),
        (
            snapshot!("windows_commands"),
            Windows,
            (Some("\n  Write-Host hello\n"), Some(29), &[]),
        ),
        (
            snapshot!("windows_tagged"),
            Windows,
            (
                Some("<PowerShell>\nWrite-Host hello\n</PowerShell>\n<persist>true</persist>"),
                None,
                &[],
            ),
        ),
    ];
    for ((name, expected), os, asked) in cases {
        let rendered = render(*os, *asked).unwrap().unwrap();
        assert_eq!(rendered, *expected, "{name}:\n{rendered}");
        assert_eq!(render(*os, *asked).unwrap().unwrap(), rendered, "{name}, once more");
    }
}

#[test]
fn with_nothing_to_say_there_is_no_user_data() {
    for os in [
        OperatingSystem::AmazonLinux2,
        OperatingSystem::AmazonLinux2023,
        OperatingSystem::Bottlerocket,
        OperatingSystem::Windows,
    ] {
        for own in [None, Some(""), Some(" \r\n\t\n")] {
            assert_eq!(render(os, (own, None, &[])), Ok(None), "{os:?} {own:?}");
        }
    }
    assert_eq!(render(OperatingSystem::Windows, (None, Some(29), &[])), Ok(None));
}

#[test]
fn what_does_not_work_is_refused() {
    use OperatingSystem::{AmazonLinux2, AmazonLinux2023, Bottlerocket, Windows};
    let with = |own, max_pods| (Some(own), max_pods, &[][..]);
    let mime_node_config = "Content-Type: application/node.eks.aws\n\nkind: Pod";
    let expression =
        "apiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\nspec: {kubelet: {maxPodsExpression: max_pods + 2}}";
    let literal = expression.replace("maxPodsExpression: max_pods + 2", "config: {maxPods: 5}");
    let binary =
        "MIME-Version: 1.0\nContent-Type: application/x-gzip\nContent-Transfer-Encoding: base64\n\nH4sIAAAAAAAA/w==\n";
    let cases: &[(OperatingSystem, BootstrapInput, &str)] = &[
        (
            AmazonLinux2,
            with(NODE_CONFIG, None),
            "got a NodeConfig, which only AL2023 reads",
        ),
        (
            AmazonLinux2,
            with("MIME-Version: 1.0\nContent-Type: multipart/mixed\n\nhi", None),
            "with a boundary and parts",
        ),
        (
            AmazonLinux2,
            with("Content-Type: multipart/mixed; boundary=\"x\"\n\nhi", None),
            "with a boundary and parts",
        ),
        (
            AmazonLinux2,
            with(binary, None),
            "got other data in one of type application/x-gzip",
        ),
        (
            AmazonLinux2023,
            with("apiVersion: node.eks.aws/v1alpha1\nkind: [", None),
            "expected a NodeConfig in YAML, got",
        ),
        (
            AmazonLinux2023,
            with("apiVersion: v1\nkind: NodeConfig", None),
            "with apiVersion: node.eks.aws/v1alpha1, got apiVersion: \"v1\"",
        ),
        (
            AmazonLinux2023,
            with("apiVersion: node.eks.aws/v1alpha1", None),
            "with kind: NodeConfig, got kind: null",
        ),
        (AmazonLinux2023, with(mime_node_config, None), "got apiVersion: null"),
        (
            AmazonLinux2023,
            with(&literal, Some(29)),
            "no spec.kubelet.config.maxPods in the NodeConfig beside MaxPods",
        ),
        (
            AmazonLinux2023,
            with(expression, Some(29)),
            "no spec.kubelet.maxPodsExpression in the NodeConfig beside MaxPods",
        ),
        (
            AmazonLinux2023,
            (None, None, &[("a", "$(reboot)")]),
            "got \"a\": \"$(reboot)\"",
        ),
        (AmazonLinux2, (None, None, &[("a'b", "")]), "got \"a'b\": \"\""),
        (AmazonLinux2, (None, None, &[("", "")]), "got \"\": \"\""),
        (
            Bottlerocket,
            (None, None, LABELS),
            "on Bottlerocket, where they can't be told: use Labels",
        ),
        (
            Windows,
            (None, None, LABELS),
            "on Windows, where they can't be told: use Labels",
        ),
        (
            Bottlerocket,
            with("[settings]\n\na = secret\n", None),
            "in TOML, got in line 3: ",
        ),
        (
            Bottlerocket,
            with("settings.kubernetes.max-pods = 5", Some(29)),
            "no settings.kubernetes.max-pods beside MaxPods",
        ),
        (
            Bottlerocket,
            with("settings = 1", Some(29)),
            "expected settings to be a table, got integer",
        ),
        (
            Bottlerocket,
            with("[settings.kubernetes]\nnode-taints = {}\ncluster-name = ''\n", None),
            "got settings.kubernetes.cluster-name (EKS sets it), settings.kubernetes.node-taints (use Taints)",
        ),
        (
            Bottlerocket,
            with("settings.kubernetes.node-labels.a = 'b'", None),
            "settings.kubernetes.node-labels (use Labels)",
        ),
        (
            Windows,
            with("& 'C:\\Program Files\\Amazon\\EKS\\Start-EKSBootstrap.ps1'", None),
            "Start-EKSBootstrap.ps1, which EKS calls",
        ),
        (Windows, with("<powershell>\nhi", None), "or neither, got one of them"),
        (Windows, with("hi\n</powershell>", None), "or neither, got one of them"),
        (Windows, with("<script>dir</script>", None), "got <script>"),
    ];
    for (os, asked, expected) in cases {
        let error = render(*os, *asked).expect_err(expected);
        assert!(error.contains(expected), "{asked:?}: {error}");
        assert!(!error.contains("secret"), "{asked:?}: {error}");
    }
}

#[test]
fn base64_is_told_from_commands() {
    for (own, refused) in [
        ("IyEvYmluL2Jhc2gKZWNobyBoZWxsbwo=", true),
        ("IyEvYmluL2Jhc2gK\nZWNobyBoZWxsbwo=", true),
        ("H4sIAAAAAAAAA8vIBACsKpPYAgAAAA==", true),
        ("/usr/local/bin/setup", false),
        ("reboot", false),
        ("systemctl restart chronyd", false),
    ] {
        let rendered = render(OperatingSystem::AmazonLinux2, (Some(own), None, &[]));
        let told = rendered.is_err_and(|error| error.starts_with("expected plain text, got base64"));
        assert_eq!(told, refused, "{own}");
    }
}

#[test]
fn a_maximum_of_the_users_own_stands_where_ours_is_not_given() {
    let node_config = "kind: NodeConfig\napiVersion: node.eks.aws/v1alpha1\nspec: {kubelet: {config: {maxPods: 5}}}";
    let null = node_config.replace('5', "null");
    for (os, own, max_pods) in [
        (OperatingSystem::AmazonLinux2023, node_config, None),
        (OperatingSystem::AmazonLinux2023, &null, Some(29)),
        (OperatingSystem::Bottlerocket, "settings.kubernetes.max-pods = 5", None),
    ] {
        let rendered = render(os, (Some(own), max_pods, &[])).unwrap().unwrap();
        assert!(rendered.contains(own), "{rendered}");
    }
}

#[test]
fn ec2_takes_so_many_bytes() {
    let around = render(OperatingSystem::Windows, (Some("x"), None, &[]))
        .unwrap()
        .unwrap()
        .len()
        - 1;
    for (length, expected) in [
        (LIMIT - around, Ok(LIMIT)),
        (
            LIMIT - around + 1,
            Err("expected at most 16384 bytes of user data, EC2's limit, got 16385 "),
        ),
    ] {
        let rendered = render(OperatingSystem::Windows, (Some(&"x".repeat(length)), None, &[]));
        match (rendered, expected) {
            (Ok(text), Ok(length)) => assert_eq!(text.unwrap().len(), length),
            (Err(error), Err(expected)) => assert!(error.starts_with(expected), "{error}"),
            (rendered, _) => panic!("{length}: {rendered:?}"),
        }
    }
}

#[test]
fn each_system_has_its_ways() {
    for (os, fate, labels) in [
        (OperatingSystem::AmazonLinux2, MaxPodsFate::Kept, true),
        (OperatingSystem::AmazonLinux2023, MaxPodsFate::OverriddenByEks, true),
        (OperatingSystem::Bottlerocket, MaxPodsFate::Kept, false),
        (OperatingSystem::Windows, MaxPodsFate::CantBeSaid, false),
    ] {
        assert_eq!((max_pods_fate(os), takes_node_labels(os)), (fate, labels), "{os:?}");
    }
}

#[test]
fn the_maximum_of_pods_is_found_in_every_spelling() {
    for (user_data, expected) in [
        ("", false),
        ("/etc/eks/bootstrap.sh my-cluster", false),
        (
            "/etc/eks/bootstrap.sh c --kubelet-extra-args '--max-pods=29' --use-max-pods false",
            true,
        ),
        ("spec: {kubelet: {config: {maxPods: 29}}}", true),
        ("spec: {kubelet: {maxPodsExpression: max_pods + 2}}", true),
        ("[settings.kubernetes]\nmax-pods = 29", true),
        ("Start-EKSBootstrap.ps1 -KubeletExtraArgs \"--max-pods=29\"", true),
    ] {
        assert_eq!(mentions_max_pods(user_data), expected, "{user_data}");
    }
}
