//! What the demonstration plays, and what has to be true after each scene.

use serde_json::{Value, json};
use simulator::{OutcomeRule, SimulatedOutcome, Simulator};

/// One stack operation, and how it should end.
pub(crate) struct DemoScene {
    pub name: &'static str,
    /// What a person is told before it begins.
    pub says: &'static str,
    pub prepare: fn(&Simulator),
    pub change: StackChange,
    pub status: &'static str,
    pub check: fn(&ObservedResources) -> Result<(), String>,
}

pub(crate) enum StackChange {
    Create,
    /// The parameters that change; all others stay.
    Update(&'static [(&'static str, &'static str)]),
    Delete,
}

/// The node groups that EKS had before a scene and has after it, and what there is in EC2 after it.
pub(crate) struct ObservedResources {
    pub before: Vec<Value>,
    pub after: Vec<Value>,
    /// What the launch template that the last of them runs holds, and what the resource has made in EC2.
    pub template: Value,
    pub belongings: Vec<String>,
}

/// The versions through which the demonstration's cluster goes.
pub(crate) const VERSIONS: [&str; 3] = ["1.33", "1.34", "1.35"];

/// A life of a node group. Each scene goes on from where the one before has left it.
pub(crate) const SCENES: [DemoScene; 6] = [
    DemoScene {
        name: "create",
        says: "a stack with one node group, there when its nodes are Ready",
        prepare: |eks| cluster_runs(eks, VERSIONS[0]),
        change: StackChange::Create,
        status: "CREATE_COMPLETE",
        check: |groups| one_active(groups, &json!({"version": VERSIONS[0], "labels": {"team": "blue"}})),
    },
    DemoScene {
        name: "update",
        says: "labels, taints, scaling and version in one update",
        prepare: |eks| cluster_runs(eks, VERSIONS[1]),
        change: StackChange::Update(&[
            ("Version", VERSIONS[1]),
            ("Team", "green"),
            ("Effect", "NoExecute"),
            ("MaxSize", "5"),
        ]),
        status: "UPDATE_COMPLETE",
        check: updated_in_place,
    },
    DemoScene {
        name: "roll",
        says: "pods kept from the instance metadata, a larger disk and another instance type, in one rolling update",
        prepare: |_| (),
        change: StackChange::Update(&[
            ("BlockPodImds", "true"),
            ("DiskSize", "50"),
            ("InstanceType", "m6i.large"),
        ]),
        status: "UPDATE_COMPLETE",
        check: rolled_in_place,
    },
    DemoScene {
        name: "replace",
        says: "another capacity type, which no node group can change to",
        prepare: |_| (),
        change: StackChange::Update(&[("CapacityType", "SPOT")]),
        status: "UPDATE_COMPLETE",
        check: replaced,
    },
    DemoScene {
        name: "roll back",
        says: "an upgrade that fails because pods can't be evicted",
        prepare: |eks| {
            cluster_runs(eks, VERSIONS[2]);
            eks.outcome(pods_block_the_upgrade());
        },
        change: StackChange::Update(&[("Version", VERSIONS[2]), ("Team", "red")]),
        status: "UPDATE_ROLLBACK_COMPLETE",
        check: |groups| {
            same_name(groups)?;
            one_active(groups, &json!({"version": VERSIONS[1], "labels": {"team": "green"}}))
        },
    },
    DemoScene {
        name: "delete",
        says: "the stack and with it the node group",
        prepare: |_| (),
        change: StackChange::Delete,
        status: "DELETE_COMPLETE",
        check: |groups| none(&groups.after, &groups.belongings),
    },
];

pub(crate) fn cluster_runs(eks: &Simulator, version: &str) {
    eks.put_cluster(json!({"name": "my-cluster", "version": version}));
}

/// No group is left, and nothing of the resource's in EC2.
pub(crate) fn none(groups: &[Value], belongings: &[String]) -> Result<(), String> {
    if groups.is_empty() && belongings.is_empty() {
        Ok(())
    } else {
        let (groups, belongings) = (names(groups).join(", "), belongings.join(", "));
        Err(format!("left behind: {groups} {belongings}"))
    }
}

fn rolled_in_place(groups: &ObservedResources) -> Result<(), String> {
    same_name(groups)?;
    one_active(groups, &json!({"version": VERSIONS[1]}))?;
    let version = |groups: &[Value]| groups[0]["launchTemplate"]["version"].clone();
    if version(&groups.before) == version(&groups.after) {
        return Err("the node group still runs the old version of its launch template".to_owned());
    }
    let template = &groups.template;
    let found = json!([
        template["InstanceType"],
        template["BlockDeviceMappings"][0]["Ebs"]["VolumeSize"],
        template["MetadataOptions"]["HttpPutResponseHopLimit"],
    ]);
    let expected = json!(["m6i.large", 50, 1]);
    if found == expected {
        Ok(())
    } else {
        Err(format!("the launch template has {found}, not {expected}"))
    }
}

fn pods_block_the_upgrade() -> OutcomeRule {
    let issue = json!({
        "code": "PodEvictionFailure",
        "message": "Reached max retries while trying to evict pods from nodes in node group",
        "resourceIds": ["ip-172-31-5-20.ec2.internal"],
    });
    OutcomeRule {
        operation: "VersionUpdate".to_owned(),
        nodegroup: "*".to_owned(),
        outcome: SimulatedOutcome::Fail {
            status: None,
            issues: vec![issue],
        },
        times: 1,
    }
}

fn updated_in_place(groups: &ObservedResources) -> Result<(), String> {
    same_name(groups)?;
    one_active(
        groups,
        &json!({
            "version": VERSIONS[1],
            "labels": {"team": "green"},
            "taints": [{"key": "dedicated", "value": "demo", "effect": "NO_EXECUTE"}],
            "scalingConfig": {"minSize": 1, "maxSize": 5, "desiredSize": 2},
        }),
    )
}

fn replaced(groups: &ObservedResources) -> Result<(), String> {
    if names(&groups.before) == names(&groups.after) {
        return Err("the node group still has its name".to_owned());
    }
    one_active(groups, &json!({"capacityType": "SPOT", "version": VERSIONS[1]}))
}

fn same_name(groups: &ObservedResources) -> Result<(), String> {
    let (before, after) = (names(&groups.before), names(&groups.after));
    if before == after {
        Ok(())
    } else {
        Err(format!("{before:?} became {after:?}"))
    }
}

/// There is one group, ACTIVE, and each field named is as expected.
fn one_active(groups: &ObservedResources, expected: &Value) -> Result<(), String> {
    let [group] = groups.after.as_slice() else {
        return Err(format!("expected one node group, there are {:?}", names(&groups.after)));
    };
    let status = json!({"status": "ACTIVE"});
    let fields = expected.as_object().into_iter().chain(status.as_object()).flatten();
    let differing = fields.filter(|(field, value)| &group[field.as_str()] != *value);
    let said: Vec<_> = differing
        .map(|(field, value)| format!("{field} is {}, not {value}", group[field]))
        .collect();
    if said.is_empty() { Ok(()) } else { Err(said.join("; ")) }
}

fn names(groups: &[Value]) -> Vec<&str> {
    groups
        .iter()
        .filter_map(|group| group["nodegroupName"].as_str())
        .collect()
}
