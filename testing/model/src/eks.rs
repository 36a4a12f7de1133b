//! A small EKS: node groups by name in one cluster, one update at a time, client tokens, and what goes on by itself.

use std::collections::{BTreeMap, BTreeSet};

use mng_core::decide::change::ConfigChange;
use mng_core::decide::desired::{Desired, NewGroup};
use mng_core::decide::plan::VersionChange;
use mng_core::nodegroup::group::{NodeGroup, Status};
use mng_core::properties::scaling::LiveScaling;
use mng_engine::ports::UpdateBegun;

use crate::call::{Ended, Said, Wrong};
use crate::kept::{Digested, digest};
use crate::made::made;

/// The cluster of all groups here.
pub const CLUSTER: &str = "c";

#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct ModelEks {
    pub groups: BTreeMap<String, ModelGroup>,
    pub updates: Vec<Update>,
    /// When the last group of the resource's own was made, in seconds since the epoch. No two are made in the same second, and none in
    /// that in which it was asked for.
    made: u64,
}

/// A group, and what of it a caller doesn't see.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ModelGroup {
    pub shown: Digested<NodeGroup>,
    /// The client token that it was made with.
    token: u64,
    /// Made a moment ago, so that reads may not show it yet.
    pub fresh: bool,
    pub whose: Whose,
    pub size: SizeOwner,
}

/// Who has set a group's size last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SizeOwner {
    OfTheTemplate,
    OfTheAutoscaler,
}

/// Who made a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Whose {
    Ours,
    Foreign,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Update {
    group: String,
    token: u64,
    /// In seconds since the epoch.
    began: u64,
    desired_size: Option<i32>,
    pub state: Ended,
    /// What the group is like when it has ended well; `None` once it has ended.
    becomes: Option<Digested<NodeGroup>>,
}

impl ModelEks {
    pub fn read(&self, name: &str) -> Said {
        match self.groups.get(name) {
            Some(group) => Said::Group(group.shown.clone()),
            None => not_found(name),
        }
    }

    pub fn read_update(&self, id: &str) -> Said {
        Said::Update(self.updates[number(id)].state)
    }

    /// The same token is the same call; any other finds the name taken.
    pub fn create(&mut self, desired: &Desired, group: &NewGroup, token: &str, now: u64) -> Said {
        let token = digest(&token);
        match self.groups.get(&desired.name) {
            Some(there) if there.token == token => return Said::Done,
            Some(_) => return Said::wrong(Wrong::InUse, "NodeGroup already exists"),
            None => {}
        }
        self.made = self.made.max(now) + 1;
        let made = ModelGroup {
            shown: Digested::new(made(desired, group, self.made)),
            token,
            fresh: true,
            whose: Whose::Ours,
            size: SizeOwner::OfTheTemplate,
        };
        self.groups.insert(desired.name.clone(), made);
        Said::Done
    }

    /// A group's updates that began at `since` or later.
    pub fn updates_since(&self, name: &str, since: u64) -> Vec<UpdateBegun> {
        let updates = self.updates.iter().enumerate();
        let of_the_group = updates.filter(|(_, update)| update.group == name && update.began >= since);
        let begun = |(number, update): (usize, &Update)| UpdateBegun {
            id: id(number),
            at: update.began,
            desired_size: update.desired_size,
        };
        of_the_group.map(begun).collect()
    }

    pub fn update_version(&mut self, name: &str, change: &VersionChange, token: &str, now: u64) -> Said {
        self.begin(name, token, now, |group| {
            if let (Some((_, version)), Some(template)) = (&change.launch_template, &mut group.launch_template) {
                template.version.clone_from(version);
            }
        })
    }

    pub fn update_config(&mut self, name: &str, change: &ConfigChange, token: &str, now: u64) -> Said {
        self.begin(name, token, now, |group| {
            group.labels.retain(|key, _| !change.remove_labels.contains(key));
            group.labels.extend(change.set_labels.clone());
            if let Some(scaling) = &change.scaling {
                let desired = scaling.desired.unwrap_or(group.scaling.desired);
                let (min, max) = (scaling.min, scaling.max);
                group.scaling = LiveScaling { min, max, desired };
            }
        })
    }

    /// One at a time, and the same token is the same update.
    fn begin(&mut self, name: &str, token: &str, now: u64, how: impl FnOnce(&mut NodeGroup)) -> Said {
        let token = digest(&token);
        if let Some(known) = self.updates.iter().position(|update| update.token == token) {
            return Said::UpdateId(id(known));
        }
        let Some(group) = self.groups.get_mut(name) else {
            return not_found(name);
        };
        if !matches!(group.shown.status, Status::Active | Status::Degraded) {
            return in_use();
        }
        let mut becomes = NodeGroup::clone(&group.shown);
        how(&mut becomes);
        let size = becomes.scaling.desired;
        let desired_size = (size != group.shown.scaling.desired).then_some(size);
        group.shown.change(|group| group.status = Status::Updating);
        self.updates.push(Update {
            group: name.to_owned(),
            token,
            began: now,
            desired_size,
            state: Ended::NotYet,
            becomes: Some(Digested::new(becomes)),
        });
        Said::UpdateId(id(self.updates.len() - 1))
    }

    pub fn tag(&mut self, name: &str, tags: &BTreeMap<String, String>) -> Said {
        self.retag(name, |live| live.extend(tags.clone()))
    }

    pub fn untag(&mut self, name: &str, keys: &BTreeSet<String>) -> Said {
        self.retag(name, |live| live.retain(|key, _| !keys.contains(key)))
    }

    /// Tags can be changed at any time, while an update runs too.
    fn retag(&mut self, name: &str, how: impl Fn(&mut BTreeMap<String, String>)) -> Said {
        let Some(group) = self.groups.get_mut(name) else {
            return not_found(name);
        };
        group.shown.change(|group| how(&mut group.tags));
        let running = self.updates.iter_mut().filter(|update| update.group == name);
        for becomes in running.filter_map(|update| update.becomes.as_mut()) {
            becomes.change(|group| how(&mut group.tags));
        }
        Said::Done
    }

    pub fn delete(&mut self, name: &str) -> Said {
        let Some(group) = self.groups.get_mut(name) else {
            return not_found(name);
        };
        match group.shown.status {
            Status::Creating | Status::Updating => in_use(),
            Status::Deleting => Said::Done,
            _ => {
                group.shown.change(|group| group.status = Status::Deleting);
                Said::Done
            }
        }
    }

    /// Some time has gone by.
    pub fn settle(&mut self) {
        self.groups.values_mut().for_each(|group| group.fresh = false);
    }

    pub fn is_foreign(&self, name: &str) -> bool {
        self.groups.get(name).is_some_and(|group| group.whose == Whose::Foreign)
    }

    /// A group that somebody else makes, which is there at once.
    pub fn appear(&mut self, name: &str) {
        let shown = NodeGroup {
            cluster: CLUSTER.to_owned(),
            name: name.to_owned(),
            arn: name.to_owned(),
            status: Status::Active,
            capacity_type: "ON_DEMAND".to_owned(),
            ..NodeGroup::default()
        };
        let group = ModelGroup {
            shown: Digested::new(shown),
            token: 0,
            fresh: false,
            whose: Whose::Foreign,
            size: SizeOwner::OfTheTemplate,
        };
        self.groups.insert(name.to_owned(), group);
    }

    pub fn become_status(&mut self, name: &str, status: &Status) {
        if let Some(group) = self.groups.get_mut(name) {
            group.shown.change(|group| group.status = status.clone());
        }
    }

    /// Whether the update that runs on a group leads to another size than this.
    pub fn resizes(&self, name: &str, from: i32) -> bool {
        let mut running = self.updates.iter().filter(|update| update.group == name);
        running.any(|update| {
            let becomes = update.becomes.as_ref();
            becomes.is_some_and(|becomes| becomes.scaling.desired != from)
        })
    }

    /// The autoscaler has its own opinion.
    pub fn scale(&mut self, name: &str) {
        if let Some(group) = self.groups.get_mut(name) {
            group.size = SizeOwner::OfTheAutoscaler;
            group.shown.change(|group| group.scaling.desired = SCALED);
        }
    }

    /// What an update that runs would change is lost.
    pub fn forget_changes(&mut self, name: &str) {
        let running = self.updates.iter_mut().filter(|update| update.group == name);
        running.for_each(|update| update.becomes = None);
    }

    /// What runs on a group ends.
    pub fn end(&mut self, name: &str, how: Ended) {
        let group = self.groups.get_mut(name).expect("what ends is about a group");
        let well = how == Ended::Well;
        match group.shown.status {
            Status::Creating if well => group.shown.change(|group| group.status = Status::Active),
            Status::Creating => group.shown.change(|group| group.status = Status::CreateFailed),
            Status::Deleting if well => {
                self.groups.remove(name);
            }
            Status::Deleting => group.shown.change(|group| group.status = Status::DeleteFailed),
            _ => self.end_update(name, how),
        }
    }

    fn end_update(&mut self, name: &str, how: Ended) {
        let group = self.groups.get_mut(name).expect("what ends is about a group");
        let mut running = self.updates.iter_mut();
        let running = running.find(|update| update.group == name && update.state == Ended::NotYet);
        if let Some(update) = running {
            update.state = how;
            let becomes = update.becomes.take();
            if let Some(becomes) = becomes.filter(|_| how == Ended::Well) {
                if becomes.scaling.desired != group.shown.scaling.desired {
                    group.size = SizeOwner::OfTheTemplate;
                }
                group.shown = becomes;
            }
        }
        group.shown.change(|group| group.status = Status::Active);
    }
}

/// The size that the autoscaler sets, which no template has.
const SCALED: i32 = 4;

fn id(number: usize) -> String {
    format!("u{number}")
}

fn number(id: &str) -> usize {
    id[1..].parse().expect("ids are made here")
}

fn not_found(name: &str) -> Said {
    Said::wrong(Wrong::NotFound, &format!("No node group found for name: {name}."))
}

fn in_use() -> Said {
    Said::wrong(Wrong::InUse, "it is not in Active State")
}
