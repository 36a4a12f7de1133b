//! Whatever a resource's properties are, everything that is wrong with them is told, and what isn't leads to a launch template.

use mng_core::launch_template::content::Content;
use mng_core::launch_template::ec2_resources::GroupRef;
use mng_core::launch_template::recipe::{Recipe, RecipeInputs, remote_access_rules, wanted_max_pods};
use mng_core::launch_template::warnings::warnings;
use mng_core::nodegroup::name::{name, replacement_name};
use mng_core::nodegroup::ownership::Owner;
use mng_core::properties::spec::{Naming, Spec};
use mng_core::properties::validate::name::MAX_LENGTH;
use mng_core::properties::validate::{inspect, inspect_template, validate};
use mng_core::protocol::request::Request;
use mng_engine::{Case, too_many_tags};
use serde_json::{Map, Value, json};

const LOGICAL_ID: &str = "Nodes";

pub fn run(file: &[u8]) {
    let Ok(Value::Object(properties)) = serde_json::from_slice(file) else {
        return;
    };
    for problem in inspect_template(&properties, LOGICAL_ID) {
        assert!(
            !problem.message.is_empty() && !problem.rule.code().is_empty(),
            "{problem:?}"
        );
    }
    let (spec, problems) = inspect(&properties, LOGICAL_ID);
    for problem in &problems {
        assert!(
            !problem.message.is_empty() && !problem.rule.code().is_empty(),
            "{problem:?}"
        );
    }
    let _ = too_many_tags(&Case::of(request(properties.clone())));
    assert_eq!(validate(&properties, LOGICAL_ID).is_ok(), problems.is_empty());
    named(&spec);
    if problems.is_empty() {
        rendered(&spec);
    }
}

fn request(properties: Map<String, Value>) -> Request {
    let event = json!({
        "RequestType": "Create", "ResponseURL": "https://example.com/", "StackId": "s", "RequestId": "r",
        "LogicalResourceId": LOGICAL_ID, "ResourceProperties": properties,
    });
    Request::parse(&event).expect("a request whatever the properties are")
}

fn owner() -> Owner {
    Owner::of_stack("arn:aws:cloudformation:us-east-1:123456789012:stack/s/1", LOGICAL_ID)
}

fn named(spec: &Spec) {
    let first = name(spec, &owner());
    match &spec.naming {
        Naming::Explicit(name) => assert_eq!(name, &first),
        Naming::Generated { .. } => {
            assert!(first.chars().count() <= MAX_LENGTH, "{first}");
            assert_ne!(replacement_name(spec, &owner(), &first), first);
        }
    }
}

/// What passes validation can be made.
fn rendered(spec: &Spec) {
    let os = spec.operating_system();
    let place = GroupRef {
        cluster: spec.cluster.clone(),
        name: name(spec, &owner()),
        owner: owner(),
    };
    let _ = warnings(spec, &spec.ami_type.clone().unwrap_or_default(), &[]);
    if spec.launch_template.is_some() {
        return;
    }
    let ingredients = RecipeInputs {
        os,
        cluster_security_group: "sg-cluster",
        remote_access_security_group: (!remote_access_rules(spec, os).is_empty()).then_some("sg-own"),
        max_pods: wanted_max_pods(spec, os, &[]).unwrap_or_default(),
        tags: &spec.tags,
    };
    let recipe = Recipe::new(spec, &place, &ingredients);
    assert_eq!(recipe.digest().len(), 32);
    Content::new(&recipe).expect("what was found good can be rendered");
}
