//! `Volume`, with eksctl's own defaults.

use serde_json::{Map, Value, json};

use super::group::EksctlGroup;

/// In GiB.
const DEFAULT_SIZE: i32 = 80;
const DEFAULT_TYPE: &str = "gp3";
/// Of io1 and io2, which have no rate of their own. gp3's is EC2's default.
const DEFAULT_IOPS: i32 = 100;

/// Types that no instance boots from (EBS user guide, "Throughput Optimized HDD and Cold HDD volumes").
const NOT_FOR_BOOT: [&str; 2] = ["sc1", "st1"];

pub fn volume(group: &mut EksctlGroup) -> Value {
    let kind = kind(group);
    let mut volume = Map::new();
    let size = group.number("volumeSize").unwrap_or(DEFAULT_SIZE);
    volume.insert("Size".to_owned(), json!(size));
    volume.insert("Type".to_owned(), json!(kind));
    let default_iops = kind.starts_with("io").then_some(DEFAULT_IOPS);
    let iops = group.number("volumeIOPS").or(default_iops).map(Value::from);
    let encrypted = group.truth("volumeEncrypted").map(Value::from);
    for (key, value) in [
        ("Iops", iops),
        ("Throughput", group.number("volumeThroughput").map(Value::from)),
        ("Encrypted", encrypted),
        ("KmsKeyId", group.text("volumeKmsKeyID").map(Value::from)),
    ] {
        volume.extend(value.map(|value| (key.to_owned(), value)));
    }
    Value::Object(volume)
}

fn kind<'c>(group: &mut EksctlGroup<'c>) -> &'c str {
    match group.text("volumeType") {
        Some(kind) if NOT_FOR_BOOT.contains(&kind) => {
            let text =
                format!("no instance boots from {kind}; the volume is {DEFAULT_TYPE}, set volumeType to what you want");
            group.unmapped("volumeType", text);
            DEFAULT_TYPE
        }
        Some(kind) => kind,
        None => DEFAULT_TYPE,
    }
}
