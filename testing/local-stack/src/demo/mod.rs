//! `make demo`: the life of a node group in both polling modes, and the examples, as CloudFormation sees them.

mod scenes;
mod screen;

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::cloudformation::{Deployment, StackOperation};
use crate::{LocalStack, PollingMode, StackOptions, tools};
use serde_json::Value;

use scenes::{DemoScene, ObservedResources, SCENES, StackChange, VERSIONS};
use screen::Screen;

const TEMPLATE: &str = include_str!("node-group.yaml");
const STACK: &str = "demo";
/// Three minutes of a node group's creation in two seconds, which is as long as anybody likes to watch.
const EKS_SCALE: f64 = 0.012;
/// Each with the parameters it has beyond the network's. The second has the first one's node group name, so they take
/// turns.
const EXAMPLES: [&str; 6] = [
    "my-mng",
    "launch-template",
    "labels-taints",
    "spot",
    "block-pod-imds",
    "bottlerocket",
];

/// How a scene ended.
struct Ending {
    name: String,
    status: String,
    took: Duration,
    /// Why that is not as it should be.
    fault: Option<String>,
}

/// Plays everything and tells whether all of it ended as it should.
pub async fn play(binary: &Path) -> Result<bool> {
    let started = Instant::now();
    println!(
        "Starting CloudFormation, Lambda and Step Functions (ministack), EC2 (moto) and EKS (simulator) on loopback"
    );
    let stack = LocalStack::start(StackOptions {
        eks_scale: EKS_SCALE,
        ..StackOptions::default()
    })
    .await?;
    let mut acts = Vec::new();
    for mode in PollingMode::ALL {
        println!("\nDeploying template.yaml with PollingMode={}", mode.name());
        stack.deploy_provider(mode, binary).await?;
        acts.push((mode.name().to_owned(), life(&stack).await?));
    }
    acts.push(("examples".to_owned(), examples(&stack).await?));
    Ok(summary(&acts, started.elapsed()))
}

/// The scenes one after the other; after one that went wrong the next would only fail for its sake.
async fn life(stack: &LocalStack) -> Result<Vec<Ending>> {
    let mut wanted = with_network(stack, Deployment::new(STACK, TEMPLATE)).parameter("Version", VERSIONS[0]);
    let mut endings = Vec::new();
    for scene in &SCENES {
        println!("\n{}: {}", scene.name, scene.says);
        let ending = play_scene(stack, scene, &mut wanted).await?;
        let failed = ending.fault.is_some();
        endings.push(ending);
        if failed {
            break;
        }
    }
    Ok(endings)
}

async fn play_scene(stack: &LocalStack, scene: &DemoScene, wanted: &mut Deployment) -> Result<Ending> {
    (scene.prepare)(&stack.eks);
    let before = stack.eks.node_groups();
    let operation = match scene.change {
        StackChange::Create => stack.begin_create(wanted).await?,
        StackChange::Delete => stack.begin_delete(&wanted.stack).await?,
        StackChange::Update(changes) => {
            let mut changed = wanted.clone();
            changes
                .iter()
                .for_each(|(name, value)| drop(changed.parameters.insert((*name).to_owned(), (*value).to_owned())));
            let operation = stack.begin_update(&changed).await?;
            if scene.status == "UPDATE_COMPLETE" {
                *wanted = changed;
            }
            operation
        }
    };
    let mut ending = watch(stack, scene.name, operation, scene.status).await?;
    let after = stack.eks.node_groups();
    let groups = ObservedResources {
        before,
        template: template(stack, &after).await?,
        after,
        belongings: stack.belongings().await?,
    };
    ending.fault = ending.fault.or_else(|| (scene.check)(&groups).err());
    Ok(ending)
}

/// What the version holds that the first of the groups runs.
async fn template(stack: &LocalStack, groups: &[Value]) -> Result<Value> {
    let Some(running) = groups.first().map(|group| &group["launchTemplate"]) else {
        return Ok(Value::Null);
    };
    let versions = stack
        .launch_template_versions(running["id"].as_str().unwrap_or_default())
        .await?;
    let number = running["version"].as_str().and_then(|text| text.parse::<i64>().ok());
    let is_running = |version: &&Value| version["VersionNumber"].as_i64() == number;
    let found = versions.iter().find(is_running);
    Ok(found.map_or(Value::Null, |version| version["LaunchTemplateData"].clone()))
}

/// Deploys each example and removes it.
async fn examples(stack: &LocalStack) -> Result<Vec<Ending>> {
    let mut endings = Vec::new();
    scenes::cluster_runs(&stack.eks, VERSIONS[0]);
    for name in EXAMPLES {
        let path = tools::project().join("examples").join(name).with_extension("yaml");
        println!("\nexamples/{name}.yaml");
        let template = std::fs::read_to_string(&path).with_context(|| format!("read {}", path.display()))?;
        let mut wanted = with_network(stack, Deployment::new(name, template));
        match name {
            "launch-template" => wanted = wanted.parameter("LaunchTemplateId", &stack.seeds.launch_template),
            "labels-taints" => wanted = wanted.parameter("KubernetesVersion", VERSIONS[0]),
            _ => (),
        }
        let creation = stack.begin_create(&wanted).await?;
        endings.push(watch(stack, &format!("{name} create"), creation, "CREATE_COMPLETE").await?);
        let deletion = stack.begin_delete(name).await?;
        let mut deleted = watch(stack, &format!("{name} delete"), deletion, "DELETE_COMPLETE").await?;
        let (groups, belongings) = (stack.eks.node_groups(), stack.belongings().await?);
        deleted.fault = deleted.fault.or_else(|| scenes::none(&groups, &belongings).err());
        endings.push(deleted);
    }
    Ok(endings)
}

async fn watch(stack: &LocalStack, name: &str, operation: StackOperation, expected: &str) -> Result<Ending> {
    let mut screen = Screen::new(&stack.eks);
    let outcome = operation.finish_showing(|sign| screen.show(&sign)).await?;
    // The emulator goes on showing the outputs of a stack that is deleted.
    let there = outcome.status != "DELETE_COMPLETE";
    for (key, value) in outcome.outputs.iter().filter(|(_, value)| there && !value.is_empty()) {
        screen.line(&format!("  {key} = {value}"));
    }
    let fault = (outcome.status != expected).then(|| format!("expected {expected}"));
    Ok(Ending {
        name: name.to_owned(),
        status: outcome.status,
        took: outcome.took,
        fault,
    })
}

fn with_network(stack: &LocalStack, wanted: Deployment) -> Deployment {
    let subnets = stack.seeds.subnets[..2].join(",");
    wanted
        .parameter("Subnets", subnets)
        .parameter("NodeRole", &stack.seeds.node_role)
        .tag("project", "demo")
}

/// One line a scene, and whether all went as they should, every one of them having been played.
fn summary(acts: &[(String, Vec<Ending>)], took: Duration) -> bool {
    for (act, endings) in acts {
        println!("\n{act}");
        for Ending {
            name,
            status,
            took,
            fault,
        } in endings
        {
            let fault = fault
                .as_ref()
                .map(|fault| format!("  WRONG: {fault}"))
                .unwrap_or_default();
            println!("{name} {status} {:.1}s{fault}", took.as_secs_f64());
        }
    }
    let played = acts.iter().map(|(_, endings)| endings.len()).sum::<usize>();
    let wrong = acts
        .iter()
        .flat_map(|(_, endings)| endings)
        .filter(|ending| ending.fault.is_some())
        .count();
    let expected = SCENES.len() * PollingMode::ALL.len() + EXAMPLES.len() * 2;
    println!(
        "\n{played} of {expected} played, {wrong} wrong, {:.1}s in all",
        took.as_secs_f64()
    );
    wrong == 0 && played == expected
}
