//! Other JSON out of JSON. Bytes that are changed at random are hardly ever JSON any more, and what is behind the parser would
//! see little.

use libfuzzer_sys::fuzzer_mutate;
use mng_core::properties::table::PROPERTIES;
use serde_json::{Map, Value, json};

/// What has a meaning somewhere, beside the properties' names.
#[rustfmt::skip]
const WORDS: &[&str] = &[
    "RequestType", "Create", "Update", "Delete", "ResponseURL", "StackId", "RequestId", "LogicalResourceId",
    "PhysicalResourceId", "ResourceProperties", "OldResourceProperties", "Continuation", "Outcome", "Catch", "Failure",
    "Records", "EventSource", "aws:sns", "Sns", "Message", "eventSource", "aws:sqs", "body", "requestPayload",
    "responsePayload", "errorType", "errorMessage", "requestContext", "condition", "detail-type", "source", "account", "id",
    "time", "detail", "ManagedNodeGroup Request", "request", "history", "began", "deadline", "begun", "step", "at", "stage",
    "Converge", "RemoveAbandoned", "Undo", "failure", "situation", "phase", "RollingBack", "target", "version", "Event",
    "MinSize", "MaxSize", "DesiredSize", "Ec2SshKey", "PublicKey", "SourceSecurityGroups", "Id", "Name", "Key", "Value",
    "Effect", "NO_SCHEDULE", "NoSchedule", "MaxUnavailable", "MaxUnavailablePercentage", "Enabled", "Size", "Type", "Iops",
    "Throughput", "Encrypted", "KmsKeyId", "PrefixDelegation", "CustomNetworking", "SPOT", "CAPACITY_BLOCK", "CUSTOM",
    "AL2_x86_64", "AL2023_x86_64_STANDARD", "BOTTLEROCKET_ARM_64", "WINDOWS_CORE_2022_x86_64", "latest", "true", "false",
    "subnet-0a1b2c3d4e5f60718", "arn:aws:iam::123456789012:role/n", "sg-0a1b2c3d4e5f60718", "m5.large", "my-cluster",
    "my-cluster/my-mng", "1.34", "node.kubernetes.io/a", "Ref", "Fn::If", "AWS::NoValue", "2026-11-26T10:15:00Z",
    "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"b\"\n\n--b\n", "[settings.kubernetes]\n", "<powershell>",
    "", " ", "/", "0", "1", "-1", "3600", "2147483648", "…", "\u{0}", "\u{1f4a5}",
];

/// Where the choices come from: xorshift, seeded by libFuzzer.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % sides.max(1) as u64).unwrap_or_default()
    }

    fn word(&mut self) -> &'static str {
        let at = self.roll(WORDS.len() + PROPERTIES.len());
        WORDS
            .get(at)
            .copied()
            .unwrap_or_else(|| PROPERTIES[at - WORDS.len()].name)
    }

    fn value(&mut self) -> Value {
        match self.roll(9) {
            0 => Value::Null,
            1 => json!(self.roll(2) == 0),
            2 => json!(self.roll(5000)),
            3 => json!([]),
            4 => json!({}),
            5 => json!([self.word()]),
            6 => json!({ self.word(): self.word() }),
            _ => json!(self.word()),
        }
    }
}

/// libFuzzer's mutator: `data` up to `size` becomes another file of at most `max_size` bytes, whose size comes back.
pub fn mutate(data: &mut [u8], size: usize, max_size: usize, seed: u32) -> usize {
    let mut dice = Dice(u64::from(seed).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let parsed = serde_json::from_slice::<Value>(&data[..size]);
    let Ok(mut document) = parsed else {
        return fuzzer_mutate(data, size, max_size);
    };
    if dice.roll(16) == 0 {
        return fuzzer_mutate(data, size, max_size);
    }
    for _ in 0..=dice.roll(3) {
        let at = dice.roll(nodes(&document));
        let elsewhere = dice.roll(nodes(&document));
        let other = node(&mut document, elsewhere).map(|node| node.clone());
        if let Some(node) = node(&mut document, at) {
            change(node, other.unwrap_or_default(), &mut dice);
        }
    }
    let written = document.to_string();
    if written.len() > max_size {
        return fuzzer_mutate(data, size, max_size);
    }
    data[..written.len()].copy_from_slice(written.as_bytes());
    written.len()
}

/// How many values a document has, itself among them.
fn nodes(document: &Value) -> usize {
    1 + match document {
        Value::Array(items) => items.iter().map(nodes).sum(),
        Value::Object(entries) => entries.values().map(nodes).sum(),
        _ => 0,
    }
}

/// The value so far into a document, a parent before its children.
fn node(document: &mut Value, mut at: usize) -> Option<&mut Value> {
    if at == 0 {
        return Some(document);
    }
    at -= 1;
    let children: Vec<&mut Value> = match document {
        Value::Array(items) => items.iter_mut().collect(),
        Value::Object(entries) => entries.values_mut().collect(),
        _ => vec![],
    };
    for child in children {
        let count = nodes(child);
        if at < count {
            return node(child, at);
        }
        at -= count;
    }
    None
}

fn change(node: &mut Value, other: Value, dice: &mut Dice) {
    match (dice.roll(6), node) {
        (0, node) => *node = other,
        (1 | 2, Value::Object(entries)) => drop(entries.insert(dice.word().to_owned(), dice.value())),
        (3, Value::Object(entries)) => remove(entries, dice),
        (4, Value::Object(entries)) => drop(entries.insert(dice.word().to_owned(), other)),
        (1 | 2, Value::Array(items)) => items.push(dice.value()),
        (3, Value::Array(items)) => drop(items.pop()),
        (1, Value::String(text)) => *text += dice.word(),
        (2, Value::String(text)) => *text = text.repeat(dice.roll(8)),
        (3 | 4, Value::String(text)) => *text = other_text(text),
        (_, node) => *node = dice.value(),
    }
}

fn remove(entries: &mut Map<String, Value>, dice: &mut Dice) {
    let key = entries.keys().nth(dice.roll(entries.len())).cloned();
    key.and_then(|key| entries.remove(&key));
}

/// What libFuzzer makes of it, its own words among that.
fn other_text(text: &str) -> String {
    let (size, max_size) = (text.len(), text.len() + 64);
    let mut bytes = text.as_bytes().to_vec();
    bytes.resize(max_size, 0);
    let size = fuzzer_mutate(&mut bytes, size, max_size);
    String::from_utf8_lossy(&bytes[..size]).into_owned()
}
