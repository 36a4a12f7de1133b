//! The account's quotas that a group counts against. EC2 counts vCPUs by families of instance types, and counts Spot
//! separately.

use std::collections::BTreeSet;

use super::view::{CheckInput, known};
use crate::properties::spec::{CapacityType, Spec};

/// Managed node groups in a cluster.
pub const NODE_GROUPS: &str = "L-6D54EA21";

/// Nodes in a managed node group.
pub const NODES: &str = "L-BD136A63";

/// The codes of the quotas that matter to a group, each once.
pub fn quota_codes(spec: &Spec) -> Vec<&'static str> {
    let names = spec.type_names();
    let of_types: BTreeSet<&str> = names
        .iter()
        .filter_map(|name| vcpu_code(name, spec.capacity_type))
        .collect();
    [NODE_GROUPS, NODES].into_iter().chain(of_types).collect()
}

/// The name under which Service Quotas lists the service of a code from [`quota_codes`].
pub fn service(code: &str) -> &'static str {
    if [NODE_GROUPS, NODES].contains(&code) {
        "eks"
    } else {
        "ec2"
    }
}

/// The quota that limits the vCPUs of a type. `None` if no single code is known.
pub(super) fn vcpu_code(instance_type: &str, capacity: CapacityType) -> Option<&'static str> {
    let (family, _) = instance_type.split_once('.')?;
    let letters = family.split(|c: char| !c.is_ascii_alphabetic()).next()?;
    let class = CLASSES.iter().find(|class| class.letters.contains(&letters))?;
    match capacity {
        CapacityType::OnDemand => Some(class.on_demand),
        CapacityType::Spot => class
            .spot
            .filter(|_| !NEWER_SPOT_P.iter().any(|p| family.starts_with(p))),
        // The account has paid for a capacity block, which counts against no quota of running instances.
        CapacityType::CapacityBlock => None,
    }
}

/// The value of a quota, if the account shows it.
pub(super) fn quota(view: &CheckInput, code: &str) -> Option<f64> {
    known(&view.facts.quotas)?.get(code).copied()
}

/// Families of instance types that share a quota of vCPUs.
struct Class {
    /// The beginning of a family's name, up to its generation.
    letters: &'static [&'static str],
    on_demand: &'static str,
    spot: Option<&'static str>,
}

/// Spot requests for these P families have quotas of their own.
const NEWER_SPOT_P: [&str; 2] = ["p5", "p6"];

/// Service Quotas, "Running On-Demand … instances" and "All … Spot Instance Requests" of EC2.
const CLASSES: [Class; 10] = [
    class(
        &["a", "c", "d", "h", "i", "im", "is", "m", "r", "t", "z"],
        "L-1216C47A",
        Some("L-34B43A08"),
    ),
    class(&["g", "gr", "vt"], "L-DB2E81BA", Some("L-3819A6DF")),
    class(&["p"], "L-417A185B", Some("L-7212CCBC")),
    class(&["inf"], "L-1945791B", Some("L-B5D1601B")),
    class(&["trn"], "L-2C3B7624", Some("L-6B0D517C")),
    class(&["x"], "L-7295265B", Some("L-E3A00192")),
    class(&["f"], "L-74FC7D96", Some("L-88CF9481")),
    class(&["dl"], "L-6E869C2A", Some("L-85EED4F7")),
    class(&["u"], "L-43DA4232", None),
    class(&["hpc"], "L-F7808C92", None),
];

const fn class(letters: &'static [&'static str], on_demand: &'static str, spot: Option<&'static str>) -> Class {
    Class {
        letters,
        on_demand,
        spot,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::properties::validate::tests::{properties, spec_of};
    use serde_json::json;

    #[test]
    fn a_type_counts_against_the_quota_of_its_family() {
        use CapacityType::{CapacityBlock, OnDemand, Spot};
        for (name, capacity, expected) in [
            ("m5.large", OnDemand, Some("L-1216C47A")),
            ("im4gn.large", OnDemand, Some("L-1216C47A")),
            ("m5.large", Spot, Some("L-34B43A08")),
            ("g5.xlarge", OnDemand, Some("L-DB2E81BA")),
            ("gr6.4xlarge", OnDemand, Some("L-DB2E81BA")),
            ("p5.48xlarge", OnDemand, Some("L-417A185B")),
            ("p4d.24xlarge", Spot, Some("L-7212CCBC")),
            ("p5.48xlarge", Spot, None),
            ("p5.48xlarge", CapacityBlock, None),
            ("inf2.xlarge", OnDemand, Some("L-1945791B")),
            ("trn1.32xlarge", Spot, Some("L-6B0D517C")),
            ("x2idn.16xlarge", OnDemand, Some("L-7295265B")),
            ("u-6tb1.metal", OnDemand, Some("L-43DA4232")),
            ("hpc7a.96xlarge", Spot, None),
            ("quux1.large", OnDemand, None),
            ("nonsense", OnDemand, None),
        ] {
            assert_eq!(vcpu_code(name, capacity), expected, "{name} {capacity:?}");
        }
    }

    #[test]
    fn each_quota_is_read_once() {
        let changes = json!({"InstanceTypes": ["m5.large", "c5.large", "g5.xlarge"]});
        let codes = quota_codes(&spec_of(&properties(&changes)));
        let codes: [&str; 4] = codes.try_into().expect("four codes");
        assert_eq!(codes, ["L-6D54EA21", "L-BD136A63", "L-1216C47A", "L-DB2E81BA"]);
        assert_eq!(codes.map(service), ["eks", "eks", "ec2", "ec2"]);
    }
}
