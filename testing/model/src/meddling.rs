//! What somebody else does to a group, its name or its launch template.

use mng_core::nodegroup::group::Status;

use crate::action::Others;
use crate::configuration::Configuration;
use crate::world::{World, owner};

impl World {
    pub fn meddle(&mut self, what: Others, of: &Configuration) {
        if !matches!(what, Others::Thaw(_)) {
            self.left.others -= 1;
        }
        self.hurt |= !matches!(what, Others::Thaw(_) | Others::StripTemplate(_) | Others::Scale(_));
        let status = |status: &str| Status::from(status);
        match what {
            Others::Take(number) => {
                self.disturbed = true;
                self.eks.appear(&of.names()[number]);
            }
            Others::TakeTemplate(number) => {
                self.disturbed = true;
                let name = format!("c/{}", of.names()[number]);
                self.ec2.appear(&name);
            }
            Others::Delete(number) => {
                self.disturbed = true;
                self.eks.become_status(&self.name(number), &Status::Deleting);
            }
            Others::Update(number) => self.eks.become_status(&self.name(number), &Status::Updating),
            Others::Freeze(number) => self.eks.become_status(&self.name(number), &status("FROZEN")),
            Others::Thaw(number) => self.eks.become_status(&self.name(number), &Status::Active),
            Others::Degrade(number) => self.eks.become_status(&self.name(number), &Status::Degraded),
            Others::StripTags(number) => {
                (self.disturbed, self.stripped) = (true, true);
                let keys = owner().tags().into_keys().collect();
                self.eks.untag(&self.name(number), &keys);
            }
            Others::StripTemplate(number) => {
                let name = format!("c/{}", self.name(number));
                self.ec2.strip(&name);
            }
            Others::Scale(number) => self.eks.scale(&self.name(number)),
            Others::DeleteTemplate(number) => {
                self.disturbed = true;
                let name = format!("c/{}", self.name(number));
                self.ec2.templates.remove(&name);
            }
        }
    }
}
