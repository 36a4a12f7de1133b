//! A stack of one node group whose properties are changed one at a time, and what becomes of the group.

pub mod cases;
mod outside_eks;

use local_stack::{Deployment, StackOutcome};
use mng_core::properties::table::Effect;
use serde_json::{Map, Value, json};

use super::deployed::{Deployed, ended};

/// The properties whose change rolls to another AMI and not to another version of the launch template.
const OF_THE_IMAGE: [&str; 2] = ["Version", "ReleaseVersion"];

/// One property's change. `null` is a property that isn't given, and a word such as `<subnet-1>` stands for what only a
/// local stack that runs knows.
pub struct PropertyChange {
    pub property: &'static str,
    pub effect: Effect,
    before: Value,
    after: Value,
    shows: Vec<(&'static str, ExpectedValue)>,
}

enum ExpectedValue {
    Is(Value),
    Holds(&'static str),
}

pub fn case(property: &'static str, before: Value, after: Value, effect: Effect) -> PropertyChange {
    PropertyChange {
        property,
        effect,
        before,
        after,
        shows: vec![],
    }
}

impl PropertyChange {
    /// What is there afterwards: this value at a pointer into what [`Changing::look`] sees.
    pub fn is(mut self, pointer: &'static str, value: Value) -> Self {
        self.shows.push((pointer, ExpectedValue::Is(value)));
        self
    }

    /// The same of a text of which only a part matters.
    pub fn holds(mut self, pointer: &'static str, part: &'static str) -> Self {
        self.shows.push((pointer, ExpectedValue::Holds(part)));
        self
    }
}

/// A stack under change, with what its template says at the moment.
pub struct Changing<'a> {
    deployed: &'a Deployed,
    name: &'static str,
    properties: Map<String, Value>,
    outputs: Value,
    words: Vec<(&'static str, String)>,
    /// What other stacks have in EC2.
    beside: Vec<String>,
    /// How many requests the function has answered, those of other stacks too.
    answers: usize,
}

impl<'a> Changing<'a> {
    pub async fn create(deployed: &'a Deployed, name: &'static str) -> Self {
        Self::create_with(deployed, name, json!({})).await
    }

    /// One of a group that more is said about from the start.
    pub async fn create_with(deployed: &'a Deployed, name: &'static str, more: Value) -> Self {
        let mut properties = json!({
            "ClusterName": "my-cluster", "NodeRole": "<node-role>", "Subnets": ["<subnet-1>", "<subnet-2>"],
            "ServiceTimeout": "120",
        });
        let properties = properties.as_object_mut().map(std::mem::take).unwrap_or_default();
        let more = more.as_object().cloned().unwrap_or_default();
        let mut stack = Self {
            deployed,
            name,
            properties: properties.into_iter().chain(more).collect(),
            outputs: Value::Null,
            words: words(deployed),
            beside: deployed.belongings().await,
            answers: outside_eks::answers(deployed).await + 1,
        };
        let outcome = deployed.local.create_stack(&stack.deployment()).await;
        stack.take(&outcome.expect("CreateStack"), "CREATE_COMPLETE");
        stack
    }

    /// One more word that cases may use.
    pub fn word(mut self, word: &'static str, meaning: &str) -> Self {
        self.words.push((word, meaning.to_owned()));
        self
    }

    pub fn output(&self, name: &str) -> &str {
        self.outputs[name].as_str().unwrap_or_default()
    }

    /// Makes the changes one after another, each from where the one before left the property.
    pub async fn play(&mut self, cases: &[PropertyChange]) {
        for case in cases {
            let now = self.properties.get(case.property).unwrap_or(&Value::Null);
            assert_eq!(now, &case.before, "where the case before left {}", case.property);
            let before = self.look().await;
            self.deployed.local.eks.forget_requests();
            self.deployed.local.eks.forget_kubernetes_requests();
            self.set(case.property, &case.after).await;
            let mut after = self.look().await;
            after["called"] = outside_eks::calls_since(&before["beyond"], &after["beyond"]);
            self.check(case, &before, &after).await;
        }
    }

    /// Deletes the stack, after which there is nothing left of it.
    pub async fn delete(self) {
        let outcome = self.deployed.local.delete_stack(self.name).await.expect("DeleteStack");
        ended(&outcome, "DELETE_COMPLETE");
        assert!(self.groups().is_empty(), "{:#?}", self.groups());
        assert_eq!(self.deployed.belongings().await, self.beside);
    }

    async fn set(&mut self, property: &str, value: &Value) {
        match value {
            Value::Null => self.properties.remove(property),
            value => self.properties.insert(property.to_owned(), value.clone()),
        };
        let outcome = self.deployed.local.update_stack(&self.deployment()).await;
        self.take(&outcome.expect("UpdateStack"), "UPDATE_COMPLETE");
        // A replacement's clean-up is a request of its own.
        self.answers += 1 + self.taken(&["DeleteNodegroup"]);
    }

    fn take(&mut self, outcome: &StackOutcome, status: &str) {
        ended(outcome, status);
        self.outputs = json!(outcome.outputs);
    }

    fn deployment(&self) -> Deployment {
        let mut properties = self.properties.clone();
        properties.insert(
            "ServiceToken".to_owned(),
            json!({"Fn::ImportValue": "ManagedNodeGroupServiceToken"}),
        );
        let attribute = |name: &str| json!({"Value": {"Fn::GetAtt": ["Nodes", name]}});
        let template = json!({
            "Resources": {"Nodes": {"Type": "Custom::ManagedNodeGroup", "Properties": properties}},
            "Outputs": {
                "Id": {"Value": {"Ref": "Nodes"}}, "LaunchTemplateId": attribute("LaunchTemplateId"),
                "LaunchTemplateVersion": attribute("LaunchTemplateVersion"), "MaxPods": attribute("MaxPods"),
                "ReadyNodes": attribute("ReadyNodes"), "Warnings": attribute("Warnings"),
            },
        });
        Deployment::new(self.name, self.filled(&template).to_string())
    }

    fn filled(&self, value: &Value) -> Value {
        let text = self
            .words
            .iter()
            .fold(value.to_string(), |text, (word, meaning)| text.replace(word, meaning));
        serde_json::from_str(&text).expect("words stand within texts")
    }

    /// The stack's own node groups.
    fn groups(&self) -> Vec<Value> {
        let stack = format!(":stack/{}/", self.name);
        let tagged = |group: &Value| {
            group["tags"]["managed-node-group:stack-id"]
                .as_str()
                .is_some_and(|id| id.contains(&stack))
        };
        self.deployed.groups().into_iter().filter(tagged).collect()
    }

    /// The stack's outputs, its group, the versions of the group's launch template, what the one that runs holds
    /// (`node`), the rules of the resource's own security group, what EKS was asked for last in a roll, and what is
    /// beyond EKS.
    async fn look(&self) -> Value {
        let groups = self.groups();
        assert_eq!(groups.len(), 1, "{groups:#?}");
        let mut group = groups[0].clone();
        // The first request after a replacement confirms it, whatever that request changes.
        let mark = group["tags"]
            .as_object_mut()
            .and_then(|tags| tags.remove("managed-node-group:replaces"));
        let id = format!("{}/{}", text(&group["clusterName"]), text(&group["nodegroupName"]));
        assert_eq!(self.outputs["Id"], json!(id));
        let template = &group["launchTemplate"];
        assert_eq!(self.outputs["LaunchTemplateVersion"], template["version"]);
        let versions = self
            .deployed
            .local
            .launch_template_versions(text(&template["id"]))
            .await;
        let versions = versions.expect("the versions of the launch template");
        let number = text(&template["version"]).parse().ok();
        let running = |version: &&Value| version["VersionNumber"].as_i64() == number;
        let node = versions.iter().find(running).expect("the version that runs");
        let rules = self.deployed.local.security_group_rules(&id).await.ok();
        let requests = self.deployed.local.eks.requests();
        let roll = requests
            .iter()
            .rfind(|request| request.operation == "UpdateNodegroupVersion");
        json!({
            "outputs": self.outputs, "group": group, "versions": versions, "node": node["LaunchTemplateData"],
            "rules": rules, "roll": roll.map(|request| &request.body),
            "beyond": outside_eks::look(self.deployed, self.answers).await, "mark": mark,
        })
    }

    async fn check(&self, case: &PropertyChange, before: &Value, after: &Value) {
        let told = format!("{} from {} to {}", case.property, case.before, case.after);
        let effect = self
            .effect(before, after)
            .unwrap_or_else(|seen| panic!("{told}: {seen}"));
        assert_eq!(effect, case.effect, "{told}: {before:#} {after:#}");
        if effect == Effect::Rolls {
            check_roll(case, before, after);
        }
        for (pointer, shown) in &case.shows {
            let found = after.pointer(pointer).unwrap_or(&Value::Null);
            match shown {
                ExpectedValue::Is(value) => assert_eq!(found, &self.filled(value), "{told}: {pointer}"),
                ExpectedValue::Holds(part) => {
                    assert!(text(found).contains(part), "{told}: {part} in {pointer}: {found}")
                }
            }
        }
        let expected = self.expected_belongings(&after["node"]);
        assert_eq!(self.deployed.belongings().await, expected, "{told}");
    }

    /// How many calls of these EKS has taken since its requests were forgotten.
    fn taken(&self, operations: &[&str]) -> usize {
        let requests = self.deployed.local.eks.requests();
        let taken = requests.iter().filter(|request| request.status == 200);
        taken
            .filter(|request| operations.contains(&request.operation.as_str()))
            .count()
    }

    /// What the change did, by what was asked for and by what is there.
    fn effect(&self, before: &Value, after: &Value) -> Result<Effect, String> {
        let (made, deleted, rolled) = (
            self.taken(&["CreateNodegroup"]),
            self.taken(&["DeleteNodegroup"]),
            self.taken(&["UpdateNodegroupVersion"]),
        );
        let same = |pointer| before.pointer(pointer) == after.pointer(pointer);
        let marks = usize::from(!before["mark"].is_null() && !same("/mark"));
        let touched = self.taken(&["UpdateNodegroupConfig", "TagResource", "UntagResource"]) > marks
            || !same("/group/tags")
            || before["rules"] != after["rules"]
            || after["called"] != json!([])
            || outside_eks::wrote(self.deployed);
        let same_group = same("/group/nodegroupArn") && same("/outputs/Id");
        let same_content = same("/group/launchTemplate") && same("/group/version") && same("/group/releaseVersion");
        match (same_group, made, deleted, rolled) {
            (true, 0, 0, 0) if same_content && same("/versions") && touched => Ok(Effect::InPlace),
            (true, 0, 0, 0) if same("/group") && same("/versions") => Ok(Effect::Nothing),
            (true, 0, 0, 1) if !same_content => Ok(Effect::Rolls),
            (false, 1, 1, 0) if !same("/outputs/Id") => Ok(Effect::Replaces),
            counts => Err(format!(
                "(same, made, deleted, rolled) are {counts:?}: {before:#} {after:#}"
            )),
        }
    }

    /// What the properties ask for in EC2, and nothing that they asked for once.
    fn expected_belongings(&self, node: &Value) -> Vec<String> {
        let access = self.properties.get("RemoteAccess");
        let imported = access.is_some_and(|access| access.get("PublicKey").is_some());
        let own_template = !self.properties.contains_key("LaunchTemplate");
        let id = self.output("Id");
        let mut expected = self.beside.clone();
        expected.extend(imported.then(|| format!("key-pair {}", text(&node["KeyName"]))));
        expected.extend(own_template.then(|| format!("launch-template {id}")));
        expected.extend(access.map(|_| format!("security-group {id}")));
        expected.sort();
        expected
    }
}

/// EKS is asked for the version of the template that runs then, unless it is the AMI that changes.
fn check_roll(case: &PropertyChange, before: &Value, after: &Value) {
    let (old, new) = (&before["group"]["launchTemplate"], &after["group"]["launchTemplate"]);
    let asked = &after["roll"]["launchTemplate"];
    if OF_THE_IMAGE.contains(&case.property) {
        assert_eq!((new, asked), (old, &Value::Null), "{}", case.property);
    } else {
        assert_ne!(new["version"], old["version"], "{}", case.property);
        assert_eq!(asked["version"], new["version"], "{}", case.property);
    }
}

fn words(deployed: &Deployed) -> Vec<(&'static str, String)> {
    let seeds = &deployed.local.seeds;
    vec![
        ("<node-role>", seeds.node_role.clone()),
        ("<second-node-role>", seeds.second_node_role.clone()),
        ("<subnet-1>", seeds.subnets[0].clone()),
        ("<subnet-2>", seeds.subnets[1].clone()),
        ("<cluster-security-group>", seeds.cluster_security_group.clone()),
        ("<security-group>", seeds.security_group.clone()),
        ("<key-pair>", seeds.key_pair.clone()),
        ("<launch-template>", seeds.launch_template.clone()),
    ]
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
