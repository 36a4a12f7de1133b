//! The cloud of a test: the real adapters where the simulator or moto answer, and memory for the rest.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use fakes::{Ec2, forward_calls, instance_type};
use mng_aws::Aws;
use mng_aws::clock::{Clock, SystemClock};
use mng_core::autoscaling::ScalingGroup;
use mng_core::call_error::{CallError, Fault};
use mng_core::diagnosis::Evidence;
use mng_core::launch_template::custom_template::CustomTemplate;
use mng_core::launch_template::ec2_resources::Ec2Resources;
use mng_core::launch_template::steps::LaunchStepResult;
use mng_core::node::instance_type::InstanceTypeFacts;
use mng_core::preflight::facts::{Facts, Subnet};
use mng_core::properties::spec::{LaunchTemplate, LaunchTemplateVersion, Spec};
use mng_engine::ports::{
    ApiRequest, ApplyObject, AwaitNodeChange, Calls, ChangeEc2, ChangeScalingGroup, CreateDaemonSet, CreateNodegroup,
    DeleteDaemonSet, DeleteNodegroup, DescribeCluster, DescribeEc2Resources, DescribeInstanceTypes,
    DescribeLaunchTemplate, DescribeNodegroup, DescribeScalingGroup, DescribeStack, DescribeStackResource,
    DescribeUpdate, Fate, FindIdsInEc2, FindOperationStart, InvokeFunction, ListDaemonSets, ListNodegroups, ListNodes,
    ListUpdates, PutEvent, ReadDrain, ReadEvidence, ReadFacts, ReadWindowsState, Record, Stack, StartExecution,
    TagResource, Throttles, UntagResource, UpdateNodegroupConfig, UpdateNodegroupVersion,
};
use serde_json::Value;

/// The most that Step Functions takes as an execution's input and as a task's result, in bytes.
pub const MOST_IN_STATE: usize = 262_144;

type Result<T> = std::result::Result<T, CallError>;

pub struct LocalCloud {
    pub aws: Aws,
    /// EC2 and Auto Scaling of moto; `None`: in memory.
    pub moto: Option<Aws>,
    /// Where preflight and diagnosis read; `None` gives them next to nothing.
    pub reads: Option<Aws>,
    pub ec2: Ec2,
    pub stack: Mutex<Stack>,
    /// When the stack began to roll back; `None`: it does not roll back.
    pub rollback_began: Mutex<Option<u64>>,
    pub hides_events: AtomicBool,
    /// How often the stack is denied before it can be described.
    pub stack_denials: AtomicUsize,
    /// The template no longer has the resource.
    pub is_removed: AtomicBool,
    /// The physical ID that CloudFormation has recorded of the resource.
    pub recorded_id: Mutex<Option<String>>,
    /// The payloads of hand-overs.
    pub onward: Mutex<VecDeque<Value>>,
    /// The names of executions.
    pub started: Mutex<BTreeSet<String>>,
    /// What was put on the bus: detail-type and detail.
    pub told: Mutex<Vec<(String, Value)>>,
    /// How often the bus takes nothing.
    pub deaf: AtomicUsize,
    /// The one Auto Scaling group, without moto.
    pub scaling_group: Mutex<ScalingGroup>,
    /// How long a wait for a change of a node lasts, in place of what the function asks.
    pub patience: Mutex<Option<Duration>>,
}

forward_calls!(LocalCloud => aws:
    ListNodegroups, ListUpdates, DescribeNodegroup, DescribeUpdate, CreateNodegroup, UpdateNodegroupVersion,
    UpdateNodegroupConfig, TagResource, UntagResource, DeleteNodegroup, DescribeCluster,
    ListNodes, ListDaemonSets, ReadWindowsState, ReadDrain, ApplyObject, CreateDaemonSet, DeleteDaemonSet,
);

impl LocalCloud {
    /// With EKS and the clusters of these adapters, and all else in memory.
    pub fn new(aws: Aws) -> Self {
        Self {
            aws,
            moto: None,
            reads: None,
            ec2: Ec2::default(),
            stack: Mutex::new(Stack {
                status: "CREATE_IN_PROGRESS".to_owned(),
                tags: [].into(),
                created: Some(SystemClock.now()),
                updated: None,
            }),
            rollback_began: Mutex::default(),
            hides_events: AtomicBool::new(false),
            stack_denials: AtomicUsize::new(0),
            is_removed: AtomicBool::new(false),
            recorded_id: Mutex::default(),
            onward: Mutex::default(),
            started: Mutex::default(),
            told: Mutex::default(),
            deaf: AtomicUsize::new(0),
            scaling_group: Mutex::default(),
            patience: Mutex::default(),
        }
    }
}

/// Whether any of it is left.
fn takes_one(left: &AtomicUsize) -> bool {
    left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1))
        .is_ok()
}

fn error<R: ApiRequest>(request: &R, fault: Fault, code: &str) -> CallError {
    CallError {
        action: request.action(),
        resource: request.resource(),
        fault,
        code: code.to_owned(),
        message: "chosen by the test".to_owned(),
    }
}

fn denied<R: ApiRequest>(request: &R) -> CallError {
    error(request, Fault::Denied, "AccessDenied")
}

/// How CloudFormation fails to say what a stack does, by the status that a test gives. A foreign stack is in another
/// account.
fn unknown(status: &str) -> Option<Fault> {
    match status {
        "DENIED" => Some(Fault::Denied),
        "FOREIGN" => Some(Fault::Refused),
        "SILENT" => Some(Fault::Unknown),
        _ => None,
    }
}

impl Calls<DescribeStack> for LocalCloud {
    async fn call(&self, request: &DescribeStack) -> Result<Stack> {
        if takes_one(&self.stack_denials) {
            return Err(denied(request));
        }
        let stack = self.stack.lock().unwrap().clone();
        match unknown(&stack.status) {
            Some(fault) => Err(error(request, fault, "AccessDenied")),
            None => Ok(stack),
        }
    }
}

impl Calls<FindOperationStart> for LocalCloud {
    async fn call(&self, request: &FindOperationStart) -> Result<Option<u64>> {
        if self.hides_events.load(Ordering::SeqCst) {
            return Err(denied(request));
        }
        let rollback = *self.rollback_began.lock().unwrap();
        Ok(rollback.or(self.stack.lock().unwrap().updated))
    }
}

impl Calls<DescribeStackResource> for LocalCloud {
    async fn call(&self, request: &DescribeStackResource) -> Result<Option<Record>> {
        let status = self.stack.lock().unwrap().status.clone();
        if let Some(fault) = unknown(&status).filter(|fault| *fault != Fault::Unknown) {
            return Err(error(request, fault, "AccessDenied"));
        }
        let is_deleted = status.starts_with("DELETE_") || self.is_removed.load(Ordering::SeqCst);
        let record = |physical_id| Record {
            physical_id,
            fate: if is_deleted { Fate::Deleted } else { Fate::Kept },
        };
        Ok(self.recorded_id.lock().unwrap().clone().map(record))
    }
}

impl Calls<FindIdsInEc2> for LocalCloud {
    async fn call(&self, request: &FindIdsInEc2) -> Result<BTreeSet<String>> {
        match &self.moto {
            Some(moto) => moto.call(request).await,
            None => Ok(self.ec2.ids_of(&request.owner)),
        }
    }
}

impl Calls<DescribeEc2Resources> for LocalCloud {
    async fn call(&self, request: &DescribeEc2Resources) -> Result<Ec2Resources> {
        match &self.moto {
            Some(moto) => moto.call(request).await,
            None => self.ec2.resources(&request.group_ref),
        }
    }
}

impl Calls<ChangeEc2> for LocalCloud {
    async fn call(&self, request: &ChangeEc2) -> Result<LaunchStepResult> {
        match &self.moto {
            Some(moto) => moto.call(request).await,
            None => self.ec2.change(&request.step, &request.token),
        }
    }
}

impl Calls<DescribeScalingGroup> for LocalCloud {
    async fn call(&self, request: &DescribeScalingGroup) -> Result<ScalingGroup> {
        match &self.moto {
            Some(moto) => moto.call(request).await,
            None => Ok(self.scaling_group.lock().unwrap().clone()),
        }
    }
}

impl Calls<ChangeScalingGroup> for LocalCloud {
    async fn call(&self, request: &ChangeScalingGroup) -> Result<()> {
        match &self.moto {
            Some(moto) => moto.call(request).await,
            None => {
                self.scaling_group.lock().unwrap().apply(&request.step);
                Ok(())
            }
        }
    }
}

impl Calls<DescribeInstanceTypes> for LocalCloud {
    async fn call(&self, request: &DescribeInstanceTypes) -> Result<Vec<InstanceTypeFacts>> {
        Ok(request.names.iter().map(|name| instance_type(name)).collect())
    }
}

impl Calls<DescribeLaunchTemplate> for LocalCloud {
    async fn call(&self, request: &DescribeLaunchTemplate) -> Result<CustomTemplate> {
        users_template(&request.template)
    }
}

impl Calls<ReadFacts> for LocalCloud {
    async fn call(&self, request: &ReadFacts) -> Facts {
        match &self.reads {
            Some(aws) => aws.call(request).await,
            None => canned(&request.spec),
        }
    }
}

impl Calls<ReadEvidence> for LocalCloud {
    async fn call(&self, request: &ReadEvidence) -> Evidence {
        match &self.reads {
            Some(aws) => aws.call(request).await,
            None => Evidence::default(),
        }
    }
}

impl Calls<AwaitNodeChange> for LocalCloud {
    async fn call(&self, request: &AwaitNodeChange) {
        let patience = *self.patience.lock().unwrap();
        let request = AwaitNodeChange {
            at_most: patience.unwrap_or(request.at_most),
            ..request.clone()
        };
        self.aws.call(&request).await;
    }
}

impl Calls<InvokeFunction> for LocalCloud {
    async fn call(&self, request: &InvokeFunction) -> Result<()> {
        self.onward.lock().unwrap().push_back(request.payload.clone());
        Ok(())
    }
}

impl Calls<StartExecution> for LocalCloud {
    async fn call(&self, request: &StartExecution) -> Result<()> {
        let size = request.input.to_string().len();
        assert!(size <= MOST_IN_STATE, "Step Functions takes no such input");
        if self.started.lock().unwrap().insert(request.name.clone()) {
            self.onward.lock().unwrap().push_back(request.input.clone());
        }
        Ok(())
    }
}

impl Calls<PutEvent> for LocalCloud {
    async fn call(&self, request: &PutEvent) -> Result<()> {
        if takes_one(&self.deaf) {
            return Err(error(request, Fault::Unknown, "InternalFailure"));
        }
        let detail = serde_json::from_str(&request.event.detail).expect("a detail is JSON");
        let event = (request.event.detail_type.to_owned(), detail);
        self.told.lock().unwrap().push(event);
        Ok(())
    }
}

impl Throttles for LocalCloud {
    fn take_throttles(&self) -> u32 {
        self.aws.take_throttles()
    }
}

/// The user's template, in subnets with public addresses: the flows need no more.
fn canned(spec: &Spec) -> Facts {
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

/// By the IDs that the flows use: one template is gone, one breaks a rule.
fn users_template(template: &LaunchTemplate) -> Result<CustomTemplate> {
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
        (id, number) => Ok(CustomTemplate {
            id: id.to_owned(),
            version: number.map_or(3, |number| i64::try_from(number).unwrap()),
            network_interfaces: if id == "lt-two-interfaces" { 2 } else { 0 },
            ..CustomTemplate::default()
        }),
    }
}
