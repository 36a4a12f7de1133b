//! A cloud in which nothing happens: reads are the real one's, writes are noted and taken for done.
//!
//! What would have been changed is shown by the reads that follow, so that the engine goes on as it would.

mod applied;
mod beyond;
pub mod call;
mod later;
mod scene;
mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use mng_core::call_error::{CallError, Fault};
use mng_core::decide::change::ConfigChange;
use mng_core::decide::desired::{Desired, NewGroup};
use mng_core::decide::history::UpdateState;
use mng_core::decide::plan::VersionChange;
use mng_core::diagnosis::Evidence;
use mng_core::launch_template::custom_template::UsersTemplate;
use mng_core::launch_template::ec2_resources::{Belongings, Place};
use mng_core::launch_template::steps::{Cluster, LaunchStep, Made};
use mng_core::node::image::InstanceTypeFacts;
use mng_core::nodegroup::group::NodeGroup;
use mng_core::nodegroup::ownership::Owner;
use mng_core::preflight::facts::Facts;
use mng_core::properties::spec::{LaunchTemplate, Spec};
use mng_core::protocol::request::RequestType;
use mng_engine::ports::{Cloud, Record, Stack, UpdateBegun};

use crate::asked::{Origin, without_advice};
use call::Call;
use scene::Scene;

/// A real cloud, of which only the reads are used.
pub struct DryRun<C> {
    real: C,
    kind: RequestType,
    origin: Origin,
    scene: Mutex<Scene>,
}

/// The id of every update that wasn't begun.
const UPDATE: &str = "not begun";

impl<C: Cloud> DryRun<C> {
    /// For a request of this kind.
    pub fn new(real: C, kind: RequestType, origin: Origin) -> Self {
        let scene = Mutex::new(Scene::default());
        Self {
            real,
            kind,
            origin,
            scene,
        }
    }

    /// The calls that would have been made, in order.
    pub fn calls(&self) -> Vec<Call> {
        self.scene().calls.clone()
    }

    /// What is to be said beside them.
    pub fn notes(&self) -> Vec<String> {
        self.scene().notes.clone()
    }

    /// The reads that told nothing, whatever is there.
    pub fn unanswered(&self) -> Vec<CallError> {
        self.scene().unanswered.clone()
    }

    /// The node groups that were looked at and are there, as they would be.
    pub fn node_groups(&self) -> Vec<NodeGroup> {
        self.scene().groups.values().flatten().cloned().collect()
    }

    fn scene(&self) -> MutexGuard<'_, Scene> {
        self.scene.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn noting<T>(&self, read: Result<T, CallError>) -> Result<T, CallError> {
        if let Err(error) = &read
            && matches!(error.fault, Fault::Denied | Fault::Throttled | Fault::Unknown)
        {
            self.scene().unanswered.push(error.clone());
        }
        read
    }

    async fn stack_tags(&self, stack_id: &str) -> BTreeMap<String, String> {
        if self.origin == Origin::Properties || self.kind == RequestType::Delete {
            return BTreeMap::new();
        }
        match self.real.stack(stack_id).await {
            Ok(stack) => stack.tags,
            Err(error) => {
                let told = without_advice(&error.to_string());
                self.scene()
                    .notes
                    .push(format!("the stack's tags are left out: {told}"));
                BTreeMap::new()
            }
        }
    }
}

impl<C: Cloud> Cloud for DryRun<C> {
    /// The stack is taken to do what the request is for, whatever it does today: an event may be planned before its
    /// deployment or long after it.
    async fn stack(&self, stack_id: &str) -> Result<Stack, CallError> {
        let known = self.scene().stack.clone();
        if let Some(stack) = known {
            return Ok(stack);
        }
        let status = match self.kind {
            RequestType::Create => "CREATE_IN_PROGRESS",
            RequestType::Update => "UPDATE_IN_PROGRESS",
            RequestType::Delete => "DELETE_IN_PROGRESS",
        };
        let stack = Stack {
            status: status.to_owned(),
            tags: self.stack_tags(stack_id).await,
            created: None,
            updated: None,
        };
        self.scene().stack = Some(stack.clone());
        Ok(stack)
    }

    /// It is in the midst of what the request is for.
    async fn operation_began(&self, _: &str) -> Result<Option<u64>, CallError> {
        Ok(None)
    }

    /// A plan removes no unfinished replacement, so CloudFormation's record isn't asked for.
    async fn record(&self, _: &str, _: &str) -> Result<Option<Record>, CallError> {
        Ok(None)
    }

    async fn ids_in_ec2(&self, owner: &Owner) -> Result<BTreeSet<String>, CallError> {
        self.noting(self.real.ids_in_ec2(owner).await)
    }

    async fn node_groups(&self, cluster: &str) -> Result<Vec<String>, CallError> {
        self.noting(self.real.node_groups(cluster).await)
    }

    /// Nothing has begun yet for a request that is only planned.
    async fn updates_since(&self, _: &str, _: &str, _: u64) -> Result<Vec<UpdateBegun>, CallError> {
        Ok(vec![])
    }

    async fn node_group(&self, cluster: &str, name: &str) -> Result<NodeGroup, CallError> {
        let known = self.scene().group(cluster, name);
        if let Some(known) = known {
            return known;
        }
        let read = self.noting(self.real.node_group(cluster, name).await);
        if let Ok(group) = &read {
            self.scene().becomes(group.clone());
        }
        read
    }

    async fn update(&self, cluster: &str, name: &str, id: &str) -> Result<UpdateState, CallError> {
        match id {
            UPDATE => Ok(UpdateState::Successful),
            id => self.noting(self.real.update(cluster, name, id).await),
        }
    }

    async fn create(&self, desired: &Desired, group: &NewGroup, _token: &str) -> Result<(), CallError> {
        self.scene().create(desired, group);
        self.once_active(desired, group).await;
        Ok(())
    }

    async fn update_version(
        &self,
        group: &NodeGroup,
        change: &VersionChange,
        _token: &str,
    ) -> Result<String, CallError> {
        self.scene().update_version(group, change);
        Ok(UPDATE.to_owned())
    }

    async fn update_config(&self, group: &NodeGroup, change: &ConfigChange, _token: &str) -> Result<String, CallError> {
        self.scene().update_config(group, change);
        Ok(UPDATE.to_owned())
    }

    async fn tag(&self, arn: &str, tags: &BTreeMap<String, String>) -> Result<(), CallError> {
        self.scene().tag(arn, tags);
        Ok(())
    }

    async fn untag(&self, arn: &str, keys: &BTreeSet<String>) -> Result<(), CallError> {
        self.scene().untag(arn, keys);
        Ok(())
    }

    async fn delete(&self, cluster: &str, name: &str) -> Result<(), CallError> {
        self.scene().delete(cluster, name);
        Ok(())
    }

    async fn cluster(&self, name: &str) -> Result<Option<Cluster>, CallError> {
        self.noting(self.real.cluster(name).await)
    }

    async fn instance_types(&self, names: &[String]) -> Result<Vec<InstanceTypeFacts>, CallError> {
        let types = self.noting(self.real.instance_types(names).await)?;
        self.scene().types.clone_from(&types);
        Ok(types)
    }

    async fn users_template(&self, template: &LaunchTemplate) -> Result<UsersTemplate, CallError> {
        self.noting(self.real.users_template(template).await)
    }

    async fn facts(&self, spec: &Spec, name: &str) -> Facts {
        let facts = self.real.facts(spec, name).await;
        if let Some(Ok(types)) = &facts.types {
            self.scene().types = types.iter().map(|kind| kind.facts).collect();
        }
        // The engine looks at this answer of DescribeNodegroup too.
        if let Some(Ok(Some(group))) = &facts.name {
            self.scene().becomes(group.clone());
        }
        facts
    }

    async fn evidence(&self, group: &NodeGroup) -> Evidence {
        self.real.evidence(group).await
    }

    async fn belongings(&self, place: &Place) -> Result<Belongings, CallError> {
        let known = self.scene().belongings(place);
        if let Some(known) = known {
            return Ok(known);
        }
        let found = self.noting(self.real.belongings(place).await)?;
        self.scene().around.push((place.clone(), found.clone()));
        Ok(found)
    }

    async fn launch(&self, step: &LaunchStep, _token: &str) -> Result<Made, CallError> {
        Ok(self.scene().launch(step))
    }
}
