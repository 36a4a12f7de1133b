//! Reading what the resource's own launch template holds.

use super::ids;
use crate::node::max_pods::{Addressing, Networking, PodSubnets};
use crate::node::public_key::PublicKey;
use crate::properties::fields::Fields;
use crate::properties::rule::Rule;
use crate::properties::spec::{
    BlockPodImds, Encryption, MaxPods, NodeSettings, PropagateTags, RemoteAccess, SshKey, Volume,
};

/// The kubelet takes any number; no instance type of EC2 has more addresses than this (`eni-max-pods.txt` ends at 737, and
/// prefixes multiply by 16).
pub const MAX_PODS: i32 = 12_000;

/// What stands in a launch template of the user's own, and so can't stand beside it.
const OWN_TEMPLATE_ONLY: [&str; 7] = [
    "DiskSize",
    "Volume",
    "RemoteAccess",
    "SecurityGroups",
    "MaxPods",
    "UserData",
    "PropagateTags",
];

/// Reads the node's settings. Beside `LaunchTemplate` only `BlockPodImds` may stand: it is compared with that template.
pub fn settings(fields: &mut Fields) -> NodeSettings {
    let settings = NodeSettings {
        volume: volume(fields),
        remote_access: fields.object("RemoteAccess", remote_access).flatten(),
        security_groups: ids::security_groups(fields, "SecurityGroups"),
        block_pod_imds: match fields.boolean("BlockPodImds") {
            Some(true) => BlockPodImds::Yes,
            _ => BlockPodImds::No,
        },
        max_pods: max_pods(fields),
        labels: [].into(),
        user_data: fields.text("UserData").filter(|text| !text.trim().is_empty()),
        propagate_tags: match fields.boolean("PropagateTags") {
            Some(true) => PropagateTags::Yes,
            _ => PropagateTags::No,
        },
    };
    if fields.stands("LaunchTemplate") {
        for key in OWN_TEMPLATE_ONLY {
            if fields.stands(key) && !(key == "PropagateTags" && settings.propagate_tags == PropagateTags::No) {
                let advice = "can't stand beside LaunchTemplate: set it in the launch template";
                fields.problem(key, Rule::TemplateConflict, advice);
            }
        }
    }
    settings
}

/// Whether a label can be set by the node alone: the service's API takes keys of up to 63 characters and wants a value,
/// Kubernetes takes a DNS prefix of 253 before the name and none.
pub fn is_the_nodes_own(key: &str, value: &str) -> bool {
    let qualified = key
        .split_once('/')
        .is_some_and(|(prefix, name)| prefix.len() <= 253 && (1..=63).contains(&name.len()));
    !key.is_empty() && ((value.is_empty() && key.len() <= 63) || (key.len() > 63 && qualified))
}

fn remote_access(fields: &mut Fields) -> Option<RemoteAccess> {
    let source_security_groups = ids::security_groups(fields, "SourceSecurityGroups");
    let (name, text) = (fields.text("Ec2SshKey"), fields.text("PublicKey"));
    if !(fields.knows("Ec2SshKey") && fields.knows("PublicKey")) {
        return None;
    }
    let key = match (name, text) {
        (Some(name), None) => SshKey::Named(name),
        (None, Some(text)) => match PublicKey::parse(&text) {
            Ok(key) => SshKey::Imported(key),
            Err(problem) => {
                fields.problem("PublicKey", Rule::Key, problem);
                return None;
            }
        },
        (given, _) => {
            let got = if given.is_some() { "both" } else { "neither" };
            let expected = "expected either Ec2SshKey, the name of a key pair, or PublicKey, a key in OpenSSH's format";
            fields.problem("Ec2SshKey", Rule::EitherOr, format!("{expected}, got {got}"));
            return None;
        }
    };
    Some(RemoteAccess {
        key,
        source_security_groups,
    })
}

fn max_pods(fields: &mut Fields) -> Option<MaxPods> {
    if fields.is_object("MaxPods") {
        return fields.object("MaxPods", networking).map(MaxPods::Computed);
    }
    let number = fields.integer("MaxPods")?;
    Some(MaxPods::Number(number.unsigned_abs()))
}

fn networking(fields: &mut Fields) -> Networking {
    Networking {
        addressing: match fields.boolean("PrefixDelegation") {
            Some(true) => Addressing::Prefixes,
            _ => Addressing::Secondary,
        },
        pod_subnets: match fields.boolean("CustomNetworking") {
            Some(true) => PodSubnets::Custom,
            _ => PodSubnets::NodesOwn,
        },
    }
}

fn volume(fields: &mut Fields) -> Volume {
    let disk_size = fields.integer("DiskSize");
    let mut volume = fields.object("Volume", volume_settings).unwrap_or_default();
    if disk_size.is_some() && volume.size.is_some() {
        fields.problem(
            "DiskSize",
            Rule::EitherOr,
            "expected either DiskSize or Volume.Size, got both",
        );
    }
    volume.size = volume.size.or(disk_size);
    volume
}

fn volume_settings(fields: &mut Fields) -> Volume {
    let kms_key = fields.text("KmsKeyId");
    let volume = Volume {
        size: fields.integer("Size"),
        kind: fields.word("Type"),
        iops: fields.integer("Iops"),
        throughput: fields.integer("Throughput"),
        encryption: match (fields.boolean("Encrypted"), &kms_key) {
            (Some(false), Some(_)) => {
                fields.problem(
                    "KmsKeyId",
                    Rule::Volume,
                    "expected Encrypted: true beside it, got false",
                );
                Encryption::Off
            }
            (Some(false), None) => Encryption::Off,
            (None, None) => Encryption::Unstated,
            (Some(true), _) | (None, Some(_)) => Encryption::On { kms_key },
        },
    };
    performance(fields, &volume);
    volume
}

/// What EC2 refuses at launch only, where it would show as AsgInstanceLaunchFailures after minutes (API reference of
/// `EbsBlockDevice`).
fn performance(fields: &mut Fields, volume: &Volume) {
    if !fields.knows("Type") {
        return;
    }
    let kind = volume.kind.as_deref().unwrap_or("gp3");
    let stated = fields.has("Iops");
    let mut problem = |key: &str, message: String| fields.problem(key, Rule::Volume, message);
    match (kind, volume.iops) {
        ("io1" | "io2", None) if !stated => problem("Iops", format!("is required with Type {kind}")),
        ("gp2" | "standard", Some(_)) => problem("Iops", format!("can't be set with Type {kind}")),
        ("gp3", Some(iops)) if iops < 3000 => {
            problem("Iops", format!("expected at least 3000 with Type gp3, got {iops}"))
        }
        _ => {}
    }
    if volume.throughput.is_some() && kind != "gp3" {
        problem("Throughput", format!("can't be set with Type {kind}, only with gp3"));
    }
}
