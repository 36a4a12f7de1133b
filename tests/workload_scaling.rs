//! What the Auto Scaling group is given, against moto's: tags for the Cluster Autoscaler, the group's own tags, and
//! processes that don't run. What others have put there stays.

mod support;

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_autoscaling::Client;
use aws_sdk_autoscaling::types::{AutoScalingGroup, Tag, TagDescription};
use local_stack::Moto;
use serde_json::{Value, json};
use support::flows::{create, properties, reason};
use support::world::{Death, World};

const TEMPLATE: &str = "k8s.io/cluster-autoscaler/node-template";
const TAG: &str = "autoscaling:CreateOrUpdateTags";
/// What the service itself puts on it, as the simulator does.
const OF_THE_SERVICE: [(&str, &str); 4] = [
    ("eks:cluster-name", "my-cluster"),
    ("eks:nodegroup-name", "scaled"),
    ("k8s.io/cluster-autoscaler/enabled", "true"),
    ("k8s.io/cluster-autoscaler/my-cluster", "owned"),
];

struct Scaled {
    moto: Moto,
    world: World,
    client: Client,
}

impl Scaled {
    async fn start() -> Self {
        let moto = Moto::start().await.expect("moto starts");
        let world = World::start_with(false, Some(&moto)).await;
        let credentials = aws_sdk_eks::config::Credentials::new("test", "test", None, None, "test");
        let config = aws_config::defaults(aws_config::BehaviorVersion::latest())
            .endpoint_url(&moto.url)
            .region(aws_config::Region::new("us-east-1"))
            .credentials_provider(credentials);
        let client = Client::new(&config.load().await);
        Self { moto, world, client }
    }

    /// Good properties, with changes.
    fn properties(&self, changes: &Value) -> Value {
        let subnets = &self.moto.seeds().subnets[..2];
        let mut wanted = properties(&json!({"NodegroupName": "scaled", "Subnets": subnets}));
        for (key, value) in changes.as_object().unwrap() {
            wanted[key] = value.clone();
        }
        wanted
    }

    async fn create(&self, changes: &Value) -> String {
        create(&self.world, &self.properties(changes)).await
    }

    async fn update(&self, id: &str, new: &Value, old: &Value) -> Value {
        let (new, old) = (self.properties(new), self.properties(old));
        let request = self.world.request("Update", Some(id), &new, Some(&old));
        self.world.answer(&request).await
    }

    async fn updated(&self, id: &str, new: &Value, old: &Value) -> Value {
        self.world.stack_is("UPDATE_IN_PROGRESS");
        let answer = self.update(id, new, old).await;
        assert_eq!(answer["Status"], "SUCCESS", "{answer}");
        answer
    }

    async fn rolled_back(&self, id: &str, new: &Value, old: &Value) -> Value {
        self.world.stack_is("UPDATE_ROLLBACK_IN_PROGRESS");
        let answer = self.update(id, new, old).await;
        assert_eq!(answer["Status"], "SUCCESS", "{answer}");
        answer
    }

    fn name(&self, id: &str) -> String {
        let group = self.world.group(id);
        group["resources"]["autoScalingGroups"][0]["name"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    async fn group(&self, id: &str) -> AutoScalingGroup {
        let call = self.client.describe_auto_scaling_groups();
        let answer = call.auto_scaling_group_names(self.name(id)).send().await.unwrap();
        answer.auto_scaling_groups()[0].clone()
    }

    /// The tags that aren't the service's own, without our marks.
    async fn tags(&self, id: &str) -> BTreeMap<String, String> {
        let mut tags = self.all_tags(id).await;
        for (key, value) in OF_THE_SERVICE {
            assert_eq!(tags.remove(key).as_deref(), Some(value), "{key}");
        }
        tags.retain(|key, _| !key.starts_with("managed-node-group:"));
        tags
    }

    async fn all_tags(&self, id: &str) -> BTreeMap<String, String> {
        let group = self.group(id).await;
        let told = |tag: &Option<String>| tag.clone().unwrap_or_default();
        group
            .tags()
            .iter()
            .map(|tag| (tag.key.clone().unwrap_or_default(), told(&tag.value)))
            .collect()
    }

    async fn suspended(&self, id: &str) -> BTreeSet<String> {
        let group = self.group(id).await;
        let names = group.suspended_processes().iter();
        names
            .filter_map(|process| process.process_name().map(str::to_owned))
            .collect()
    }

    /// Nothing on it but the service's own.
    async fn assert_bare(&self, id: &str, what: &str) {
        let of_the_service: BTreeMap<String, String> = tags(&OF_THE_SERVICE);
        assert_eq!(self.all_tags(id).await, of_the_service, "{what}");
        assert_eq!(self.suspended(id).await, set(&[]), "{what}");
    }

    /// Instances have their tags from the launch template; handed on from here too, they would have the autoscaler's as well.
    async fn assert_none_is_handed_on(&self, id: &str) {
        let group = self.group(id).await;
        let of_the_service = |tag: &&TagDescription| OF_THE_SERVICE.iter().any(|(key, _)| tag.key() == Some(*key));
        for ours in group.tags().iter().filter(|tag| !of_the_service(tag)) {
            assert_eq!(ours.propagate_at_launch(), Some(false), "{ours:?}");
        }
    }

    /// Somebody else's tag.
    async fn put_tag(&self, id: &str, key: &str) {
        let tag = Tag::builder()
            .resource_id(self.name(id))
            .resource_type("auto-scaling-group");
        let tag = tag.key(key).value("theirs").propagate_at_launch(false).build();
        self.client.create_or_update_tags().tags(tag).send().await.unwrap();
    }

    fn calls(&self, action: &str) -> usize {
        let made = self.world.function.cloud.made.lock().unwrap();
        made.iter().filter(|made| **made == action).count()
    }
}

fn tags(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect()
}

/// Those of the autoscaler's, with keys without their common beginning.
fn of_the_autoscaler(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs
        .iter()
        .map(|(key, value)| (format!("{TEMPLATE}/{key}"), (*value).to_owned()))
        .collect()
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn labels(count: usize) -> Value {
    let labels = (0..count).map(|number| (format!("label-{number}"), json!("on")));
    Value::Object(labels.collect())
}

#[tokio::test]
async fn the_autoscalers_tags_follow_the_template() {
    let scaled = Scaled::start().await;
    let first = json!({
        "ClusterAutoscaler": true, "Labels": {"team": "vision"}, "DiskSize": 40,
        "Taints": [{"Key": "dedicated", "Value": "gpu", "Effect": "NO_SCHEDULE"}],
    });
    let id = scaled.create(&first).await;
    let always = [
        ("label/eks.amazonaws.com/capacityType", "ON_DEMAND"),
        ("label/eks.amazonaws.com/nodegroup", "scaled"),
        ("resources/ephemeral-storage", "40Gi"),
    ];
    let wanted = [("label/team", "vision"), ("taint/dedicated", "gpu:NoSchedule")];
    assert_eq!(
        scaled.tags(&id).await,
        of_the_autoscaler(&[&always[..], &wanted].concat())
    );
    scaled.assert_none_is_handed_on(&id).await;

    scaled.put_tag(&id, "cost-center").await;
    let second = json!({
        "ClusterAutoscaler": {"Resources": {"example.com/fpga": "1"}, "Options": {"scaledownunneededtime": "5m"}},
        "Labels": {"tier": "batch"}, "DiskSize": 40,
    });
    scaled.updated(&id, &second, &first).await;
    let wanted = [
        ("label/tier", "batch"),
        ("resources/example.com/fpga", "1"),
        ("autoscaling-options/scaledownunneededtime", "5m"),
    ];
    let mut expected = of_the_autoscaler(&[&always[..], &wanted].concat());
    expected.insert("cost-center".to_owned(), "theirs".to_owned());
    assert_eq!(scaled.tags(&id).await, expected);

    scaled
        .updated(&id, &json!({"Labels": {"tier": "batch"}, "DiskSize": 40}), &second)
        .await;
    assert_eq!(
        scaled.all_tags(&id).await,
        tags(&[&OF_THE_SERVICE[..], &[("cost-center", "theirs")]].concat())
    );
}

#[tokio::test]
async fn processes_are_suspended_and_only_ours_are_resumed() {
    let scaled = Scaled::start().await;
    let first = json!({"SuspendProcesses": ["AZRebalance"]});
    let id = scaled.create(&first).await;
    assert_eq!(scaled.suspended(&id).await, set(&["AZRebalance"]));
    let call = scaled
        .client
        .suspend_processes()
        .auto_scaling_group_name(scaled.name(&id));
    call.scaling_processes("ScheduledActions").send().await.unwrap();
    let second = json!({"SuspendProcesses": ["AlarmNotification", "ScheduledActions"]});
    scaled.updated(&id, &second, &first).await;
    assert_eq!(
        scaled.suspended(&id).await,
        set(&["AlarmNotification", "ScheduledActions"])
    );
    scaled.updated(&id, &json!({}), &second).await;
    assert_eq!(
        scaled.suspended(&id).await,
        set(&["ScheduledActions"]),
        "somebody else's"
    );
    assert_eq!(scaled.all_tags(&id).await, tags(&OF_THE_SERVICE));
}

/// Auto Scaling takes 25 tags in a call and 50 on a group.
#[tokio::test]
async fn many_tags_take_several_calls_and_too_many_are_told() {
    let scaled = Scaled::start().await;
    let many = json!({"ClusterAutoscaler": true, "Labels": labels(30)});
    let id = scaled.create(&many).await;
    assert_eq!(scaled.calls(TAG), 2, "33 tags and a mark");
    assert_eq!(scaled.tags(&id).await.len(), 33);
    let too_many = json!({"ClusterAutoscaler": true, "Labels": labels(50)});
    let answer = scaled.updated(&id, &too_many, &many).await;
    let warnings = answer["Data"]["Warnings"].as_str().unwrap();
    assert!(warnings.contains("has room for 50 tags, so it lacks"), "{answer}");
    assert_eq!(scaled.all_tags(&id).await.len(), 50);
    scaled.world.die(Death::Never);
    scaled.updated(&id, &json!({}), &too_many).await;
    scaled.assert_bare(&id, "removed").await;
    assert_eq!(scaled.calls("autoscaling:DeleteTags"), 2, "45 tags and the mark");
}

#[tokio::test]
async fn the_groups_tags_reach_the_auto_scaling_group() {
    let scaled = Scaled::start().await;
    let first = json!({"PropagateTags": true, "Tags": {"team": "vision", "stage": "test"}});
    let id = scaled.create(&first).await;
    assert_eq!(scaled.tags(&id).await, tags(&[("stage", "test"), ("team", "vision")]));
    scaled.assert_none_is_handed_on(&id).await;
    let second = json!({"PropagateTags": true, "Tags": {"team": "audio"}});
    scaled.updated(&id, &second, &first).await;
    assert_eq!(scaled.tags(&id).await, tags(&[("team", "audio")]));
    scaled.updated(&id, &json!({"Tags": {"team": "audio"}}), &second).await;
    assert_eq!(scaled.tags(&id).await, tags(&[]));
}

/// `WaitFor: Submitted` ends before there is an Auto Scaling group.
#[tokio::test]
async fn what_comes_too_late_is_refused_before_anything_is_made() {
    let world = World::start(false).await;
    for asked in [
        json!({"ClusterAutoscaler": true}),
        json!({"SuspendProcesses": ["AZRebalance"]}),
    ] {
        let mut wanted = properties(&asked);
        wanted["WaitFor"] = json!("Submitted");
        let answer = world.answer(&world.request("Create", None, &wanted, None)).await;
        assert!(reason(&answer).contains("set WaitFor: Active"), "{answer}");
        assert_eq!((world.changes(), world.function.cloud.ec2.all()), (vec![], vec![]));
    }
}

#[tokio::test]
async fn a_missing_permission_fails_a_create_and_no_rollback() {
    let scaled = Scaled::start().await;
    let (asked, bare) = (json!({"ClusterAutoscaler": true}), json!({}));
    let id = scaled.create(&bare).await;
    scaled.moto.deny(TAG).await.unwrap();
    let mut other = scaled.properties(&asked);
    other["NodegroupName"] = json!("other");
    scaled.world.stack_is("CREATE_IN_PROGRESS");
    let answer = scaled
        .world
        .answer(&scaled.world.request("Create", None, &other, None))
        .await;
    assert!(
        reason(&answer).contains("not authorized to perform: autoscaling:CreateOrUpdateTags"),
        "{answer}"
    );

    let answer = scaled.rolled_back(&id, &asked, &bare).await;
    assert!(answer["Data"]["Warnings"].as_str().unwrap().contains(TAG), "{answer}");
}

/// Who asks for none of it needs no permission for it.
#[tokio::test]
async fn an_update_that_asks_for_nothing_does_without_permissions() {
    let scaled = Scaled::start().await;
    let id = scaled.create(&json!({})).await;
    assert_eq!(
        scaled.calls("DescribeScalingGroup"),
        0,
        "a new group has nothing of ours"
    );
    for action in ["autoscaling:DescribeAutoScalingGroups", TAG, "autoscaling:DeleteTags"] {
        scaled.moto.deny(action).await.unwrap();
    }
    let answer = scaled.updated(&id, &json!({"Labels": {"a": "b"}}), &json!({})).await;
    assert_eq!(answer["Data"]["Warnings"], "", "{answer}");
}

/// The process dies within an update and never comes back; the rollback finds all of ours.
#[tokio::test]
async fn a_death_between_the_calls_leaves_nothing_unclaimed() {
    let scaled = Scaled::start().await;
    // The labels are there before, so that the whole update is in one invocation.
    let bare = json!({"Labels": labels(30)});
    let asked = json!({"Labels": labels(30), "ClusterAutoscaler": true, "SuspendProcesses": ["AZRebalance"]});
    let id = scaled.create(&bare).await;
    scaled.world.die(Death::Never);
    scaled.updated(&id, &asked, &bare).await;
    let made = scaled.world.function.cloud.made.lock().unwrap().clone();
    let numbered = (1..)
        .zip(&made)
        .filter(|(_, action)| action.starts_with("autoscaling:"));
    let writes: Vec<usize> = numbered.map(|(number, _)| number).collect();
    assert_eq!(writes.len(), 3, "two batches of tags, then the process: {made:?}");
    scaled.rolled_back(&id, &bare, &asked).await;
    scaled.assert_bare(&id, "no death").await;

    let (new, old) = (scaled.properties(&asked), scaled.properties(&bare));
    for death in writes
        .iter()
        .flat_map(|call| [Death::Before(*call), Death::After(*call)])
    {
        scaled.world.stack_is("UPDATE_IN_PROGRESS");
        scaled.world.die(death);
        scaled
            .world
            .lose(&scaled.world.request("Update", Some(&id), &new, Some(&old)))
            .await;
        scaled.rolled_back(&id, &bare, &asked).await;
        scaled.assert_bare(&id, &format!("{death:?}")).await;
    }
}

/// Somebody deleted it, which an update that asks for nothing of it neither waits nor fails for; EKS tells it as a health issue.
#[tokio::test]
async fn a_scaling_group_that_is_gone_holds_nothing_up() {
    let scaled = Scaled::start().await;
    let id = scaled.create(&json!({})).await;
    let groups = scaled.client.describe_auto_scaling_groups().send().await.unwrap();
    for group in groups.auto_scaling_groups() {
        let name = group.auto_scaling_group_name().unwrap();
        let call = scaled.client.delete_auto_scaling_group().auto_scaling_group_name(name);
        call.force_delete(true).send().await.unwrap();
    }
    scaled.world.stack_is("UPDATE_IN_PROGRESS");
    let updated = scaled.update(&id, &json!({"Labels": {"a": "b"}}), &json!({})).await;
    assert_eq!(updated["Status"], "SUCCESS", "{updated}");
    let asked = json!({"SuspendProcesses": ["AZRebalance"]});
    let failed = scaled.update(&id, &asked, &json!({"Labels": {"a": "b"}})).await;
    assert!(
        reason(&failed).contains("Auto Scaling has no group of this name"),
        "{failed}"
    );
}
