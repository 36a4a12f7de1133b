//! From a property to the fields that it was made of.

use serde_json::Value;

use super::place::ValuePath;

/// The fields that a property is made of. What is within the property is within the field, in other words where they differ.
const SOURCES: [(&str, &[&str]); 30] = [
    ("AmiType", &["amiFamily"]),
    ("InstanceTypes", &["instanceTypes", "instanceType"]),
    ("Labels", &["labels"]),
    ("LaunchTemplate", &["launchTemplate"]),
    ("MaxPods", &["maxPodsPerNode"]),
    ("NodeRepairConfig", &["nodeRepairConfig"]),
    ("NodeRole", &["iam.instanceRoleARN"]),
    ("NodegroupNamePrefix", &["name"]),
    ("ReleaseVersion", &["releaseVersion"]),
    ("RemoteAccess.Ec2SshKey", &["ssh.publicKeyName"]),
    ("RemoteAccess.PublicKey", &["ssh.publicKey"]),
    ("RemoteAccess.SourceSecurityGroups", &["ssh.sourceSecurityGroupIds"]),
    ("RemoteAccess", &["ssh"]),
    ("ScalingConfig.DesiredSize", &["desiredCapacity"]),
    ("ScalingConfig.MaxSize", &["maxSize"]),
    ("ScalingConfig.MinSize", &["minSize"]),
    ("SecurityGroups", &["securityGroups.attachIDs"]),
    ("Subnets", &["subnets"]),
    ("SuspendProcesses", &["asgSuspendProcesses"]),
    ("Tags.Name", &["tags.Name", "instanceName", "instancePrefix"]),
    ("Tags", &["tags"]),
    ("Taints", &["taints"]),
    ("UpdateConfig", &["updateConfig"]),
    (
        "UserData",
        &[
            "preBootstrapCommands",
            "overrideBootstrapCommand",
            "bottlerocket.settings",
            "bottlerocket.enableAdminContainer",
        ],
    ),
    ("Volume.Encrypted", &["volumeEncrypted"]),
    ("Volume.Iops", &["volumeIOPS"]),
    ("Volume.KmsKeyId", &["volumeKmsKeyID"]),
    ("Volume.Size", &["volumeSize"]),
    ("Volume.Throughput", &["volumeThroughput"]),
    ("Volume.Type", &["volumeType"]),
];

/// The paths in a group of the file that a property's path stands for, as exact as the file has them. Of a property that no
/// field of the file was read for, the group's own.
pub fn of(group: &Value, path: &str) -> Vec<String> {
    let own = SOURCES.iter().find(|(property, _)| within(path, property).is_some());
    let found: Vec<String> = match own {
        Some((property, fields)) => {
            let rest = within(path, property).unwrap_or_default();
            let rest = match *property {
                "Labels" | "Tags" => rest.to_owned(),
                _ => in_fields_words(rest),
            };
            fields.iter().filter_map(|field| in_file(group, field, &rest)).collect()
        }
        None => {
            let parts = SOURCES.iter().filter(|(property, _)| within(property, path).is_some());
            parts
                .flat_map(|(_, fields)| fields.iter().filter_map(|field| in_file(group, field, "")))
                .collect()
        }
    };
    if found.is_empty() { vec![String::new()] } else { found }
}

/// A field that the file has, with as much of what is within it as the file has.
fn in_file(group: &Value, field: &str, within: &str) -> Option<String> {
    let (_, is_there) = ValuePath::nearest(group, field);
    is_there.then(|| ValuePath::nearest(group, &format!("{field}{within}")).0.to_string())
}

/// What follows `around` in a path.
fn within<'p>(path: &'p str, around: &str) -> Option<&'p str> {
    let rest = path.strip_prefix(around)?;
    (rest.is_empty() || rest.starts_with(['.', '['])).then_some(rest)
}

/// `[0].RepairAction` is `[0].repairAction`.
fn in_fields_words(path: &str) -> String {
    let mut words = String::new();
    for letter in path.chars() {
        if words.ends_with('.') {
            words.push(letter.to_ascii_lowercase());
        } else {
            words.push(letter);
        }
    }
    words
}
