//! Calls to EC2 Auto Scaling, for the Auto Scaling group that EKS made for a node group.

use mng_core::autoscaling::{ScalingGroup, ScalingStep};
use mng_core::call_error::CallError;

use super::ApiRequest;

/// Reads the tags and the suspended processes of an Auto Scaling group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DescribeScalingGroup {
    pub name: String,
}

impl ApiRequest for DescribeScalingGroup {
    type Response = Result<ScalingGroup, CallError>;

    fn action(&self) -> &'static str {
        "autoscaling:DescribeAutoScalingGroups"
    }

    fn resource(&self) -> String {
        self.name.clone()
    }
}

/// Makes the one call of a step on an Auto Scaling group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeScalingGroup {
    pub name: String,
    pub step: ScalingStep,
}

impl ApiRequest for ChangeScalingGroup {
    type Response = Result<(), CallError>;

    fn action(&self) -> &'static str {
        match self.step {
            ScalingStep::Tag(_) => "autoscaling:CreateOrUpdateTags",
            ScalingStep::Untag(_) => "autoscaling:DeleteTags",
            ScalingStep::Suspend(_) => "autoscaling:SuspendProcesses",
            ScalingStep::Resume(_) => "autoscaling:ResumeProcesses",
        }
    }

    fn resource(&self) -> String {
        self.name.clone()
    }
}
