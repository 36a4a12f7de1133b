//! Property sets whose properties go together. Each is good by itself; what contradicts another is put right or left out.

use serde_json::{Value, json};

/// What only the resource's own launch template has.
const OWN_TEMPLATE_ONLY: [&str; 7] = [
    "DiskSize",
    "Volume",
    "RemoteAccess",
    "SecurityGroups",
    "MaxPods",
    "UserData",
    "PropagateTags",
];

const LATER_ONLY: [&str; 5] = [
    "PropagateTags",
    "ClusterAutoscaler",
    "SuspendProcesses",
    "NvidiaDevicePlugin",
    "WindowsSupport",
];

pub fn consistent(mut properties: Value) -> Value {
    launch_template(&mut properties);
    image(&mut properties);
    volume(&mut properties);
    sizes(&mut properties);
    repair(&mut properties);
    warm_pool(&mut properties);
    workload(&mut properties);
    lists(&mut properties);
    properties
}

fn launch_template(properties: &mut Value) {
    keep_one(&mut properties["LaunchTemplate"], "Id", "Name");
    keep_one(&mut properties["RemoteAccess"], "Ec2SshKey", "PublicKey");
    for (object, key, value) in [("LaunchTemplate", "Id", "lt-1"), ("RemoteAccess", "Ec2SshKey", "k")] {
        let other = if key == "Id" { "Name" } else { "PublicKey" };
        let object = &mut properties[object];
        if object.is_object() && object.get(key).is_none() && object.get(other).is_none() {
            object[key] = json!(value);
        }
    }
    let needs_own = is(properties, "AmiType", "CUSTOM") || is(properties, "CapacityType", "CAPACITY_BLOCK");
    if needs_own && properties["LaunchTemplate"].is_null() {
        properties["LaunchTemplate"] = json!({"Name": "mine"});
    }
    if !properties["LaunchTemplate"].is_null() {
        OWN_TEMPLATE_ONLY.iter().for_each(|key| remove(properties, key));
    }
    if is(properties, "CapacityType", "CAPACITY_BLOCK") {
        remove(properties, "InstanceTypes");
    }
    without_nulls(properties);
}

/// The examples of user data and releases are Amazon Linux's.
fn image(properties: &mut Value) {
    let ami_type = properties["AmiType"].as_str().unwrap_or("AL2023").to_owned();
    if !ami_type.starts_with("AL2") {
        ["UserData", "ReleaseVersion"]
            .iter()
            .for_each(|key| remove(properties, key));
    }
    if ami_type == "CUSTOM" || ami_type.starts_with("AL2_") {
        remove(properties, "Version");
    }
    if ami_type.starts_with("WINDOWS") && properties["RemoteAccess"].get("PublicKey").is_some() {
        properties["RemoteAccess"] = json!({"Ec2SshKey": "k"});
    }
    without_nulls(properties);
}

fn volume(properties: &mut Value) {
    let volume = &mut properties["Volume"];
    if !volume.is_object() {
        return without_nulls(properties);
    }
    let kind = volume["Type"].as_str().unwrap_or("gp3").to_owned();
    match kind.as_str() {
        "gp3" => volume["Iops"] = json!(4000),
        "io1" | "io2" => volume["Iops"] = json!("100"),
        _ => remove(volume, "Iops"),
    }
    if kind != "gp3" {
        remove(volume, "Throughput");
    }
    if volume.get("KmsKeyId").is_some() {
        volume["Encrypted"] = json!(true);
    }
    if volume.get("Size").is_some() {
        remove(properties, "DiskSize");
    }
    without_nulls(&mut properties["Volume"]);
    without_nulls(properties);
}

fn sizes(properties: &mut Value) {
    let update = &mut properties["UpdateConfig"];
    keep_one(update, "MaxUnavailable", "MaxUnavailablePercentage");
    let scaling = &mut properties["ScalingConfig"];
    let names = ["MinSize", "DesiredSize", "MaxSize"].map(|name| (name, number(&scaling[name])));
    let mut numbers: Vec<i64> = names.iter().filter_map(|(_, number)| *number).collect();
    numbers.sort_unstable();
    let given = names.iter().filter(|(_, number)| number.is_some());
    for ((name, _), number) in given.zip(numbers) {
        scaling[*name] = json!(if *name == "MaxSize" { number.max(1) } else { number });
    }
    without_nulls(scaling);
    let most = number(&properties["ScalingConfig"]["MaxSize"]);
    let unavailable = number(&properties["UpdateConfig"]["MaxUnavailable"]);
    if most
        .zip(unavailable)
        .is_some_and(|(most, unavailable)| unavailable > most)
    {
        properties["UpdateConfig"]["MaxUnavailable"] = json!(most);
    }
    for object in ["UpdateConfig", "ScalingConfig"] {
        without_nulls(&mut properties[object]);
    }
    without_nulls(properties);
}

fn repair(properties: &mut Value) {
    let repair = &mut properties["NodeRepairConfig"];
    for (count, share) in [
        ("MaxUnhealthyNodeThresholdCount", "MaxUnhealthyNodeThresholdPercentage"),
        ("MaxParallelNodesRepairedCount", "MaxParallelNodesRepairedPercentage"),
    ] {
        keep_one(repair, count, share);
    }
    if let Some(overrides) = repair
        .get_mut("NodeRepairConfigOverrides")
        .and_then(Value::as_array_mut)
    {
        overrides.truncate(1);
    }
    enabled(repair);
    without_nulls(properties);
}

fn warm_pool(properties: &mut Value) {
    let unfit = ["AmiType", "CapacityType"].map(|name| properties[name].as_str().unwrap_or_default().to_owned());
    let pool = &mut properties["WarmPoolConfig"];
    enabled(pool);
    if unfit.contains(&"CUSTOM".to_owned()) || unfit.contains(&"SPOT".to_owned()) {
        remove(properties, "WarmPoolConfig");
        return;
    }
    let pool = &mut properties["WarmPoolConfig"];
    let (least, most) = (number(&pool["MinSize"]), number(&pool["MaxGroupPreparedCapacity"]));
    if least.zip(most).is_some_and(|(least, most)| least > most) {
        pool["MaxGroupPreparedCapacity"] = json!(-1);
    }
    if unfit[0].starts_with("BOTTLEROCKET") {
        ["PoolState", "ReuseOnScaleIn"].iter().for_each(|key| remove(pool, key));
    }
    let hibernates = is(pool, "PoolState", "HIBERNATED");
    without_nulls(pool);
    if hibernates && properties["Volume"].is_object() {
        properties["Volume"]["Encrypted"] = json!("true");
    }
    without_nulls(properties);
}

/// `Submitted` ends before there is anything that these are about.
fn workload(properties: &mut Value) {
    keep_one(&mut properties["NvidiaDevicePlugin"], "Version", "Image");
    if is(properties, "WaitFor", "Submitted") {
        LATER_ONLY.iter().for_each(|key| remove(properties, key));
    }
    without_nulls(properties);
}

/// A taint's key and effect are its identity, and there are few examples.
fn lists(properties: &mut Value) {
    if let Some(taints) = properties.get_mut("Taints").and_then(Value::as_array_mut) {
        taints.truncate(1);
    }
}

fn enabled(object: &mut Value) {
    if object.as_object().is_some_and(|object| !object.is_empty()) {
        object["Enabled"] = json!("true");
    }
}

fn keep_one(object: &mut Value, kept: &str, other: &str) {
    if object.get(kept).is_some() {
        remove(object, other);
    }
}

fn remove(object: &mut Value, key: &str) {
    object.as_object_mut().map(|object| object.shift_remove(key));
}

fn is(object: &Value, key: &str, word: &str) -> bool {
    object[key] == word
}

fn number(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}

/// Asking for what isn't there leaves a null behind.
fn without_nulls(object: &mut Value) {
    if let Some(object) = object.as_object_mut() {
        object.retain(|_, value| !value.is_null());
    }
}
