//! CreateNodegroup.

use serde_json::{Map, Value, json};

use super::{checks, cluster, releases, template};
use crate::error::EksError;
use crate::faults::take_outcome;
use crate::launch_template::SimulatedTemplate;
use crate::routes::RoutedCall;
use crate::world::{Completion, Pending, SimulatedGroup, World};

pub fn create(world: &mut World, call: &RoutedCall) -> Result<Value, EksError> {
    let body = &call.body;
    let name = body["nodegroupName"].as_str().unwrap_or_default().to_owned();
    let key = (call.cluster.clone(), name.clone());
    if cluster(world, &call.cluster)?["status"] != "ACTIVE" {
        return Err(EksError::request(format!(
            "Cluster '{}' is not in ACTIVE status",
            call.cluster
        )));
    }
    if world.groups.contains_key(&key) {
        let message = format!(
            "NodeGroup already exists with name {name} and cluster name {}",
            call.cluster
        );
        return Err(EksError::in_use(message));
    }
    check(world, call)?;
    let template = template::of_create(call)?;
    let shown = shown(world, &call.cluster, body, template);
    checks::scaling(&shown["scalingConfig"])?;
    world.auto_scaling.make(&shown);
    let outcome = take_outcome(&mut world.outcomes, "Create", &call.cluster, &name);
    let pending = Pending {
        at: world.after(world.options.durations.create),
        end: Completion::Created(outcome),
    };
    world.groups.insert(
        key,
        SimulatedGroup {
            shown: shown.clone(),
            pending: Some(pending),
        },
    );
    Ok(json!({ "nodegroup": shown }))
}

fn check(world: &World, call: &RoutedCall) -> Result<(), EksError> {
    let body = &call.body;
    checks::create(body)?;
    checks::settings(body)?;
    let text = |key: &str| body.get(key).and_then(Value::as_str);
    let running = cluster(world, &call.cluster)?["version"].as_str().unwrap_or_default();
    if let Some(version) = text("version").filter(|version| *version != running) {
        return Err(EksError::invalid(format!(
            "Requested version {version} is not the cluster's version {running}"
        )));
    }
    let Some(release) = text("releaseVersion") else {
        return Ok(());
    };
    let first_type = body.get("instanceTypes").and_then(|types| types[0].as_str());
    let ami_type = body
        .get("amiType")
        .cloned()
        .unwrap_or_else(|| json!(default_ami_type(first_type)));
    releases::check_of_version(&ami_type, release, running, &releases::latest(world, running))
}

/// What DescribeNodegroup shows of a new group, with the service's defaults.
pub fn shown(world: &mut World, cluster: &str, body: &Map<String, Value>, found: Option<&SimulatedTemplate>) -> Value {
    let (uuid, name) = (
        world.new_id(),
        body["nodegroupName"].as_str().unwrap_or_default().to_owned(),
    );
    let (region, account) = (world.options.region.clone(), world.options.account.clone());
    let now = world.timestamp();
    let running = world.clusters.get(cluster).map_or_else(String::new, |cluster| {
        cluster["version"].as_str().unwrap_or_default().to_owned()
    });
    let or = |key: &str, default: Value| {
        body.get(key)
            .filter(|value| !value.is_null())
            .cloned()
            .unwrap_or(default)
    };
    let template = body
        .get("launchTemplate")
        .map(|named| template::shown(named, found, &name));
    let in_template = found.map_or(template.is_some(), |found| found.instance_type.is_some());
    let types = or(
        "instanceTypes",
        if in_template { Value::Null } else { json!(["t3.medium"]) },
    );
    let image = found.and_then(|found| found.image_id.as_ref());
    let of_type = found
        .and_then(|found| found.instance_type.as_deref())
        .or(types[0].as_str());
    let ami_type = match image {
        Some(_) => json!("CUSTOM"),
        None => or("amiType", json!(default_ami_type(of_type))),
    };
    let release = image.cloned().unwrap_or_else(|| releases::latest(world, &running));
    let windows = ami_type.as_str().is_some_and(|kind| kind.starts_with("WINDOWS"));
    let disk = or(
        "diskSize",
        if template.is_some() {
            Value::Null
        } else {
            json!(if windows { 50 } else { 20 })
        },
    );
    let remote = body.get("remoteAccess").map(|_| format!("sg-{}", &uuid[..8]));
    json!({
        "nodegroupName": name, "clusterName": cluster, "status": "CREATING", "version": running,
        "nodegroupArn": format!("arn:aws:eks:{region}:{account}:nodegroup/{cluster}/{name}/{uuid}"),
        "releaseVersion": or("releaseVersion", json!(release)),
        "createdAt": now, "modifiedAt": now,
        "capacityType": or("capacityType", json!("ON_DEMAND")), "amiType": ami_type, "instanceTypes": types, "diskSize": disk,
        "scalingConfig": or("scalingConfig", json!({"minSize": 1, "maxSize": 2, "desiredSize": 2})),
        "subnets": or("subnets", json!([])), "nodeRole": or("nodeRole", json!("")), "remoteAccess": or("remoteAccess", Value::Null),
        "labels": or("labels", json!({})), "taints": or("taints", json!([])), "tags": or("tags", json!({})),
        "updateConfig": or("updateConfig", json!({"maxUnavailable": 1, "updateStrategy": "DEFAULT"})),
        "nodeRepairConfig": or("nodeRepairConfig", json!({"enabled": false})),
        "warmPoolConfig": or("warmPoolConfig", Value::Null), "launchTemplate": template,
        "health": {"issues": []},
        "resources": {"autoScalingGroups": [{"name": format!("eks-{name}-{uuid}")}], "remoteAccessSecurityGroup": remote},
    })
}

/// Graviton's names have a `g` after the generation; the first generation has none.
fn default_ami_type(instance_type: Option<&str>) -> &'static str {
    let family = instance_type
        .and_then(|name| name.split('.').next())
        .unwrap_or_default();
    let after_digits = family
        .trim_start_matches(|c: char| c.is_ascii_alphabetic())
        .trim_start_matches(|c: char| c.is_ascii_digit());
    if family == "a1" || after_digits.starts_with('g') {
        "AL2023_ARM_64_STANDARD"
    } else {
        "AL2023_x86_64_STANDARD"
    }
}
