//! What a node group is like when it was made.

use mng_core::decide::desired::{Desired, NewGroup};
use mng_core::nodegroup::group::{LiveLaunchTemplate, NodeGroup, Status};
use mng_core::properties::scaling::LiveScaling;
use mng_core::properties::spec::InstanceTypes;

/// What a group has whose sizes nobody has said.
const UNSAID: LiveScaling = LiveScaling {
    min: 1,
    max: 2,
    desired: 2,
};

/// What `CreateNodegroup` makes.
pub fn made(desired: &Desired, group: &NewGroup, at: u64) -> NodeGroup {
    let spec = &desired.spec;
    let on_group = match spec.types() {
        InstanceTypes::InTemplate(_) => vec![],
        InstanceTypes::OnGroup(types) => types.to_vec(),
    };
    let ami_type = spec.ami_type.clone().or_else(|| group.default_ami_type.clone());
    NodeGroup {
        arn: desired.name.clone(),
        cluster: spec.cluster.clone(),
        name: desired.name.clone(),
        status: Status::Creating,
        created_at: Some(at),
        version: "1.34".to_owned(),
        release_version: "1.34.1-20260304".to_owned(),
        ami_type: ami_type.unwrap_or_else(|| "AL2023_x86_64_STANDARD".into()),
        capacity_type: spec.capacity_type.as_str().to_owned(),
        instance_types: on_group,
        subnets: spec.subnets.clone(),
        node_role: spec.node_role.clone(),
        launch_template: Some(LiveLaunchTemplate {
            id: group.template.identity.as_str().to_owned(),
            name: String::new(),
            version: group.template.version.clone().unwrap_or_else(|| "1".to_owned()),
        }),
        scaling: spec.scaling.for_create().unwrap_or(UNSAID),
        labels: spec.labels.clone(),
        tags: desired.tags_of_new(),
        update_settings: spec.update_settings,
        ..NodeGroup::default()
    }
}
