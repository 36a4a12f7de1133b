//! The pace of a rolling update: its least duration, so that the function can warn before it begins a roll which cannot
//! end in time, and the settings that make it faster.

use crate::properties::settings::{Amount, UpdateSettings};

/// Before EKS replaces the first node, it makes a version of the launch template and launches additional nodes. One of
/// them in each zone has to be Ready (EKS user guide, "Understand each phase of node updates").
const SETUP_SECONDS: u64 = 300;

/// One batch: EKS cordons and drains the nodes, waits 60 seconds (same page), terminates them, and others come up. A
/// pod that cannot be evicted holds a node for up to 15 minutes, so this figure is near the least.
const BATCH_SECONDS: u64 = 180;

/// About how long, in seconds, a roll of this many nodes takes at least.
pub fn at_least_seconds(nodes: i32, unavailable: Amount) -> u64 {
    let nodes = u64::from(nodes.max(0).unsigned_abs());
    if nodes == 0 {
        return 0;
    }
    SETUP_SECONDS + nodes.div_ceil(batch(nodes, unavailable)) * BATCH_SECONDS
}

/// EKS replaces at least one node at a time.
fn batch(nodes: u64, unavailable: Amount) -> u64 {
    match unavailable {
        Amount::Nodes(count) => u64::from(count.max(1).unsigned_abs()),
        Amount::Percentage(share) => (nodes * u64::from(share.max(0).unsigned_abs()) / 100).max(1),
    }
}

/// Whether a roll of this many nodes should wait for the settings `wanted`, since the settings `in_force` hold it back:
/// with the wanted ones EKS would replace more nodes at once, or by another strategy. EKS uses the settings that the
/// group has when the roll begins.
pub fn loosens(nodes: i32, in_force: UpdateSettings, wanted: UpdateSettings) -> bool {
    let nodes = u64::from(nodes.max(0).unsigned_abs());
    let at_once = |settings: UpdateSettings| batch(nodes, settings.unavailable);
    at_once(wanted) > at_once(in_force) || wanted.strategy != in_force.strategy
}

/// The warning about a roll that takes longer than the seconds that are left. `None` if the roll may end in time.
pub fn outlasts(nodes: i32, unavailable: Amount, left: u64) -> Option<String> {
    let needed = at_least_seconds(nodes, unavailable);
    let pace = match unavailable {
        Amount::Nodes(count) => format!("{count} at a time"),
        Amount::Percentage(share) => format!("{share} % at a time"),
    };
    (needed > left).then(|| {
        format!(
            "a roll of {nodes} nodes, {pace}, takes about {} minutes at least, and {} are left",
            needed / 60,
            left / 60
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_roll_takes_a_while_for_each_batch() {
        for (nodes, unavailable, expected) in [
            (0, Amount::Nodes(1), 0),
            (1, Amount::Nodes(1), 480),
            (10, Amount::Nodes(1), 2_100),
            (10, Amount::Nodes(3), 1_020),
            (10, Amount::Percentage(33), 1_020),
            (2, Amount::Percentage(10), 660),
        ] {
            assert_eq!(
                at_least_seconds(nodes, unavailable),
                expected,
                "{nodes} {unavailable:?}"
            );
        }
    }

    #[test]
    fn only_what_can_not_end_in_time_is_told() {
        assert_eq!(outlasts(10, Amount::Nodes(1), 3_540), None);
        assert_eq!(outlasts(1, Amount::Nodes(1), 480), None);
        assert_eq!(
            outlasts(1, Amount::Percentage(50), 479).as_deref(),
            Some("a roll of 1 nodes, 50 % at a time, takes about 8 minutes at least, and 7 are left")
        );
        assert_eq!(
            outlasts(20, Amount::Nodes(1), 3_540).as_deref(),
            Some("a roll of 20 nodes, 1 at a time, takes about 65 minutes at least, and 59 are left")
        );
    }
}
