//! In which zones EC2 offers the instance types. A Region does not have every type in every zone.

use std::collections::{BTreeMap, BTreeSet};

use crate::preflight::check::Check;
use crate::preflight::finding::Finding;
use crate::preflight::text::listed;
use crate::preflight::view::{CheckInput, known};

/// Which types EC2 offers in which zones.
struct Offers<'a> {
    /// The wanted types that exist.
    types: Vec<&'a str>,
    zones: BTreeSet<&'a str>,
    offers: &'a BTreeSet<(String, String)>,
}

pub fn findings(view: &CheckInput) -> Vec<Finding> {
    let Some(offers) = read(view) else {
        return vec![];
    };
    let nowhere: Vec<&str> = offers
        .types
        .iter()
        .copied()
        .filter(|name| offers.zones_of(name).is_empty())
        .collect();
    let somewhere: Vec<&str> = offers
        .types
        .iter()
        .copied()
        .filter(|name| !nowhere.contains(name))
        .collect();
    let mut findings: Vec<Finding> = not_offered(view, &offers, &nowhere, &somewhere).into_iter().collect();
    if !somewhere.is_empty() {
        findings.extend(empty_zones(view, &offers));
        findings.extend(not_in_zone(view, &offers, &somewhere));
    }
    findings
}

fn read<'a>(view: &CheckInput<'a>) -> Option<Offers<'a>> {
    let offers = known(&view.facts.offers)?;
    let (types, zones) = (view.types(), view.zones());
    (!types.is_empty() && !zones.is_empty()).then(|| Offers {
        types: types.iter().map(|kind| kind.name.as_str()).collect(),
        zones,
        offers,
    })
}

impl<'a> Offers<'a> {
    fn is_offered(&self, name: &str, zone: &str) -> bool {
        self.offers.contains(&(name.to_owned(), zone.to_owned()))
    }

    fn zones_of(&self, name: &str) -> Vec<&'a str> {
        self.zones
            .iter()
            .copied()
            .filter(|zone| self.is_offered(name, zone))
            .collect()
    }

    fn types_of(&self, zone: &str) -> Vec<&'a str> {
        self.types
            .iter()
            .copied()
            .filter(|name| self.is_offered(name, zone))
            .collect()
    }
}

/// If EC2 offers other wanted types, a type that it does not offer may do no harm.
fn not_offered(view: &CheckInput, offers: &Offers, nowhere: &[&str], somewhere: &[&str]) -> Option<Finding> {
    if nowhere.is_empty() {
        return None;
    }
    let zones = listed(&offers.zones);
    let cause = format!("in no zone of the subnets, {zones}, EC2 offers {}", listed(nowhere));
    let finding = Finding::new(
        Check::InstanceTypeNotOffered,
        view.types_property(),
        listed(nowhere),
        cause,
    );
    Some(if somewhere.is_empty() {
        finding
    } else {
        finding.as_warning()
    })
}

/// The Auto Scaling group balances over its zones, and cannot launch anything in a zone without offers.
fn empty_zones(view: &CheckInput, offers: &Offers) -> Option<Finding> {
    let mut empty: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for subnet in view.subnets() {
        if !subnet.zone.is_empty() && offers.types_of(&subnet.zone).is_empty() {
            empty.entry(&subnet.zone).or_default().push(&subnet.id);
        }
    }
    if empty.is_empty() {
        return None;
    }
    let zones = listed(
        empty
            .iter()
            .map(|(zone, subnets)| format!("{zone} ({})", listed(subnets))),
    );
    let cause = format!("EC2 offers {} nowhere in {zones}", listed(&offers.types));
    let property = view.types_property();
    Some(Finding::new(
        Check::ZoneWithoutInstanceType,
        property,
        listed(empty.keys()),
        cause,
    ))
}

fn not_in_zone(view: &CheckInput, offers: &Offers, somewhere: &[&str]) -> Option<Finding> {
    let served = offers
        .zones
        .iter()
        .copied()
        .filter(|zone| !offers.types_of(zone).is_empty());
    let missing: Vec<String> = served
        .flat_map(|zone| {
            let lacking = somewhere.iter().filter(move |name| !offers.is_offered(name, zone));
            lacking.map(move |name| format!("{name} in {zone}"))
        })
        .collect();
    if missing.is_empty() {
        return None;
    }
    let cause = format!(
        "not every type is offered in every zone of the subnets: EC2 has no {}",
        listed(&missing)
    );
    Some(Finding::new(
        Check::InstanceTypeNotInZone,
        view.types_property(),
        listed(missing),
        cause,
    ))
}
