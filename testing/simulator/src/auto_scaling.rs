//! The Auto Scaling group behind each node group, made in the emulator that has the EC2 side.

use serde_json::Value;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use crate::query_api::QueryApi;

/// Sends what is to be made and removed, one after the other, without keeping the caller waiting. A group that can't be
/// made is seen in the log and doesn't hurt the node group.
pub struct AutoScalingQueue {
    queue: Option<UnboundedSender<Vec<(String, String)>>>,
}

impl AutoScalingQueue {
    pub fn new(emulator: Option<QueryApi>) -> Self {
        let Some(emulator) = emulator else {
            return Self { queue: None };
        };
        let (queue, mut calls) = unbounded_channel::<Vec<(String, String)>>();
        tokio::spawn(async move {
            while let Some(form) = calls.recv().await {
                if let Err(error) = post(&emulator, &form).await {
                    eprintln!("the Auto Scaling group could not be changed: {error}");
                }
            }
        });
        Self { queue: Some(queue) }
    }

    pub fn make(&self, group: &Value) {
        let scaling = &group["scalingConfig"];
        let (name, cluster) = (name(group), group["clusterName"].as_str().unwrap_or_default());
        let mut form = call("CreateAutoScalingGroup", &name);
        form.push(("LaunchConfigurationName".to_owned(), "eks".to_owned()));
        for (key, size) in [
            ("MinSize", "minSize"),
            ("MaxSize", "maxSize"),
            ("DesiredCapacity", "desiredSize"),
        ] {
            form.push((key.to_owned(), scaling[size].to_string()));
        }
        if let Some(subnet) = group["subnets"][0].as_str() {
            form.push(("VPCZoneIdentifier".to_owned(), subnet.to_owned()));
        }
        let tags = [
            ("eks:cluster-name".to_owned(), cluster.to_owned()),
            (
                "eks:nodegroup-name".to_owned(),
                group["nodegroupName"].as_str().unwrap_or_default().to_owned(),
            ),
            ("k8s.io/cluster-autoscaler/enabled".to_owned(), "true".to_owned()),
            (format!("k8s.io/cluster-autoscaler/{cluster}"), "owned".to_owned()),
        ];
        for (index, (key, value)) in tags.into_iter().enumerate() {
            let member = format!("Tags.member.{}", index + 1);
            form.push((format!("{member}.Key"), key));
            form.push((format!("{member}.Value"), value));
            form.push((format!("{member}.PropagateAtLaunch"), "true".to_owned()));
        }
        let mut configuration = vec![("Action".to_owned(), "CreateLaunchConfiguration".to_owned()), version()];
        configuration.push(("LaunchConfigurationName".to_owned(), "eks".to_owned()));
        configuration.push(("ImageId".to_owned(), "ami-12c6146b".to_owned()));
        configuration.push(("InstanceType".to_owned(), "t3.medium".to_owned()));
        self.send(configuration);
        self.send(form);
    }

    pub fn remove(&self, group: &Value) {
        let mut form = call("DeleteAutoScalingGroup", &name(group));
        form.push(("ForceDelete".to_owned(), "true".to_owned()));
        self.send(form);
    }

    fn send(&self, form: Vec<(String, String)>) {
        if let Some(queue) = &self.queue {
            // The other end lives as long as the runtime; past that nobody looks at the group.
            let _ = queue.send(form);
        }
    }
}

fn name(group: &Value) -> String {
    group["resources"]["autoScalingGroups"][0]["name"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

fn call(action: &str, group: &str) -> Vec<(String, String)> {
    vec![
        ("Action".to_owned(), action.to_owned()),
        version(),
        ("AutoScalingGroupName".to_owned(), group.to_owned()),
    ]
}

fn version() -> (String, String) {
    ("Version".to_owned(), "2011-01-01".to_owned())
}

async fn post(emulator: &QueryApi, form: &[(String, String)]) -> Result<(), String> {
    let (status, text) = emulator.post("autoscaling", form).await?;
    let exists = text.contains("AlreadyExists");
    if status < 300 || exists {
        Ok(())
    } else {
        Err(format!("{status}: {text}"))
    }
}
