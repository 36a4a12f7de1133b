//! `UserData`: what runs before a node joins, and Bottlerocket's settings.

mod bottlerocket;

use std::fmt::Write;

use super::group::EksctlGroup;
use super::image::Family;

const SHELL: &str = "text/x-shellscript; charset=\"utf-8\"";
const NODE_CONFIG: &str = "application/node.eks.aws";

pub fn user_data(group: &mut EksctlGroup, family: Family) -> Option<String> {
    let bottlerocket = matches!(family, Family::Bottlerocket | Family::BottlerocketFips);
    if !bottlerocket && group.at("bottlerocket").is_some() {
        group.unmapped(
            "bottlerocket",
            "the group's nodes don't run Bottlerocket; set amiFamily, or remove it",
        );
    }
    let commands = group.texts("preBootstrapCommands");
    match family {
        Family::Bottlerocket | Family::BottlerocketFips => {
            for field in ["preBootstrapCommands", "overrideBootstrapCommand"] {
                refuse(group, field, "Bottlerocket runs no commands; use bottlerocket.settings");
            }
            bottlerocket::toml(group)
        }
        Family::Windows(_) => {
            refuse(
                group,
                "overrideBootstrapCommand",
                "Windows has a bootstrap of its own; remove it",
            );
            (!commands.is_empty()).then(|| commands.join("\n"))
        }
        Family::AmazonLinux2 => {
            let text = "EKS bootstraps the images that it chooses; with an image of your own, name a launch template with both";
            refuse(group, "overrideBootstrapCommand", text);
            let with_interpreter = |command: &&str| {
                if command.starts_with("#!") {
                    (*command).to_owned()
                } else {
                    in_bash(command)
                }
            };
            scripts(commands.iter().map(with_interpreter), None)
        }
        Family::AmazonLinux2023 => scripts(commands.iter().map(|command| in_bash(command)), node_config(group)),
    }
}

fn refuse(group: &mut EksctlGroup, field: &str, text: &str) {
    if group.at(field).is_some() {
        group.unmapped(field, text);
    }
}

/// Only a `NodeConfig` can be merged with EKS's. Anything else is for an image that isn't EKS's.
fn node_config<'c>(group: &mut EksctlGroup<'c>) -> Option<&'c str> {
    const FIELD: &str = "overrideBootstrapCommand";
    let command = group.text(FIELD)?;
    if command.contains("NodeConfig") {
        return Some(command);
    }
    group.unmapped(
        FIELD,
        "expected a NodeConfig, which is what AL2023 takes; a script goes into preBootstrapCommands",
    );
    None
}

/// As eksctl has it on AL2023, whatever a command begins with. On AL2 it puts nothing before one, and one without an interpreter
/// wouldn't run.
fn in_bash(command: &str) -> String {
    format!("#!/bin/bash\n{command}")
}

/// Each command is a script of its own, as eksctl makes them: one that exits doesn't end the others.
fn scripts(scripts: impl Iterator<Item = String>, node_config: Option<&str>) -> Option<String> {
    let scripts = scripts.map(|script| (SHELL, script));
    let config = node_config.map(|config| (NODE_CONFIG, config.to_owned()));
    let parts: Vec<_> = scripts.chain(config).collect();
    match parts.as_slice() {
        [] => None,
        [(_, only)] => Some(only.clone()),
        parts => Some(mime(parts)),
    }
}

fn mime(parts: &[(&str, String)]) -> String {
    let mut boundary = "part".to_owned();
    while parts.iter().any(|(_, body)| body.contains(&boundary)) {
        boundary.push('-');
    }
    let mut document = format!("MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"{boundary}\"\n\n");
    for (media_type, body) in parts {
        let _ = write!(
            document,
            "--{boundary}\nContent-Type: {media_type}\n\n{}\n",
            body.trim_end()
        );
    }
    let _ = writeln!(document, "--{boundary}--");
    document
}
