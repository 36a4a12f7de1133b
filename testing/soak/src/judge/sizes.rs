//! The desired size of a group belongs to an autoscaler, but where the template changes its own.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Verdicts;
use crate::world::text;

/// How a request ended, as CloudFormation takes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Went {
    Well,
    Wrong,
}

/// The sizes that a group may have after what was asked of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Sizes {
    created: Value,
    possible: BTreeSet<ExpectedSize>,
}

/// A size, and who has set it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum ExpectedSize {
    SetByTheUpdate(i64),
    OfBefore(i64),
}

impl ExpectedSize {
    fn number(self) -> i64 {
        match self {
            Self::SetByTheUpdate(size) | Self::OfBefore(size) => size,
        }
    }
}

impl Sizes {
    /// Of a group at rest.
    pub fn of(group: &Value) -> Option<Self> {
        let live = group["scalingConfig"]["desiredSize"].as_i64()?;
        Some(Self {
            created: group["createdAt"].clone(),
            possible: [ExpectedSize::OfBefore(live)].into(),
        })
    }

    fn numbers(&self) -> BTreeSet<i64> {
        self.possible.iter().map(|size| size.number()).collect()
    }

    /// An update from `old` to `new`. Of one that went wrong it isn't known how far it has come, and one that nobody waits for may fail
    /// in EKS yet.
    fn update(&mut self, old: &Value, new: &Value, went: Went) {
        let wanted = desired(new).filter(|wanted| desired(old) != Some(*wanted));
        let after = |size: &ExpectedSize| match clamped(wanted.unwrap_or(size.number()), new) {
            same if same == size.number() => *size,
            set => ExpectedSize::SetByTheUpdate(set),
        };
        let after: BTreeSet<ExpectedSize> = self.possible.iter().map(after).collect();
        if went == Went::Wrong || text(new, "WaitFor") == "Submitted" {
            self.possible.extend(after);
        } else {
            self.possible = after;
        }
    }

    /// A rollback of `failed` to `before`: where the size is what the failed update had set, it is set back.
    fn rollback(&mut self, failed: &Value, before: &Value) {
        let set = desired(failed).filter(|set| desired(before).is_some_and(|size| size != *set));
        let back = |size: &ExpectedSize| match (set, size) {
            (Some(set), ExpectedSize::SetByTheUpdate(size)) if set == *size => desired(before).unwrap_or(*size),
            (_, size) => size.number(),
        };
        let after = |size: &ExpectedSize| ExpectedSize::OfBefore(clamped(back(size), before));
        let after: BTreeSet<ExpectedSize> = self.possible.iter().map(after).collect();
        if text(before, "WaitFor") == "Submitted" {
            self.possible.extend(after);
        } else {
            self.possible = after;
        }
    }
}

/// The template's own.
fn desired(properties: &Value) -> Option<i64> {
    number(properties, "DesiredSize")
}

fn number(properties: &Value, key: &str) -> Option<i64> {
    properties["ScalingConfig"][key].as_str()?.parse().ok()
}

fn clamped(size: i64, properties: &Value) -> i64 {
    let size = number(properties, "MinSize").map_or(size, |min| size.max(min));
    number(properties, "MaxSize").map_or(size, |max| size.min(max))
}

impl Verdicts {
    pub fn sizes(&mut self, old: &Value, new: &Value, went: Went) {
        if let Some(sizes) = &mut self.sizes {
            sizes.update(old, new, went);
        }
    }

    /// A rollback went well. One that has left the group as it is says so.
    pub fn sizes_back(&mut self, request: &str, failed: &Value, before: &Value) {
        let answers = self.world.asked(request).map(|asked| asked.answers).unwrap_or_default();
        let left = answers
            .iter()
            .any(|(_, answer)| text(answer, "Reason").contains("left as it is"));
        if let Some(sizes) = self.sizes.as_mut().filter(|_| !left) {
            sizes.rollback(failed, before);
        }
    }

    /// The operation is over, and has the group `id` for the resource.
    pub fn of_the_size(&mut self, id: &str) {
        let Some((sizes, group)) = self.sizes.take().zip(self.group(id)) else {
            return;
        };
        let is_the_same = group["createdAt"] == sizes.created && text(&group, "status") == "ACTIVE";
        let size = group["scalingConfig"]["desiredSize"].as_i64().filter(|_| is_the_same);
        // Where the stack can't be described, another size than the template's former one stands, and the answer says so.
        let judged = size.filter(|_| !self.is_stack_unknown());
        let possible = sizes.numbers();
        if let Some(size) = judged.filter(|size| !possible.contains(size)) {
            self.wrong(format!("{id} has the size {size}, where {possible:?} is right"));
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn sized(min: u8, max: u8, desired: u8) -> Value {
        json!({"ScalingConfig": {"MinSize": min.to_string(), "MaxSize": max.to_string(), "DesiredSize": desired.to_string()}})
    }

    fn at(size: i64) -> Sizes {
        Sizes::of(&json!({"nodegroupName": "n", "createdAt": 1, "scalingConfig": {"desiredSize": size}})).unwrap()
    }

    #[test]
    fn an_update_moves_the_size_only_where_the_template_does() {
        for (live, old, new, expected) in [
            (20, sized(1, 30, 3), sized(1, 30, 3), 20),
            (20, sized(1, 30, 3), sized(1, 9, 3), 9),
            (20, sized(1, 30, 3), sized(1, 30, 5), 5),
            (20, sized(1, 30, 3), json!({}), 20),
            (20, json!({}), sized(1, 30, 3), 3),
        ] {
            let mut sizes = at(live);
            sizes.update(&old, &new, Went::Well);
            assert_eq!(sizes.numbers(), [expected].into(), "{live} {old} {new}");
        }
    }

    #[test]
    fn a_rollback_sets_the_size_back_only_where_the_failed_update_had_set_it() {
        for (size, expected) in [
            (ExpectedSize::OfBefore(20), 20),
            (ExpectedSize::OfBefore(25), 25),
            (ExpectedSize::SetByTheUpdate(25), 3),
            (ExpectedSize::OfBefore(50), 30),
        ] {
            let mut sizes = at(size.number());
            sizes.possible = [size].into();
            sizes.rollback(&sized(1, 30, 25), &sized(1, 30, 3));
            assert_eq!(sizes.numbers(), [expected].into(), "{size:?}");
        }
        for (live, expected) in [(20, [3, 20].into()), (25, [25].into())] {
            let mut sizes = at(live);
            sizes.update(&sized(1, 30, 3), &sized(1, 30, 25), Went::Wrong);
            sizes.rollback(&sized(1, 30, 25), &sized(1, 30, 3));
            assert_eq!(sizes.numbers(), expected, "{live}");
        }
    }
}
