//! The node's user data or settings are wrong.

use crate::diagnosis::error_pattern::ErrorPattern;
use crate::texts::Explanation;

pub const SIGNS: &[ErrorPattern] = &[
    ErrorPattern {
        patterns: &[
            &["bootstrap.sh has been removed"],
            &["/etc/eks/bootstrap.sh", "no such file"],
        ],
        explanation: Explanation {
            code: "bootstrap-sh-removed",
            cause: "The user data calls bootstrap.sh, which AL2023 doesn't have: there nodeadm sets a node up.",
            remedy: "Give UserData as a NodeConfig or a plain shell script without bootstrap.sh, or choose an AL2 AmiType.",
            example: "!!!!!!!!!! ERROR: bootstrap.sh has been removed from AL2023-based EKS AMIs.",
        },
    },
    ErrorPattern {
        patterns: &[&["could not find nodeconfig within userdata"], &["no config in chain"]],
        explanation: Explanation {
            code: "node-config-missing",
            cause: "The user data has no NodeConfig. EKS adds one only where the launch template names no AMI.",
            remedy: "Put a NodeConfig with the cluster's name, endpoint, certificate and CIDR into the LaunchTemplate's \
                     user data, or leave the AMI out and give AmiType.",
            example: "nodeadm[1501]: {\"level\":\"fatal\",\"msg\":\"Command failed\",\"error\":\"could not find NodeConfig \
                      within UserData\"}",
        },
    },
    ErrorPattern {
        patterns: &[
            &["is missing in cluster configuration"],
            &["cluster name is not defined"],
        ],
        explanation: Explanation {
            code: "node-config-incomplete",
            cause: "The node isn't told all of the cluster's name, endpoint, certificate and CIDR.",
            remedy: "Complete the NodeConfig in the LaunchTemplate's user data, and see that `apiVersion`, `kind` and \
                     `spec.cluster` are spelled so.",
            example: "nodeadm[1501]: {\"level\":\"fatal\",\"msg\":\"Command failed\",\"error\":\"Apiserver endpoint is \
                      missing in cluster configuration\"}",
        },
    },
    ErrorPattern {
        patterns: &[
            &["failed to decode node config"],
            &["failed to decode", "wrong kind"],
            &["failed to decode", "unexpected group"],
            &["failed to merge node configs"],
            &["strict decoding error"],
            &["command failed", "yaml:"],
            &["command failed", "json:"],
            &["no kind \"nodeconfig\" is registered"],
            &["error unmarshaling json"],
        ],
        explanation: Explanation {
            code: "node-config-invalid",
            cause: "nodeadm can't read the NodeConfig: it isn't valid YAML or has a field that nodeadm doesn't know.",
            remedy: "Put the NodeConfig in UserData right; `nodeadm config check` checks one.",
            example: "nodeadm[1501]: {\"level\":\"fatal\",\"msg\":\"Command failed\",\"error\":\"yaml: line 4: could not \
                      find expected ':'\"}",
        },
    },
    ErrorPattern {
        patterns: &[
            &["mime type is not multipart"],
            &["multipart: nextpart"],
            &["malformed mime header"],
            &["mime: no media type"],
        ],
        explanation: Explanation {
            code: "user-data-mime",
            cause: "The MIME parts of the user data are broken.",
            remedy: "Give UserData in plain text, which is merged with EKS's own; in a LaunchTemplate, see that it begins \
                     with MIME-Version and a boundary, and ends with the boundary and `--`.",
            example: "nodeadm[1501]: {\"level\":\"fatal\",\"msg\":\"Command failed\",\"error\":\"multipart: NextPart: \
                      EOF\"}",
        },
    },
    ErrorPattern {
        patterns: &[&["unhandled non-multipart"], &["unhandled unknown content-type"]],
        explanation: Explanation {
            code: "user-data-not-understood",
            cause: "cloud-init doesn't know what the user data is, and ran none of it.",
            remedy: "Begin UserData with `#!/bin/bash` or `#cloud-config`, or a MIME header; encode a LaunchTemplate's \
                     exactly once in base64.",
            example: "cloud-init[1502]: __init__.py[WARNING]: Unhandled non-multipart (text/x-not-multipart) userdata: \
                      'b'echo hello'...'",
        },
    },
    ErrorPattern {
        patterns: &[
            &["error parsing toml user data"],
            &["did not contain 'settings' section"],
            &["data is not a toml table"],
            &["error 400", "patching '/settings"],
            &["error deserializing", "settings"],
        ],
        explanation: Explanation {
            code: "bottlerocket-user-data",
            cause: "Bottlerocket can't read the user data: it isn't TOML below `[settings]`, or has a setting that this \
                    release doesn't know.",
            remedy: "Put the settings in UserData right, for this AMI's release.",
            example: "early-boot-config[701]: Provider '/usr/libexec/early-boot-config/data-providers.d/50-ec2-imds' \
                      failed: Error parsing TOML user data: expected an equals, found a newline at line 2",
        },
    },
    ErrorPattern {
        patterns: &[
            &["failed to apply settings"],
            &["failed to start", "settings-applier"],
            &["configuration file", "failed to render"],
            &["restart command failed"],
        ],
        explanation: Explanation {
            code: "bottlerocket-settings-not-applied",
            cause: "Bottlerocket took the settings, and a service doesn't start with them.",
            remedy: "Take out of UserData what the line names, and try one setting at a time.",
            example: "thar-be-settings[901]: Restart command failed - '/usr/bin/systemctl restart kubelet': Job failed",
        },
    },
    ErrorPattern {
        patterns: &[&["labels specified with --node-labels"]],
        explanation: Explanation {
            code: "node-label-reserved",
            cause: "kubelet doesn't set a label of its own with a prefix that Kubernetes keeps for itself.",
            remedy: "Take labels under kubernetes.io and k8s.io out of UserData's kubelet arguments; give them another \
                     prefix, in Labels.",
            example: "kubelet[3214]: unknown 'kubernetes.io' or 'k8s.io' labels specified with --node-labels: \
                      [node-role.kubernetes.io/worker]",
        },
    },
    ErrorPattern {
        patterns: &[
            &["failed to parse kubelet flag"],
            &["unknown flag:"],
            &["unknown shorthand flag"],
            &["invalid argument", "for \"--"],
        ],
        explanation: Explanation {
            code: "kubelet-flag",
            cause: "kubelet is started with an argument that it doesn't know, mostly one that this Kubernetes version has \
                    removed.",
            remedy: "Take the argument out of UserData, or set it in the kubelet's configuration.",
            example: "kubelet[3214]: E0101 00:00:00 run.go:72] \"command failed\" err=\"failed to parse kubelet flag: \
                      unknown flag: --container-runtime\"",
        },
    },
    ErrorPattern {
        patterns: &[
            &["failed to load kubelet config file"],
            &["failed to validate kubelet configuration"],
            &["kubelet", "invalid configuration"],
        ],
        explanation: Explanation {
            code: "kubelet-configuration",
            cause: "kubelet's configuration has something that it doesn't take.",
            remedy: "Put right what UserData sets for kubelet, such as evictionHard, maxPods or a feature gate.",
            example: "kubelet[3214]: E0101 00:00:00 run.go:72] \"command failed\" err=\"failed to validate kubelet \
                      configuration, error: invalid configuration: EvictionMinimumReclaim\"",
        },
    },
    ErrorPattern {
        patterns: &[
            &["invalid containerd config"],
            &["failed to load toml", "containerd"],
            &["containerd: failed to load"],
        ],
        explanation: Explanation {
            code: "containerd-configuration",
            cause: "containerd can't read its configuration.",
            remedy: "Put right what UserData sets for containerd, for the version on this AMI.",
            example: "containerd[2001]: containerd: failed to load TOML from /etc/containerd/config.toml: invalid plugin \
                      config",
        },
    },
    ErrorPattern {
        patterns: &[&["exited with error on line"], &["[eks-bootstrap] error"]],
        explanation: Explanation {
            code: "bootstrap-sh-failed",
            cause: "bootstrap.sh, which sets an AL2 node up, failed.",
            remedy: "See the lines before it in the instance's system log, and the arguments that UserData gives to \
                     bootstrap.sh.",
            example: "cloud-init[4607]: Exited with error on line 372",
        },
    },
    ErrorPattern {
        patterns: &[
            &["failed to run module scripts-user"],
            &["failed to run module scripts_user"],
            &["running module scripts-user", "failed"],
            &["failed running /var/lib/cloud"],
        ],
        explanation: Explanation {
            code: "user-data-script-failed",
            cause: "A script of the user data ended with an error, and what comes after it didn't run.",
            remedy: "See the script's own lines in the instance's system log, and put UserData right; let it end with 0 \
                     where an error doesn't matter.",
            example: "cloud-init[4607]: cc_scripts_user.py[WARNING]: Failed to run module scripts-user (scripts in \
                      /var/lib/cloud/instance/scripts)",
        },
    },
    ErrorPattern {
        patterns: &[
            &["zero or more than one <powershell> tag was not provided"],
            &["start-eksbootstrap.ps1", "not recognized"],
            &["start-eksbootstrap.ps1", "cannot find"],
        ],
        explanation: Explanation {
            code: "windows-user-data-not-run",
            cause: "Windows ran no PowerShell of the user data, or didn't find the EKS bootstrap script.",
            remedy: "Give UserData as plain PowerShell or exactly one <powershell> element, and use an EKS Windows AMI.",
            example: "UserdataExecution: Zero or more than one <powershell> tag was not provided",
        },
    },
];
