//! User data for groups whose AMI EKS chooses. EKS merges its own part in, which joins the node to the cluster, so nothing
//! here starts the kubelet or calls the bootstrap (EKS user guide, "Customize managed nodes with launch templates").

mod amazon_linux_2;
mod amazon_linux_2023;
mod bottlerocket;
mod mime;
mod node_labels;
mod windows;

use std::collections::BTreeMap;

use mail_parser::decoders::base64::base64_decode;

use super::ami_type::OperatingSystem;

/// What a node's bootstrap is told beside what EKS tells it.
#[derive(Debug, Clone, Copy)]
pub struct Bootstrap<'a> {
    pub os: OperatingSystem,
    pub max_pods: Option<u32>,
    pub node_labels: &'a BTreeMap<String, String>,
    /// The user's `UserData`.
    pub own: Option<&'a str>,
}

/// The user data to put into a launch template, not yet encoded in base64. `None` when there is nothing to say.
///
/// # Errors
/// The user's own part can't be used, or there are labels that can't be told this way. The message says why.
pub fn user_data(bootstrap: &Bootstrap) -> Result<Option<String>, String> {
    let own = bootstrap.own.map(without_blank_ends).filter(|own| !own.is_empty());
    own.map_or(Ok(()), refuse_encoded)?;
    let max_pods = bootstrap.max_pods;
    let labels = node_labels::argument(bootstrap.os, bootstrap.node_labels)?;
    let rendered = match bootstrap.os {
        OperatingSystem::AmazonLinux2 => amazon_linux_2::render(own, max_pods, labels),
        OperatingSystem::AmazonLinux2023 => amazon_linux_2023::render(own, max_pods, labels),
        OperatingSystem::Bottlerocket => bottlerocket::render(own, max_pods),
        OperatingSystem::Windows => windows::render(own),
    };
    rendered?.map(within_the_limit).transpose()
}

/// What becomes of a maximum of pods that the user data states.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MaxPodsFate {
    Kept,
    /// EKS states its own figure after it.
    OverriddenByEks,
    /// There is no way to say it.
    CantBeSaid,
}

/// Whether EKS lets the user data's maximum of pods stand.
pub fn max_pods_fate(os: OperatingSystem) -> MaxPodsFate {
    match os {
        // The kubelet takes the last of its arguments; on Bottlerocket the user's settings win over EKS's.
        OperatingSystem::AmazonLinux2 | OperatingSystem::Bottlerocket => MaxPodsFate::Kept,
        // nodeadm merges the parts in their order, and EKS's comes last (EKS user guide, "How maxPods is determined").
        OperatingSystem::AmazonLinux2023 => MaxPodsFate::OverriddenByEks,
        OperatingSystem::Windows => MaxPodsFate::CantBeSaid,
    }
}

/// Whether labels can be given by the node itself. On Bottlerocket EKS states them, and on Windows there is nowhere to.
pub fn takes_node_labels(os: OperatingSystem) -> bool {
    match os {
        OperatingSystem::AmazonLinux2 | OperatingSystem::AmazonLinux2023 => true,
        OperatingSystem::Bottlerocket | OperatingSystem::Windows => false,
    }
}

/// Whether the user data of a template with an AMI of its own mentions the maximum of pods. It has to be decoded already.
///
/// The spellings are those of the kubelet's argument and of Bottlerocket (`max-pods`), and of the kubelet's configuration,
/// which a `NodeConfig` has too (`maxPods`).
pub fn mentions_max_pods(user_data: &str) -> bool {
    ["max-pods", "maxPods"]
        .iter()
        .any(|spelling| user_data.contains(spelling))
}

/// EC2's limit, in bytes, before the encoding in base64 (EC2 user guide, "Run commands when you launch an EC2 instance").
const LIMIT: usize = 16_384;

fn within_the_limit(rendered: String) -> Result<String, String> {
    match rendered.len() {
        ..=LIMIT => Ok(rendered),
        size => Err(format!(
            "expected at most {LIMIT} bytes of user data, EC2's limit, got {size} with what is put around it: have the node \
             fetch the rest, from S3 for example"
        )),
    }
}

/// A launch template wants its user data in base64, so `Fn::Base64` is a habit. It would run here as a command of that name.
fn refuse_encoded(own: &str) -> Result<(), String> {
    const SHORTEST: usize = 8;
    const GZIP: [u8; 2] = [0x1f, 0x8b];
    let is_base64 = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=' | '\r' | '\n');
    if own.len() < SHORTEST || !own.chars().all(is_base64) {
        return Ok(());
    }
    let decoded = base64_decode(own.as_bytes()).unwrap_or_default();
    let is_text = std::str::from_utf8(&decoded).is_ok_and(|text| !text.is_empty() && !text.contains('\0'));
    if is_text || decoded.starts_with(&GZIP) {
        return Err("expected plain text, got base64: leave Fn::Base64 out, the encoding is done here".to_owned());
    }
    Ok(())
}

/// Whole lines are cut off, so that the indentation of the first line that says something stays: YAML needs it.
fn without_blank_ends(text: &str) -> &str {
    let text = text.trim_end();
    let blank = text.len() - text.trim_start().len();
    let first_line = text[..blank].rfind('\n').map_or(0, |newline| newline + 1);
    &text[first_line..]
}

#[cfg(test)]
mod tests;
