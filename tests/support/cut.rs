//! The function's cloud, which a test can stop between any two calls.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::pin::Pin;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use mng_aws::Aws;
use mng_core::autoscaling::ScalingGroup;
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
use mng_core::preflight::facts::{Facts, Subnet};
use mng_core::properties::spec::{LaunchTemplate, LaunchTemplateVersion, Spec};
use mng_core::protocol::eventbridge::outcome::Announcement;
use mng_engine::polling::Onward;
use mng_engine::ports::{Cloud, EventBus, Fate, Record, Stack, UpdateBegun};
use serde_json::Value;
use tokio::sync::Notify;

use super::ec2::{Memory, facts};
use super::world::{Death, STACK_ID};

/// The most that Step Functions takes as an execution's input and as a task's result, in bytes.
pub const MOST_IN_STATE: usize = 262_144;

/// What somebody else does right before a call of the function's, once.
pub struct Meanwhile {
    pub before: &'static str,
    pub what: Pin<Box<dyn Future<Output = ()> + Send>>,
}

/// The real adapters behind a counter that can stop for ever, as a killed process does.
pub struct Cut {
    pub aws: Aws,
    /// EC2's own, where it isn't in memory.
    pub moto: Option<Aws>,
    /// Where preflight and diagnosis read; `None` gives them next to nothing.
    pub reads: Option<Aws>,
    pub ec2: Memory,
    pub stack: Mutex<Stack>,
    /// When the stack began to roll back, or that it doesn't tell.
    pub rollback_began: Mutex<Option<u64>>,
    pub hides_events: AtomicBool,
    /// How often the stack is denied before it can be described.
    pub stack_denials: AtomicUsize,
    /// The template has the resource no more.
    pub is_removed: AtomicBool,
    /// The physical ID that CloudFormation has recorded of the resource.
    pub recorded_id: Mutex<Option<String>>,
    pub calls: AtomicUsize,
    pub made: Mutex<Vec<&'static str>>,
    pub death: Mutex<Death>,
    pub died: Notify,
    pub meanwhile: Mutex<Option<Meanwhile>>,
    pub onward: Mutex<VecDeque<Value>>,
    pub started: Mutex<BTreeSet<String>>,
    /// What was put on the bus: detail-type and detail.
    pub told: Mutex<Vec<(String, Value)>>,
    /// How often the bus takes nothing.
    pub deaf: AtomicUsize,
    /// The one Auto Scaling group, where moto has none.
    pub scaling_group: Mutex<ScalingGroup>,
    /// How long it is waited for a change of a node, in place of what the function asks.
    pub patience: Mutex<Option<Duration>>,
}

impl Cut {
    /// Stops for ever if the function is to die at this call; the harness drops it then.
    pub async fn call<T>(&self, action: &'static str, effect: impl Future<Output = T>) -> T {
        let number = self.calls.fetch_add(1, Ordering::SeqCst) + 1;
        self.made.lock().unwrap().push(action);
        let death = *self.death.lock().unwrap();
        assert!(death != Death::Panic, "chosen by the test");
        if death == Death::Before(number) {
            self.stop().await;
        }
        if death == Death::Hang {
            std::future::pending::<()>().await;
        }
        let meanwhile = self.meanwhile.lock().unwrap().take_if(|one| one.before == action);
        if let Some(meanwhile) = meanwhile {
            meanwhile.what.await;
        }
        let result = effect.await;
        if death == Death::After(number) {
            self.stop().await;
        }
        result
    }

    /// The user's template, in subnets with public addresses: all that the flows are about.
    async fn canned(&self, spec: &Spec) -> Facts {
        let Some(wanted) = &spec.launch_template else {
            return Facts::default();
        };
        let subnet = |id: &String| Subnet {
            id: id.clone(),
            assigns_public_addresses: true,
            free_addresses: 250,
            ..Subnet::default()
        };
        Facts {
            template: Some(users_template(wanted)),
            subnets: Some(Ok(spec.subnets.iter().map(subnet).collect())),
            ..Facts::default()
        }
    }

    async fn stop(&self) {
        self.died.notify_one();
        std::future::pending::<()>().await;
    }
}

/// Whether any of it is left.
fn takes_one(left: &AtomicUsize) -> bool {
    left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1))
        .is_ok()
}

fn denied(action: &'static str) -> CallError {
    let (code, message) = ("AccessDenied".to_owned(), "not allowed".to_owned());
    CallError {
        action,
        resource: STACK_ID.to_owned(),
        fault: Fault::Denied,
        code,
        message,
    }
}

/// How CloudFormation fails to say what a stack does, by what a test gives for the stack's status. A foreign stack is another account's.
fn unknown(status: &str) -> Option<Fault> {
    match status {
        "DENIED" => Some(Fault::Denied),
        "FOREIGN" => Some(Fault::Refused),
        "SILENT" => Some(Fault::Unknown),
        _ => None,
    }
}

impl Cloud for Cut {
    fn throttles(&self) -> u32 {
        self.aws.throttles()
    }

    async fn stack(&self, _: &str) -> Result<Stack, CallError> {
        let stack = self.stack.lock().unwrap().clone();
        let action = "cloudformation:DescribeStacks";
        if takes_one(&self.stack_denials) {
            return Err(denied(action));
        }
        if let Some(fault) = unknown(&stack.status) {
            return Err(CallError {
                fault,
                ..denied(action)
            });
        }
        self.call("stack", async { Ok(stack) }).await
    }

    async fn operation_began(&self, _: &str) -> Result<Option<u64>, CallError> {
        if self.hides_events.load(Ordering::SeqCst) {
            return Err(denied("cloudformation:DescribeStackEvents"));
        }
        let began = self
            .rollback_began
            .lock()
            .unwrap()
            .or(self.stack.lock().unwrap().updated);
        self.call("operation_began", async { Ok(began) }).await
    }

    async fn record(&self, _: &str, _: &str) -> Result<Option<Record>, CallError> {
        let status = self.stack.lock().unwrap().status.clone();
        if let Some(fault) = unknown(&status).filter(|fault| *fault != Fault::Unknown) {
            let action = "cloudformation:DescribeStackResource";
            return Err(CallError {
                fault,
                ..denied(action)
            });
        }
        let is_deleted = status.starts_with("DELETE_") || self.is_removed.load(Ordering::SeqCst);
        let record = |physical_id| Record {
            physical_id,
            fate: if is_deleted { Fate::Deleted } else { Fate::Kept },
        };
        let recorded = self.recorded_id.lock().unwrap().clone().map(record);
        self.call("record", async { Ok(recorded) }).await
    }

    async fn ids_in_ec2(&self, owner: &Owner) -> Result<BTreeSet<String>, CallError> {
        let look = async {
            match &self.moto {
                Some(moto) => moto.ids_in_ec2(owner).await,
                None => Ok(self.ec2.ids_of(owner)),
            }
        };
        self.call("ids_in_ec2", look).await
    }

    async fn node_groups(&self, cluster: &str) -> Result<Vec<String>, CallError> {
        self.call("node_groups", self.aws.node_groups(cluster)).await
    }

    async fn updates_since(&self, cluster: &str, name: &str, since: u64) -> Result<Vec<UpdateBegun>, CallError> {
        self.call("updates_since", self.aws.updates_since(cluster, name, since))
            .await
    }

    async fn node_group(&self, cluster: &str, name: &str) -> Result<NodeGroup, CallError> {
        self.call("node_group", self.aws.node_group(cluster, name)).await
    }

    async fn update(&self, cluster: &str, name: &str, id: &str) -> Result<UpdateState, CallError> {
        self.call("update", self.aws.update(cluster, name, id)).await
    }

    async fn create(&self, desired: &Desired, group: &NewGroup, token: &str) -> Result<(), CallError> {
        self.call("create", self.aws.create(desired, group, token)).await
    }

    async fn update_version(
        &self,
        group: &NodeGroup,
        change: &VersionChange,
        token: &str,
    ) -> Result<String, CallError> {
        self.call("update_version", self.aws.update_version(group, change, token))
            .await
    }

    async fn update_config(&self, group: &NodeGroup, change: &ConfigChange, token: &str) -> Result<String, CallError> {
        self.call("update_config", self.aws.update_config(group, change, token))
            .await
    }

    async fn tag(&self, arn: &str, tags: &BTreeMap<String, String>) -> Result<(), CallError> {
        self.call("tag", self.aws.tag(arn, tags)).await
    }

    async fn untag(&self, arn: &str, keys: &BTreeSet<String>) -> Result<(), CallError> {
        self.call("untag", self.aws.untag(arn, keys)).await
    }

    async fn delete(&self, cluster: &str, name: &str) -> Result<(), CallError> {
        self.call("delete", self.aws.delete(cluster, name)).await
    }

    async fn cluster(&self, name: &str) -> Result<Option<Cluster>, CallError> {
        self.call("cluster", self.aws.cluster(name)).await
    }

    async fn instance_types(&self, names: &[String]) -> Result<Vec<InstanceTypeFacts>, CallError> {
        let facts = names.iter().map(|name| facts(name)).collect();
        self.call("instance_types", async { Ok(facts) }).await
    }

    async fn users_template(&self, template: &LaunchTemplate) -> Result<UsersTemplate, CallError> {
        let found = users_template(template);
        self.call("users_template", async { found }).await
    }

    async fn facts(&self, spec: &Spec, name: &str) -> Facts {
        let read = async {
            match &self.reads {
                Some(aws) => aws.facts(spec, name).await,
                None => self.canned(spec).await,
            }
        };
        self.call("facts", read).await
    }

    async fn evidence(&self, group: &NodeGroup) -> Evidence {
        let read = async {
            match &self.reads {
                Some(aws) => aws.evidence(group).await,
                None => Evidence::default(),
            }
        };
        self.call("evidence", read).await
    }

    async fn belongings(&self, place: &Place) -> Result<Belongings, CallError> {
        let look = async {
            match &self.moto {
                Some(moto) => moto.belongings(place).await,
                None => self.ec2.belongings(place),
            }
        };
        self.call("belongings", look).await
    }

    async fn launch(&self, step: &LaunchStep, token: &str) -> Result<Made, CallError> {
        let change = async {
            match &self.moto {
                Some(moto) => moto.launch(step, token).await,
                None => self.ec2.launch(step, token),
            }
        };
        self.call(step.action(), change).await
    }
}

impl Onward for Cut {
    async fn invoke(&self, _: &str, payload: &Value) -> Result<(), CallError> {
        let queue = async { self.onward.lock().unwrap().push_back(payload.clone()) };
        self.call("invoke", queue).await;
        Ok(())
    }

    async fn start_execution(&self, _: &str, name: &str, input: &Value) -> Result<(), CallError> {
        assert!(
            input.to_string().len() <= MOST_IN_STATE,
            "Step Functions takes no such input"
        );
        let queue = async {
            if self.started.lock().unwrap().insert(name.to_owned()) {
                self.onward.lock().unwrap().push_back(input.clone());
            }
        };
        self.call("start_execution", queue).await;
        Ok(())
    }
}

impl EventBus for Cut {
    async fn put_event(&self, bus: &str, event: &Announcement) -> Result<(), CallError> {
        let told = async {
            if takes_one(&self.deaf) {
                return Err(CallError {
                    action: "events:PutEvents",
                    resource: bus.to_owned(),
                    fault: Fault::Unknown,
                    code: "InternalFailure".to_owned(),
                    message: "chosen by the test".to_owned(),
                });
            }
            let detail = serde_json::from_str(&event.detail).expect("a detail is JSON");
            self.told.lock().unwrap().push((event.detail_type.to_owned(), detail));
            Ok(())
        };
        self.call("put_event", told).await
    }
}

/// By the ids that the flows use: one is gone, one breaks a rule.
fn users_template(template: &LaunchTemplate) -> Result<UsersTemplate, CallError> {
    let number = match template.version {
        LaunchTemplateVersion::Number(number) => Some(number),
        LaunchTemplateVersion::Latest | LaunchTemplateVersion::Default => None,
    };
    match (template.identity.as_str(), number) {
        ("lt-gone", None) => Err(CallError {
            action: "ec2:DescribeLaunchTemplateVersions",
            resource: "lt-gone".to_owned(),
            fault: Fault::NotFound,
            code: "InvalidLaunchTemplateId.NotFound".to_owned(),
            message: "it does not exist".to_owned(),
        }),
        (id, number) => Ok(UsersTemplate {
            id: id.to_owned(),
            version: number.map_or(3, |number| i64::try_from(number).unwrap()),
            network_interfaces: if id == "lt-two-interfaces" { 2 } else { 0 },
            ..UsersTemplate::default()
        }),
    }
}
