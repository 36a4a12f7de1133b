use crate::diagnosis::console::read;

fn check(text: &str, expected: &[(&str, &str)]) {
    let seen = read(text);
    let found: Vec<(&str, &str)> = seen
        .iter()
        .map(|seen| (seen.sign.explanation.code, seen.line.as_str()))
        .collect();
    assert_eq!(found, expected, "{text}");
}

#[test]
fn colours_and_control_characters_are_taken_off_the_line() {
    check(
        "\u{1b}[0;1;31m[FAILED]\u{1b}[0m Failed to start \u{1b}]0;title\u{7}kubelet.service\u{1b}c.\u{0}\r\n",
        &[("kubelet-not-running", "[FAILED] Failed to start kubelet.service.")],
    );
}

#[test]
fn an_escape_cannot_swallow_the_line_behind_it() {
    check(
        "\u{1b}\nKernel panic - not syncing\n\u{1b}[31\nno such host\n\u{1b}]0;title\nNo space left on device\u{1b}",
        &[
            ("kernel-panic", "Kernel panic - not syncing"),
            ("disk-full", "No space left on device"),
            ("name-not-resolved", "no such host"),
        ],
    );
}

#[test]
fn the_last_line_of_an_error_is_quoted() {
    check(
        "kubelet: dial tcp 10.0.0.1:443: i/o timeout (first)\nnoise\n\
         kubelet: dial tcp 10.0.0.1:443: i/o timeout (last)\n",
        &[(
            "endpoint-unreachable",
            "kubelet: dial tcp 10.0.0.1:443: i/o timeout (last)",
        )],
    );
}

#[test]
fn what_is_wrong_comes_before_what_follows_from_it() {
    check(
        "[FAILED] Failed to start nodeadm-config.service\n\
         nodeadm: {\"msg\":\"Command failed\",\"error\":\"json: cannot unmarshal\"}",
        &[
            (
                "node-config-invalid",
                "nodeadm: {\"msg\":\"Command failed\",\"error\":\"json: cannot unmarshal\"}",
            ),
            (
                "nodeadm-failed",
                "nodeadm: {\"msg\":\"Command failed\",\"error\":\"json: cannot unmarshal\"}",
            ),
        ],
    );
}

#[test]
fn a_healthy_boot_tells_nothing() {
    check(
        "[    0.000000] Linux version 6.1\n[  OK  ] Started kubelet.service - Kubernetes Kubelet.\n\
         cloud-init[1502]: Cloud-init v. 22.2.2 finished at Thu, 01 Jan 2026\n\
         nodeadm: SDK DEBUG retrying request EC2/DescribeInstances, attempt 2\nip-10-0-0-1 login: ",
        &[],
    );
    check("", &[]);
}

#[test]
fn a_line_is_cut_after_two_hundred_characters() {
    let seen = read(&format!("No space left on device {}", "é".repeat(70_000)));
    assert_eq!(seen[0].line.chars().count(), 200);
    assert!(seen[0].line.ends_with('…'));
}

#[test]
fn a_signed_address_is_masked_before_the_line_is_cut() {
    let long = format!(
        "https://sts.us-east-1.amazonaws.com/?X-Amz-Signature={}",
        "a".repeat(300)
    );
    check(
        &format!("Get \"{long}\": dial tcp: i/o timeout"),
        &[("sts-unreachable", "Get \"(a URL)\": dial tcp: i/o timeout")],
    );
}

/// Texts from the sources of the four systems and from reports, in addition to the examples.
#[test]
fn what_nodes_really_said_is_known() {
    let cases = [
        (
            "nodeadm[50500]: \"Command failed\",\"error\":\"expected err to be of type smithy.APIError, got operation \
             error EC2: DescribeInstances, https response error StatusCode: 0, canceled, context deadline exceeded\"",
            "aws-api-unreachable",
        ),
        (
            "E0203 kubelet_node_status.go:94] Unable to register node \"ip-10-0-0-1\" with API server: Unauthorized",
            "role-not-mapped",
        ),
        (
            "reflector.go:126] Failed to list *v1beta1.CSIDriver: Unauthorized",
            "role-not-mapped",
        ),
        (
            "nodes is forbidden: User \"system:anonymous\" cannot create resource \"nodes\" in API group \"\"",
            "role-not-mapped",
        ),
        (
            "pluto[1]: Timed out retrieving private DNS name from EC2: deadline has elapsed",
            "aws-api-unreachable",
        ),
        (
            "early-boot-config: TOML data did not contain 'settings' section",
            "bottlerocket-user-data",
        ),
        (
            "cloud-init[3101]: util.py[WARNING]: Failed running /var/lib/cloud/instance/scripts/part-001 [1]",
            "user-data-script-failed",
        ),
        (
            "err=\"failed to pull image \\\"x.dkr.ecr.cn-north-1.amazonaws.com.cn/eks/pause:3.5\\\"\"",
            "pause-image-not-pulled",
        ),
    ];
    for (text, code) in cases {
        assert_eq!(
            read(text).first().map(|seen| seen.sign.explanation.code),
            Some(code),
            "{text}"
        );
    }
}
