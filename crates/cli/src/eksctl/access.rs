//! `RemoteAccess`: who reaches the nodes by SSH.

use serde_json::{Map, Value, json};

use super::group::EksctlGroup;
use crate::note::NoteKind;

/// Without `allow` a key alone switches SSH on, as eksctl has it.
pub fn remote_access(group: &mut EksctlGroup) -> Option<Value> {
    let keys = [("publicKey", "PublicKey"), ("publicKeyName", "Ec2SshKey")];
    let found = keys.map(|(field, property)| (field, property, group.text(&format!("ssh.{field}"))));
    let given: Vec<_> = found
        .iter()
        .filter_map(|(field, property, key)| Some((field, property, (*key)?)))
        .collect();
    let sources = group.texts("ssh.sourceSecurityGroupIds");
    if group.truth("ssh.allow") == Some(false) {
        return closed(group, given.len() + sources.len());
    }
    let Some(((_, property, key), others)) = given.split_first() else {
        return keyless(group, sources.len());
    };
    for (field, ..) in others {
        group.unmapped(
            &format!("ssh.{field}"),
            "eksctl takes one key for a group; keep one of them",
        );
    }
    if sources.is_empty() && group.is("privateNetworking") {
        let text = "eksctl opens SSH to the VPC's addresses, RemoteAccess to all; give ssh.sourceSecurityGroupIds";
        group.note("ssh", NoteKind::Differs, text);
    }
    let mut access = Map::new();
    access.insert((**property).to_owned(), json!(key));
    if !sources.is_empty() {
        access.insert("SourceSecurityGroups".to_owned(), json!(sources));
    }
    Some(Value::Object(access))
}

fn closed(group: &mut EksctlGroup, settings: usize) -> Option<Value> {
    if settings > 0 {
        group.unmapped(
            "ssh",
            "allow is false, so that eksctl passes the rest over; remove it, or set allow to true",
        );
    }
    None
}

/// eksctl takes `~/.ssh/id_rsa.pub` then, which no template can.
fn keyless(group: &mut EksctlGroup, sources: usize) -> Option<Value> {
    if group.is("ssh.allow") && group.text("ssh.publicKeyPath").is_none() {
        let text = "eksctl takes the key in ~/.ssh/id_rsa.pub; put what that file holds into ssh.publicKey";
        group.unmapped("ssh.allow", text);
    }
    if sources > 0 {
        let text = "there is no key, so SSH stays closed; set ssh.publicKey or ssh.publicKeyName";
        group.unmapped("ssh.sourceSecurityGroupIds", text);
    }
    None
}
