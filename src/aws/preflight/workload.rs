//! The cluster's own API, where the properties ask anything of it, and the node role's access entry.

use std::time::Duration;

use super::super::Aws;
use super::super::errors::call_error;
use crate::nodegroup::spec::{DevicePlugin, Spec, WaitFor, WindowsSupport};
use crate::ports::{Fault, Kubernetes};
use crate::preflight::facts::{Read, Workload};

/// How often an endpoint is tried before it counts as out of reach. A connection is given up after 5 seconds.
const ATTEMPTS: u32 = 3;
const PAUSE: Duration = Duration::from_millis(200);

impl Aws {
    /// Reads what will be read later, so that a missing access is told before anything is made. One lost connection is no
    /// reason to refuse a group.
    pub(super) async fn read_workload(&self, spec: &Spec) -> Read<Workload> {
        let mut read = self.look_at_the_workload(spec).await;
        for _ in 1..ATTEMPTS {
            if !read.as_ref().is_err_and(|error| error.fault == Fault::Unknown) {
                break;
            }
            tokio::time::sleep(PAUSE).await;
            read = self.look_at_the_workload(spec).await;
        }
        read
    }

    async fn look_at_the_workload(&self, spec: &Spec) -> Read<Workload> {
        let cluster = &spec.cluster;
        let mut found = Workload::default();
        if spec.windows_support == WindowsSupport::Enabled {
            found.windows = Some(self.windows(cluster).await?);
        }
        if spec.device_plugin != DevicePlugin::Unasked {
            self.daemon_sets(cluster).await?;
        }
        if spec.wait_for == WaitFor::NodesReady {
            self.see_nodes(cluster).await?;
        }
        Ok(found)
    }

    /// A role that no group has used yet has none: EKS makes it.
    pub(super) async fn read_access_entry(&self, cluster: &str, role: &str) -> Read<Option<String>> {
        let call = self.eks().describe_access_entry().cluster_name(cluster);
        let answer = call.principal_arn(role).send().await;
        match answer.map_err(|error| call_error("eks:DescribeAccessEntry", role, &error)) {
            Ok(answer) => Ok(answer
                .access_entry()
                .and_then(|entry| entry.r#type())
                .map(str::to_owned)),
            Err(error) if error.fault == Fault::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}
