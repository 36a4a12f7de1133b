//! What has to be true of a stack that is at rest: the group that CloudFormation has recorded is there, what is retained stays as it
//! was, no group is replaced that fits, and no node is rolled for nothing.

use serde_json::{Value, json};

use super::difference::difference;
use super::{Verdicts, id_of};
use crate::properties::for_its_nodes;
use crate::world::{CLUSTER, held, text};

/// A group that a policy retains.
pub struct RetainedGroup {
    id: String,
    shown: Value,
    in_ec2: Vec<String>,
}

impl Verdicts {
    /// From now on the function may not touch a group.
    pub fn keep(&mut self, id: &str) {
        let Some(shown) = self.group(id) else {
            return self.wrong(format!("{id} is to be retained, and isn't there"));
        };
        let mut in_ec2 = self.world.ec2.all();
        in_ec2.retain(|one| is_of(one, id));
        self.world.tell(&format!("CloudFormation: {id} is retained"));
        held(&self.world.kept).push(text(&shown, "nodegroupName").to_owned());
        let id = id.to_owned();
        self.kept.push(RetainedGroup { id, shown, in_ec2 });
    }

    pub fn is_kept(&self, id: &str) -> bool {
        self.kept.iter().any(|kept| kept.id == id)
    }

    /// Whether something in EC2 belongs to a retained group.
    pub(super) fn is_of_what_is_kept(&self, one: &str) -> bool {
        self.kept.iter().any(|kept| is_of(one, &kept.id))
    }

    pub(super) fn of_what_is_kept(&mut self) {
        for kept in std::mem::take(&mut self.kept) {
            match self.group(&kept.id) {
                None => self.wrong(format!("{} was retained, and is gone", kept.id)),
                Some(now) if differs(&kept.shown, &now) => {
                    let what = difference(&of_the_user(&kept.shown), &of_the_user(&now));
                    self.wrong(format!("{} was retained, and was changed: {what}", kept.id));
                }
                Some(_) => {}
            }
            let in_ec2 = self.world.ec2.all();
            for one in kept.in_ec2.iter().filter(|one| !in_ec2.contains(one)) {
                self.wrong(format!("{one} of a retained group is gone"));
            }
            self.kept_to_the_end.push(kept);
        }
        self.kept = std::mem::take(&mut self.kept_to_the_end);
    }

    /// The stack is at rest, and has recorded the resource under `id`.
    pub fn of_rest(&mut self, id: Option<&str>) {
        let Some(id) = id else {
            return;
        };
        match self.group(id) {
            None => self.wrong(format!("{id} is recorded, and is gone")),
            Some(group) if text(&group, "status") == "DELETING" => {
                self.wrong(format!("{id} is recorded, and is being deleted"));
            }
            Some(_) => {}
        }
    }

    /// What CloudFormation takes for a new group isn't one that it retains.
    ///
    /// Where the stack can't be described, an update that follows a replacement and asks for its former properties may be the rollback. It
    /// goes back to the replaced group (`engine/restored.rs`).
    pub fn of_a_new_id(&mut self, id: &str) {
        if self.is_kept(id) && self.is_stack_unknown() {
            self.world
                .count("retained groups that an update of an unknown stack went back to");
            self.kept.retain(|kept| kept.id != id);
        } else if self.is_kept(id) {
            self.wrong(format!("{id} is retained, and was taken over"));
            // What becomes of it from here on follows from that.
            self.kept.retain(|kept| kept.id != id);
        }
    }

    /// Whether the function could not describe the stack for a request.
    pub(super) fn is_stack_unknown(&self) -> bool {
        let denied = self.world.all_asked().iter().any(|asked| asked.stack_denied > 0);
        denied || !self.world.stack_is_known()
    }

    /// A cleaner has taken the tags from a template, and the process that had deleted its group died before it removed the template: then
    /// nothing shows whose the template is (docs/reliability.md).
    pub(super) fn is_stripped(&self, in_ec2: &str) -> bool {
        let template = in_ec2.strip_prefix("launch-template ");
        template.is_some_and(|name| self.world.ec2.template_tags(name).is_empty())
    }

    /// A rollback goes back to the group of before, where that is still there. Where the stack can't be described, it may stay with the
    /// current group, if that fits the properties of before too.
    pub fn of_the_way_back(&mut self, before: &str, after: &str) {
        let is_there = |group: Value| !matches!(text(&group, "status"), "DELETING" | "CREATE_FAILED");
        if before != after && self.group(before).is_some_and(is_there) && !self.is_stack_unknown() {
            self.wrong(format!(
                "the rollback went to {after}, and {before} was not gone back to"
            ));
        }
    }

    /// Whether the function could ask the stack for its tags.
    pub fn of_known_tags(&mut self, request: &str) {
        self.tags_unknown = self.world.asked(request).is_none_or(|asked| asked.stack_denied > 0);
        self.tags_unknown |= !self.world.stack_is_known();
    }

    /// An update begins, of a group whose last operation went well with `properties`.
    pub fn of_a_beginning(&mut self, id: &str, properties: &Value) {
        let group = self.group(id);
        self.sizes = group.as_ref().and_then(super::Sizes::of);
        self.beginning = group.map(|group| (group, properties.clone()));
    }

    /// The nodes roll for what is on them, not for what the group has around them.
    pub fn of_a_roll(&mut self, id: &str, wanted: &Value) {
        let Some((before, properties)) = self.beginning.take() else {
            return;
        };
        let follows = wanted["ReleaseVersion"] == "latest";
        let needed =
            follows || for_its_nodes(&properties) != for_its_nodes(wanted) || self.skipped || self.tags_unknown;
        let Some(now) = self
            .group(id)
            .filter(|now| now["createdAt"] == before["createdAt"] && !needed)
        else {
            return;
        };
        let nodes = |group: &Value| json!([group["version"], group["releaseVersion"], group["launchTemplate"]]);
        if nodes(&before) != nodes(&now) {
            self.wrong(format!(
                "the nodes of {id} were rolled, which nothing asks for: {} {}",
                nodes(&before),
                nodes(&now)
            ));
        }
    }

    pub(super) fn group(&self, id: &str) -> Option<Value> {
        let (_, name) = id.split_once('/')?;
        let group = self.world.simulator.node_group(CLUSTER, name);
        (!group.is_null() && id_of(&group) == id).then_some(group)
    }
}

/// Whether something in EC2, by its kind and name, is a group's.
fn is_of(one: &str, id: &str) -> bool {
    let (kind, name) = one.split_once(' ').unwrap_or_default();
    let of_a_key = |rest: &str| kind == "key-pair" && rest.len() == KEY_DIGEST && rest.starts_with('-');
    name.strip_prefix(id)
        .is_some_and(|rest| rest.is_empty() || of_a_key(rest))
}

/// What a key pair's name has behind that of its group (`Place::key_pair_name`).
const KEY_DIGEST: usize = 13;

/// Whether a retained group isn't any more what it was. What was under way then comes to its end; and tags of the function's own
/// aren't the user's.
fn differs(before: &Value, now: &Value) -> bool {
    let is_settled = matches!(text(before, "status"), "ACTIVE" | "DEGRADED" | "CREATE_FAILED");
    if !is_settled {
        return before["createdAt"] != now["createdAt"] || text(now, "status") == "DELETING";
    }
    of_the_user(before) != of_the_user(now)
}

fn of_the_user(group: &Value) -> Value {
    let mut group = group.clone();
    if let Some(group) = group.as_object_mut() {
        group.shift_remove("modifiedAt");
    }
    if let Some(tags) = group["tags"].as_object_mut() {
        tags.retain(|key, _| !key.starts_with("managed-node-group:"));
    }
    group
}
