//! A scene in moto and the simulator in which something is wrong, and what the function says of it.

use local_stack::{Moto, QueryApi, first};
use mng_core::protocol::request::Request;
use serde_json::{Value, json};

use super::world::World;

pub struct Scene {
    pub moto: Moto,
    pub world: World,
}

impl Scene {
    pub async fn start() -> Self {
        let moto = Moto::start().await.expect("moto starts");
        let world = World::start_whole(&moto).await;
        Self { moto, world }
    }

    /// Good properties, with changes; `null` takes one away.
    pub fn properties(&self, changes: &Value) -> Value {
        let seeds = self.moto.seeds();
        let mut properties = json!({
            "ClusterName": "my-cluster", "NodeRole": seeds.node_role, "Subnets": seeds.subnets[..2],
            "InstanceTypes": ["m5.large"], "ScalingConfig": {"MinSize": "1", "MaxSize": "3", "DesiredSize": "1"},
        });
        for (key, value) in changes.as_object().into_iter().flatten() {
            properties[key] = value.clone();
        }
        properties
    }

    /// A Create that is refused with this code and resource, and makes nothing, in EKS as in EC2.
    pub async fn refused(&self, code: &str, resource: &str, changes: &Value) {
        let answer = self.created(changes).await;
        let reason = answer["Reason"].as_str().unwrap_or_default();
        assert_eq!(answer["Status"], "FAILED", "{code}: {answer}");
        for part in [&format!("[{code}]"), resource] {
            assert!(reason.contains(part), "{part} in {reason}");
        }
        assert!(self.world.changes().is_empty(), "{code}: {:?}", self.world.changes());
        let belongings = self.moto.belongings().await.expect("EC2's lists");
        assert!(belongings.is_empty(), "{code}: {belongings:?}");
    }

    /// A Create that succeeds and warns with this code and resource.
    pub async fn warned(&self, code: &str, resource: &str, changes: &Value) {
        let answer = self.created(changes).await;
        let warnings = answer["Data"]["Warnings"].as_str().unwrap_or_default().to_owned();
        assert_eq!(answer["Status"], "SUCCESS", "{code}: {answer}");
        for part in [&format!("[{code}]"), resource] {
            assert!(warnings.contains(part), "{part} in {warnings}");
        }
        self.delete(&answer).await;
    }

    /// A Create that has nothing to complain of.
    pub async fn fine(&self, changes: &Value) {
        let answer = self.created(changes).await;
        assert_eq!(answer["Status"], "SUCCESS", "{answer}");
        assert_eq!(answer["Data"]["Warnings"], "", "{answer}");
        self.delete(&answer).await;
    }

    /// A Create that succeeds; what it warns of.
    pub async fn warnings_of_create(&self, changes: &Value) -> String {
        let answer = self.created(changes).await;
        assert_eq!(answer["Status"], "SUCCESS", "{changes}: {answer}");
        self.delete(&answer).await;
        answer["Data"]["Warnings"].as_str().unwrap_or_default().to_owned()
    }

    async fn created(&self, changes: &Value) -> Value {
        let properties = self.properties(changes);
        let request = self.world.request("Create", None, &properties, None);
        assert!(Request::parse(&request).is_ok());
        self.world.answer(&request).await
    }

    async fn delete(&self, created: &Value) {
        let id = created["PhysicalResourceId"].as_str().expect("an id");
        let properties = self.properties(&json!({}));
        let request = self.world.request("Delete", Some(id), &properties, None);
        let deleted = self.world.answer(&request).await;
        assert_eq!(deleted["Status"], "SUCCESS", "{deleted}");
        self.world.forget_calls();
    }

    /// Calls EC2, and gives the text of one element of the answer.
    pub async fn ec2(&self, action: &str, parameters: &[(&str, &str)], element: &str) -> String {
        text(&QueryApi::ec2(&self.moto.url), action, parameters, element).await
    }

    pub async fn iam(&self, action: &str, parameters: &[(&str, &str)], element: &str) -> String {
        text(&QueryApi::iam(&self.moto.url), action, parameters, element).await
    }

    /// Calls KMS, and gives its answer.
    pub async fn kms(&self, action: &str, body: &Value) -> Value {
        let request = reqwest::Client::new().post(&self.moto.url).body(body.to_string());
        let scope =
            "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/kms/aws4_request, SignedHeaders=host, Signature=none";
        let request = request
            .header("X-Amz-Target", format!("TrentService.{action}"))
            .header("Content-Type", "application/x-amz-json-1.1")
            .header("Authorization", scope);
        let answer = request.send().await.expect("moto answers");
        let text = answer.text().await.expect("moto's answer");
        serde_json::from_str(&text).unwrap_or(Value::Null)
    }

    /// A role that these services may assume, with these managed policies of AWS's; its ARN.
    pub async fn role(&self, name: &str, path: &str, service: &str, policies: &[&str]) -> String {
        let trust = json!({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"},
        ]});
        let trust = trust.to_string();
        let wanted = [
            ("RoleName", name),
            ("Path", path),
            ("AssumeRolePolicyDocument", trust.as_str()),
        ];
        let arn = self.iam("CreateRole", &wanted, "Arn").await;
        for policy in policies {
            let policy = format!("arn:aws:iam::aws:policy/{policy}");
            self.iam("AttachRolePolicy", &[("RoleName", name), ("PolicyArn", &policy)], "")
                .await;
        }
        arn
    }

    /// A quota is so high from now on.
    pub async fn quota(&self, code: &str, value: f64) {
        let body = json!({"Quota": {"QuotaCode": code, "Value": value}}).to_string();
        let told = self.moto.answer("GetServiceQuota", code, 200, &body).await;
        told.expect("moto takes it");
    }

    /// Moto's own answers have this in place of that from now on.
    pub async fn alter(&self, action: &str, pattern: &str, with: &str) {
        let told = self.moto.alter(action, pattern, with).await;
        told.expect("moto takes it");
    }

    /// A VPC of its own with one subnet; `[vpc, subnet]`.
    pub async fn network(&self, range: &str) -> [String; 2] {
        let vpc = self
            .ec2("CreateVpc", &[("CidrBlock", &format!("{range}.0.0/16"))], "vpcId")
            .await;
        let subnet = self.subnet(&vpc, &format!("{range}.1.0/24"), "us-east-1a").await;
        [vpc, subnet]
    }

    pub async fn subnet(&self, vpc: &str, range: &str, zone: &str) -> String {
        let wanted = [("VpcId", vpc), ("CidrBlock", range), ("AvailabilityZone", zone)];
        self.ec2("CreateSubnet", &wanted, "subnetId").await
    }

    /// The cluster is in this VPC from now on.
    pub fn cluster(&self, changes: Value) {
        let mut cluster = json!({"name": "my-cluster"});
        for (key, value) in changes.as_object().into_iter().flatten() {
            cluster[key] = value.clone();
        }
        self.world.simulator.put_cluster(cluster);
    }
}

async fn text(api: &QueryApi, action: &str, parameters: &[(&str, &str)], element: &str) -> String {
    let answer = api.call(action, parameters).await;
    let answer = answer.unwrap_or_else(|error| panic!("{action} {parameters:?}: {error:#}"));
    if element.is_empty() {
        return String::new();
    }
    first(&answer, element).expect("the element")
}
