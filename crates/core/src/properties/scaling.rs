//! Sizes. The desired size belongs to whoever moved it last: the template when it changes its own value, an autoscaler
//! otherwise.

/// `ScalingConfig` as the template states it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Scaling {
    pub min: Option<i32>,
    pub max: Option<i32>,
    pub desired: Option<i32>,
}

/// The sizes of a group, as the service has them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LiveScaling {
    pub min: i32,
    pub max: i32,
    pub desired: i32,
}

/// Whether this request moves the desired size, or leaves it to an autoscaler.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DesiredSize {
    /// The template's own value changed.
    Template,
    /// The live size stands, clamped into the bounds.
    Live,
    /// A rollback takes back the size that the failed update has set. Another live size is an autoscaler's and stands.
    TakeBack { failed: i32 },
}

impl Scaling {
    /// What a new group gets. The service takes all three or none, so what the template leaves out is filled in: the least
    /// size that the rest allows, one if nothing speaks against it.
    pub fn for_create(&self) -> Option<LiveScaling> {
        if *self == Self::default() {
            return None;
        }
        let bounded = |value: i32| self.max.map_or(value, |max| value.min(max));
        let min = self.min.unwrap_or_else(|| bounded(self.desired.unwrap_or(1).min(1)));
        let desired = self.desired.unwrap_or(min);
        let max = self.max.unwrap_or_else(|| desired.max(min).max(1));
        Some(LiveScaling { min, max, desired })
    }

    /// What an existing group gets: the template's bounds, and a desired size within them. Raising the minimum over the
    /// live size without moving the size is refused by the service (terraform-aws-eks issues 3306 and 3521).
    pub fn for_update(&self, live: LiveScaling, owner: DesiredSize) -> LiveScaling {
        let min = self
            .min
            .unwrap_or_else(|| self.max.map_or(live.min, |max| live.min.min(max)));
        let max = self
            .max
            .unwrap_or_else(|| live.max.max(min).max(self.desired.unwrap_or(0)));
        let wanted = match owner {
            DesiredSize::Template => self.desired.unwrap_or(live.desired),
            DesiredSize::TakeBack { failed } if live.desired == failed => self.desired.unwrap_or(live.desired),
            DesiredSize::TakeBack { .. } | DesiredSize::Live => live.desired,
        };
        LiveScaling {
            min,
            max,
            desired: wanted.clamp(min, max),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scaling(min: Option<i32>, max: Option<i32>, desired: Option<i32>) -> Scaling {
        Scaling { min, max, desired }
    }

    fn live(min: i32, max: i32, desired: i32) -> LiveScaling {
        LiveScaling { min, max, desired }
    }

    #[test]
    fn a_new_group_gets_all_three() {
        for (given, expected) in [
            (scaling(None, None, None), None),
            (scaling(Some(2), Some(4), Some(3)), Some(live(2, 4, 3))),
            (scaling(Some(2), Some(4), None), Some(live(2, 4, 2))),
            (scaling(Some(3), None, None), Some(live(3, 3, 3))),
            (scaling(None, Some(5), None), Some(live(1, 5, 1))),
            (scaling(None, None, Some(3)), Some(live(1, 3, 3))),
            (scaling(None, None, Some(0)), Some(live(0, 1, 0))),
            (scaling(Some(0), None, None), Some(live(0, 1, 0))),
        ] {
            assert_eq!(given.for_create(), expected, "{given:?}");
        }
    }

    #[test]
    fn an_autoscaler_keeps_its_size_within_the_bounds() {
        use DesiredSize::{Live, TakeBack, Template};
        let stated = scaling(Some(1), Some(30), Some(3));
        for (given, running, owner, expected) in [
            (scaling(Some(2), Some(4), Some(3)), live(2, 4, 4), Live, live(2, 4, 4)),
            (
                scaling(Some(2), Some(4), Some(3)),
                live(2, 4, 4),
                Template,
                live(2, 4, 3),
            ),
            (scaling(Some(5), Some(9), Some(3)), live(2, 4, 4), Live, live(5, 9, 5)),
            (scaling(Some(1), Some(2), None), live(2, 8, 7), Live, live(1, 2, 2)),
            (scaling(None, None, None), live(2, 8, 7), Live, live(2, 8, 7)),
            (scaling(None, Some(1), None), live(2, 8, 7), Live, live(1, 1, 1)),
            (scaling(None, None, Some(9)), live(2, 8, 7), Template, live(2, 9, 9)),
            (stated, live(1, 30, 20), TakeBack { failed: 25 }, live(1, 30, 20)),
            (stated, live(1, 30, 25), TakeBack { failed: 25 }, live(1, 30, 3)),
            (stated, live(1, 40, 35), TakeBack { failed: 25 }, live(1, 30, 30)),
        ] {
            assert_eq!(given.for_update(running, owner), expected, "{given:?} {running:?}");
        }
    }
}
