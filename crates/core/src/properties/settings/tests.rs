use super::*;

#[test]
fn an_effect_is_read_in_both_spellings_and_written_in_the_services() {
    for (kubernetes, service) in [
        ("NoSchedule", "NO_SCHEDULE"),
        ("NoExecute", "NO_EXECUTE"),
        ("PreferNoSchedule", "PREFER_NO_SCHEDULE"),
    ] {
        for spelling in [kubernetes, service] {
            let effect = TaintEffect::parse(spelling).unwrap();
            assert_eq!(effect.as_service_spells_it(), service);
            let taint = Taint {
                key: "k".to_owned(),
                effect,
                value: "v".to_owned(),
            };
            assert_eq!(taint.to_string(), format!("k=v:{service}"));
        }
    }
    assert_eq!(TaintEffect::parse("Never"), None);
}

fn rule(condition: &str) -> RepairOverride {
    RepairOverride {
        condition: condition.to_owned(),
        reason: "r".to_owned(),
        minimum_wait_minutes: 5,
        action: "Reboot".to_owned(),
    }
}

fn repair() -> NodeRepair {
    NodeRepair {
        enabled: true,
        unhealthy_threshold: Some(Amount::Nodes(1)),
        parallel_repairs: Some(Amount::Percentage(10)),
        overrides: Some([rule("c"), rule("d")].into()),
    }
}

fn repair_with(change: fn(&mut NodeRepair)) -> NodeRepair {
    let mut repair = repair();
    change(&mut repair);
    repair
}

/// EKS may fill in what isn't stated, so a setting that the template never had is no difference.
#[test]
fn what_runs_as_wanted_is_sent_no_repair_configuration() {
    let off = NodeRepair::default;
    for (wanted, live) in [
        (off(), off()),
        (repair(), repair()),
        (repair_with(|wanted| wanted.unhealthy_threshold = None), repair()),
        (repair_with(|wanted| wanted.parallel_repairs = None), repair()),
        (
            repair_with(|wanted| wanted.overrides = None),
            repair_with(|live| live.overrides = Some([].into())),
        ),
        // What stands beside a feature that is off does nothing.
        (repair_with(|wanted| wanted.enabled = false), off()),
    ] {
        assert_eq!(wanted.change_from(&live, &BTreeSet::new()), None, "{wanted:?} {live:?}");
    }
}

#[test]
fn what_differs_is_sent_as_the_whole_repair_configuration() {
    let off = NodeRepair::default;
    for (wanted, live) in [
        (repair(), off()),
        (
            repair_with(|wanted| wanted.unhealthy_threshold = Some(Amount::Nodes(2))),
            repair(),
        ),
        (
            repair_with(|wanted| wanted.parallel_repairs = Some(Amount::Nodes(1))),
            repair(),
        ),
        (
            repair_with(|wanted| wanted.overrides = Some([rule("c")].into())),
            repair(),
        ),
    ] {
        assert_eq!(
            wanted.change_from(&live, &BTreeSet::new()),
            Some(wanted.clone()),
            "{live:?}"
        );
    }
}

#[test]
fn removed_overrides_are_taken_back_by_an_empty_list() {
    let none = repair_with(|wanted| wanted.overrides = None);
    let change = none.change_from(&repair(), &BTreeSet::new()).unwrap();
    assert_eq!(change.overrides, Some([].into()));
    // A group that has none is sent no list.
    let off = NodeRepair::default();
    assert_eq!(none.change_from(&off, &BTreeSet::new()).unwrap().overrides, None);
    // They go with the whole configuration too, or they would be there when it is switched on again.
    let change = off.change_from(&repair(), &BTreeSet::new()).unwrap();
    assert_eq!((change.enabled, change.overrides), (false, Some([].into())));
}

#[test]
fn a_removed_threshold_is_left_out_of_what_is_sent() {
    for change in [
        (|wanted| wanted.unhealthy_threshold = None) as fn(&mut NodeRepair),
        |wanted| wanted.parallel_repairs = None,
    ] {
        let wanted = repair_with(change);
        let dropped = wanted.dropped(&repair()).collect();
        assert_eq!(wanted.change_from(&repair(), &dropped), Some(wanted.clone()));
        // Once it is gone there is nothing left to do.
        assert_eq!(wanted.change_from(&wanted, &dropped), None);
        assert_eq!(repair().dropped(&wanted).count(), 0);
    }
}

fn pool() -> WarmPool {
    WarmPool {
        enabled: true,
        min_size: Some(1),
        max_group_prepared_capacity: Some(2),
        pool_state: Some("RUNNING".to_owned()),
        reuse_on_scale_in: Some(true),
    }
}

fn pool_with(change: fn(&mut WarmPool)) -> WarmPool {
    let mut pool = pool();
    change(&mut pool);
    pool
}

/// Enabled, and nothing more.
fn bare() -> WarmPool {
    WarmPool {
        enabled: true,
        ..WarmPool::default()
    }
}

/// What EKS does by itself.
fn by_default() -> WarmPool {
    WarmPool {
        enabled: true,
        min_size: Some(0),
        max_group_prepared_capacity: Some(-1),
        pool_state: Some("STOPPED".to_owned()),
        reuse_on_scale_in: Some(false),
    }
}

#[test]
fn what_runs_as_wanted_is_sent_no_warm_pool_configuration() {
    for (wanted, live) in [
        (WarmPool::default(), WarmPool::default()),
        (pool(), pool()),
        (bare(), bare()),
        (bare(), by_default()),
        // EKS may fill in a capacity.
        (pool_with(|wanted| wanted.max_group_prepared_capacity = None), pool()),
        (pool_with(|wanted| wanted.enabled = false), WarmPool::default()),
    ] {
        assert_eq!(wanted.change_from(&live, &BTreeSet::new()), None, "{wanted:?} {live:?}");
    }
}

#[test]
fn what_is_stated_differently_of_a_warm_pool_is_sent() {
    for (wanted, live) in [
        (WarmPool::default(), pool()),
        (pool(), WarmPool::default()),
        (pool(), bare()),
        (pool_with(|wanted| wanted.min_size = Some(3)), pool()),
        (pool_with(|wanted| wanted.max_group_prepared_capacity = Some(3)), pool()),
        (
            pool_with(|wanted| wanted.pool_state = Some("STOPPED".to_owned())),
            pool(),
        ),
        (pool_with(|wanted| wanted.reuse_on_scale_in = Some(false)), pool()),
    ] {
        assert_eq!(
            wanted.change_from(&live, &BTreeSet::new()),
            Some(wanted.clone()),
            "{live:?}"
        );
    }
}

#[test]
fn what_the_template_leaves_out_of_a_warm_pool_goes_back_to_the_services_own() {
    for (change, expected) in [
        (
            (|wanted| wanted.min_size = None) as fn(&mut WarmPool),
            pool_with(|sent| sent.min_size = Some(0)),
        ),
        (
            |wanted| wanted.pool_state = None,
            pool_with(|sent| sent.pool_state = Some("STOPPED".to_owned())),
        ),
        (
            |wanted| wanted.reuse_on_scale_in = None,
            pool_with(|sent| sent.reuse_on_scale_in = Some(false)),
        ),
        (
            |wanted| wanted.max_group_prepared_capacity = None,
            pool_with(|sent| sent.max_group_prepared_capacity = Some(-1)),
        ),
    ] {
        let wanted = pool_with(change);
        let dropped = wanted.dropped(&pool()).collect();
        assert_eq!(wanted.change_from(&pool(), &dropped), Some(expected.clone()));
        assert_eq!(wanted.change_from(&expected, &dropped), None, "{expected:?}");
    }
}

/// EKS may have kept what a pool had before it was switched off.
#[test]
fn a_pool_that_is_switched_on_again_has_nothing_of_the_one_before() {
    let off = pool_with(|live| live.enabled = false);
    assert_eq!(bare().change_from(&off, &BTreeSet::new()), Some(by_default()));
}
