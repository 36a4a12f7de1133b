//! What a group takes up once it is ACTIVE, which a plan doesn't wait for: it is told as it would be for a group that
//! EKS has just made.

use mng_core::autoscaling::{self, ScalingGroup};
use mng_core::call_error::CallError;
use mng_core::decide::desired::{Desired, NewGroup};
use mng_core::nodegroup::group::NodeGroup;
use mng_core::nodegroup::ownership::PLUGIN_TAG;
use mng_core::properties::spec::{DevicePlugin, WindowsSupport};
use mng_core::workload::device_plugin::{JoinDecision, PluginDecision, PluginRequest, join, plugin_decision};
use mng_core::workload::windows::{switched_on, warning};
use mng_engine::ports::{ApiRequest, Calls, ChangeScalingGroup, Cloud, ListDaemonSets, ReadWindowsState};

use super::outside_eks::details;
use super::{DryRun, applied};
use crate::request_arguments::without_advice;

const WHEN: &str = "once the node group is ACTIVE";

impl<C: Cloud> DryRun<C> {
    /// Notes what follows once a group that would be created is ACTIVE, in the order of the engine.
    pub async fn once_active(&self) {
        let created = self.state().created.take();
        let Some((desired, group)) = &created else {
            return;
        };
        let live = fresh(desired, group);
        self.scale(desired, &live);
        for told in [
            self.enable_windows(desired, &live).await,
            self.join_plugin(desired, &live).await,
        ] {
            if let Err(error) = told {
                let error = without_advice(&error.to_string());
                self.note(format!("what the group takes up in the cluster isn't known: {error}"));
            }
        }
    }

    fn scale(&self, desired: &Desired, live: &NodeGroup) {
        if !autoscaling::is_asked(&desired.spec) {
            return;
        }
        let mut group = fresh_scaling_group(live);
        let types = self.state().types.clone();
        let found = autoscaling::steps(&desired.spec, &desired.tags, live, &types, &group);
        for step in &found.steps {
            let change = ChangeScalingGroup {
                name: group.name.clone(),
                step: step.clone(),
            };
            self.later(change.action(), &group.name, &details(&group, step));
            group.apply(step);
        }
        found.warnings.into_iter().for_each(|warning| self.note(warning));
    }

    async fn enable_windows(&self, desired: &Desired, live: &NodeGroup) -> Result<(), CallError> {
        let asked = desired.spec.windows_support == WindowsSupport::Enabled;
        if !(asked && live.ami_type.is_windows()) {
            return Ok(());
        }
        let read = ReadWindowsState {
            cluster: live.cluster.clone(),
        };
        let state = self.call(&read).await?;
        if let Some(config_map) = switched_on(&state) {
            let (action, resource, details) = applied::call(&config_map);
            self.later(action, &resource, &details);
        }
        warning(&state).into_iter().for_each(|warning| self.note(warning));
        Ok(())
    }

    async fn join_plugin(&self, desired: &Desired, live: &NodeGroup) -> Result<(), CallError> {
        let DevicePlugin::Nvidia { image } = &desired.spec.device_plugin else {
            return Ok(());
        };
        let types = self.state().types.clone();
        match plugin_decision(&desired.spec, &live.ami_type, &types) {
            PluginDecision::Apply => {}
            PluginDecision::No => return Ok(()),
            PluginDecision::Warn(warning) => {
                self.note(warning);
                return Ok(());
            }
        }
        let asked = PluginRequest {
            group: &live.name,
            image,
            taints: &desired.spec.taints,
        };
        let list = ListDaemonSets {
            cluster: live.cluster.clone(),
        };
        let mut daemon_sets = self.call(&list).await?;
        match join(&asked, &daemon_sets) {
            JoinDecision::Create(bare) => {
                self.marks(live);
                let (_, resource, details) = applied::call(&bare);
                self.later(applied::CREATED, &resource, &details);
                daemon_sets.push(applied::daemon_set(&bare));
            }
            JoinDecision::Apply(_) => self.marks(live),
            JoinDecision::AsItIs => {}
            JoinDecision::Foreign(warning) => self.note(warning),
        }
        if let JoinDecision::Apply(manifest) = join(&asked, &daemon_sets) {
            let (action, resource, details) = applied::call(&manifest);
            self.later(action, &resource, &details);
        }
        Ok(())
    }

    fn marks(&self, live: &NodeGroup) {
        let id = format!("{}/{}", live.cluster, live.name);
        self.later("eks:TagResource", &id, &format!("+{PLUGIN_TAG}"));
    }

    fn later(&self, action: &'static str, resource: &str, details: &str) {
        self.state().call(action, resource, format!("{details}, {WHEN}"));
    }

    fn note(&self, note: String) {
        self.state().notes.push(note);
    }
}

fn fresh(desired: &Desired, group: &NewGroup) -> NodeGroup {
    let spec = &desired.spec;
    let ami_type = spec.ami_type.clone().or_else(|| group.default_ami_type.clone());
    NodeGroup {
        cluster: spec.cluster.clone(),
        name: desired.name.clone(),
        ami_type: ami_type.unwrap_or_default(),
        capacity_type: spec.capacity_type.as_str().to_owned(),
        ..NodeGroup::default()
    }
}

/// With the tags that EKS gives it (EKS user guide, "Managed node groups concepts"). Its name ends with an id that EKS
/// chooses.
fn fresh_scaling_group(live: &NodeGroup) -> ScalingGroup {
    let (cluster, name) = (&live.cluster, &live.name);
    let tags = [
        ("eks:cluster-name".to_owned(), cluster.clone()),
        ("eks:nodegroup-name".to_owned(), name.clone()),
        ("k8s.io/cluster-autoscaler/enabled".to_owned(), "true".to_owned()),
        (format!("k8s.io/cluster-autoscaler/{cluster}"), "owned".to_owned()),
        (format!("kubernetes.io/cluster/{cluster}"), "owned".to_owned()),
    ];
    ScalingGroup {
        name: format!("eks-{name}-…"),
        tags: tags.into(),
        ..ScalingGroup::default()
    }
}
