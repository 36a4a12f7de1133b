//! `Subnets`: those that the file names, by id, by name or by zone, or else a parameter for what eksctl would look up.

use serde_json::{Map, Value, json};

use super::group::EksctlGroup;
use crate::document::YamlNode;

/// `vpc.subnets` of the cluster.
pub struct Vpc<'c>(pub Option<&'c YamlNode>);

/// A subnet of `vpc.subnets`.
struct EksctlSubnet<'c> {
    /// A zone, or a name of the user's.
    key: &'c str,
    zone: &'c str,
    /// eksctl makes those without.
    id: Option<&'c str>,
}

/// A property's value, and the parameter that it refers to, if any.
pub struct Subnets {
    pub value: Value,
    pub parameter: Option<(String, Value)>,
}

impl<'c> Vpc<'c> {
    fn subnets(&self, topology: &str) -> Vec<EksctlSubnet<'c>> {
        let entries = self.0.and_then(|vpc| vpc.get("subnets")?.get(topology));
        let entries = entries.map_or(&[][..], YamlNode::entries).iter();
        let field = |node: &'c YamlNode, key| node.get(key).and_then(YamlNode::text).filter(|text| !text.is_empty());
        let subnet = |entry: &'c crate::document::Entry| EksctlSubnet {
            key: &entry.key,
            zone: field(&entry.value, "az").unwrap_or(&entry.key),
            id: field(&entry.value, "id"),
        };
        entries.map(subnet).collect()
    }

    /// Of the id itself, the same; of a name or a zone, what `vpc.subnets` says.
    fn id_of(&self, name: &'c str) -> Option<&'c str> {
        if name.starts_with("subnet-") {
            return Some(name);
        }
        let all = ["public", "private"].map(|topology| self.subnets(topology));
        let named = all.iter().flatten().find(|subnet| subnet.key == name);
        named.and_then(|subnet| subnet.id)
    }
}

/// `logical_id` is the group's, for a parameter of its own.
pub fn subnets(group: &mut EksctlGroup, vpc: &Vpc, logical_id: &str) -> Subnets {
    let (named, zones) = (group.texts("subnets"), group.texts("availabilityZones"));
    let topology = if group.is("privateNetworking") {
        "private"
    } else {
        "public"
    };
    if !named.is_empty() {
        if !zones.is_empty() {
            group.unmapped(
                "availabilityZones",
                "subnets are named beside it, and eksctl takes one of the two; remove it",
            );
        }
        return of_names(&named, vpc, logical_id);
    }
    let all = vpc.subnets(topology);
    let chosen: Vec<_> = all
        .iter()
        .filter(|subnet| zones.is_empty() || zones.contains(&subnet.zone))
        .collect();
    let ids: Option<Vec<_>> = chosen.iter().map(|subnet| subnet.id).collect();
    let has_all = zones
        .iter()
        .all(|zone| chosen.iter().any(|subnet| subnet.zone == *zone));
    match ids.filter(|ids| !ids.is_empty() && has_all) {
        Some(ids) => Subnets {
            value: json!(ids),
            parameter: None,
        },
        None if zones.is_empty() => parameter(
            &format!("{}Subnets", if topology == "private" { "Private" } else { "Public" }),
            &format!("The {topology} subnets of the cluster, in which the nodes run"),
        ),
        None => parameter(
            &format!("SubnetsOf{logical_id}"),
            &format!(
                "The {topology} subnets of the cluster in {}, in which the nodes of {logical_id} run",
                zones.join(", ")
            ),
        ),
    }
}

fn of_names(named: &[&str], vpc: &Vpc, logical_id: &str) -> Subnets {
    let ids: Option<Vec<_>> = named.iter().map(|name| vpc.id_of(name)).collect();
    match ids {
        Some(ids) => Subnets {
            value: json!(ids),
            parameter: None,
        },
        None => parameter(
            &format!("SubnetsOf{logical_id}"),
            &format!(
                "The ids of the subnets {}, in which the nodes of {logical_id} run",
                named.join(", ")
            ),
        ),
    }
}

/// Groups in the same subnets share one.
pub fn parameter(name: &str, description: &str) -> Subnets {
    let mut parameter = Map::new();
    parameter.insert("Type".to_owned(), json!("List<AWS::EC2::Subnet::Id>"));
    parameter.insert("Description".to_owned(), json!(description));
    Subnets {
        value: json!({"Ref": name}),
        parameter: Some((name.to_owned(), Value::Object(parameter))),
    }
}
