//! The launch template of a request: what may stand beside it, and how a group shows it.
//!
//! The service's words are those that its users have reported, in the issues named here.

use serde_json::{Map, Value, json};

use crate::error::EksError;
use crate::launch_template::SimulatedTemplate;
use crate::routes::RoutedCall;

/// The template that a create names, if EC2 knows it and nothing is said both here and there.
pub fn of_create(call: &RoutedCall) -> Result<Option<&SimulatedTemplate>, EksError> {
    one_name(&call.body)?;
    let template = call.template()?;
    let image = template.and_then(|template| template.image_id.as_ref());
    ami_type_beside(image, &call.body)?;
    if image.is_some() {
        image_alone(&call.body)?;
    }
    let types = call.body.get("instanceTypes").unwrap_or(&Value::Null);
    one_instance_type(template, types)?;
    Ok(template)
}

/// The template that an update names, if EC2 knows it and it goes with how the group was made.
pub fn of_update<'c>(call: &'c RoutedCall, shown: &Value) -> Result<Option<&'c SimulatedTemplate>, EksError> {
    if shown["launchTemplate"].is_null() {
        return Err(EksError::invalid(
            "A nodegroup created without a launch template can't be updated with one",
        ));
    }
    one_name(&call.body)?;
    let Some(template) = call.template()? else {
        return Ok(None);
    };
    if template.image_id.is_some() != (shown["amiType"] == "CUSTOM") {
        return Err(EksError::invalid(
            "A nodegroup can't change between an image id in its launch template and an EKS optimized AMI",
        ));
    }
    one_instance_type(Some(template), &shown["instanceTypes"])?;
    Ok(Some(template))
}

/// What a new group shows of its template: id and name, whichever was given. What EC2 wasn't asked for is made up.
pub fn shown(named: &Value, found: Option<&SimulatedTemplate>, group: &str) -> Value {
    if let Some(SimulatedTemplate { id, name, version, .. }) = found {
        return json!({"id": id, "name": name, "version": version});
    }
    let or = |key: &str, default: String| named[key].as_str().map_or(default, str::to_owned);
    let digest: u64 = named["name"]
        .as_str()
        .unwrap_or(group)
        .bytes()
        .fold(7, |sum, byte| sum * 31 % 0xffff_ffff + u64::from(byte));
    json!({
        "id": or("id", format!("lt-{digest:017x}")), "name": or("name", format!("template-{group}")),
        "version": or("version", "1".to_owned()),
    })
}

/// What a group shows after an update: the template that it was made with, in another version.
pub fn after(live: &Value, named: &Value, found: Option<&SimulatedTemplate>) -> Result<Value, EksError> {
    let other = |key: &str| !named[key].is_null() && named[key] != live[key];
    if other("id") || other("name") {
        return Err(EksError::invalid(
            "You cannot change the launch template of a nodegroup, only its version",
        ));
    }
    let unasked = || named.get("version").unwrap_or(&live["version"]).clone();
    let mut template = live.clone();
    template["version"] = found.map_or_else(unasked, |found| json!(found.version));
    Ok(template)
}

/// eksctl pull request 3104: with both or neither.
fn one_name(body: &Map<String, Value>) -> Result<(), EksError> {
    let Some(named) = body.get("launchTemplate") else {
        return Ok(());
    };
    if named["id"].is_null() == named["name"].is_null() {
        return Err(EksError::invalid(
            "Either provide launch template ID or launch template name in the request.",
        ));
    }
    Ok(())
}

/// pulumi-eks issue 1463; rancher's eks-operator pull request 185 sends CUSTOM beside an image id and is served.
fn ami_type_beside(image: Option<&String>, body: &Map<String, Value>) -> Result<(), EksError> {
    let custom = body.get("amiType").map(|kind| kind == "CUSTOM");
    match (image, custom) {
        (Some(_), Some(false)) => Err(EksError::invalid(
            "You cannot specify an AMI Type other than CUSTOM, when specifying an image id in your launch template.",
        )),
        (None, Some(true)) => Err(EksError::invalid("CUSTOM is set by the image id of a launch template")),
        _ => Ok(()),
    }
}

/// terraform-aws-eks-blueprints issue 615 has the words about the version; those about the release follow it.
fn image_alone(body: &Map<String, Value>) -> Result<(), EksError> {
    for (key, words) in [("version", "kubernetes version"), ("releaseVersion", "release version")] {
        if body.contains_key(key) {
            return Err(EksError::invalid(format!(
                "You cannot specify a {words} to use when specifying an image id to use within the launch template."
            )));
        }
    }
    Ok(())
}

/// terraform-aws-eks issue 1386.
fn one_instance_type(template: Option<&SimulatedTemplate>, types: &Value) -> Result<(), EksError> {
    let of_template = template.is_some_and(|template| template.instance_type.is_some());
    if of_template && types.as_array().is_some_and(|types| !types.is_empty()) {
        return Err(EksError::request(
            "Cannot specify instance types in launch template and API request",
        ));
    }
    Ok(())
}
