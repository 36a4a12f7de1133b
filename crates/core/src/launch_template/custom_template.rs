//! The user's own launch template: what EKS prohibits in it, and what contradicts the properties.

use std::collections::BTreeSet;

use crate::properties::fields::Problem;
use crate::properties::rule::Rule;
use crate::properties::spec::{BlockPodImds, CapacityType, Release, Spec};

use crate::node::user_data::mentions_max_pods;

/// The settings of one version of a launch template that matter to a node group.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CustomTemplate {
    pub id: String,
    pub version: i64,
    pub image_id: Option<String>,
    pub instance_type: Option<String>,
    /// Decoded from base64.
    pub user_data: Option<String>,
    /// The security groups of the instance and of its network interfaces.
    pub security_groups: BTreeSet<String>,
    pub network_interfaces: usize,
    pub http_tokens: Option<String>,
    pub hop_limit: Option<i32>,
    pub settings: BTreeSet<TemplateSetting>,
}

/// A setting that EKS refuses in a node group's launch template, or allows with one capacity type only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TemplateSetting {
    Subnet,
    InstanceProfile,
    Spot,
    CapacityBlock,
    Hibernation,
    ShutdownBehavior,
}

/// The problems that refuse a template, and the warnings that do not.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TemplateVerdict {
    pub problems: Vec<Problem>,
    pub warnings: Vec<String>,
}

/// The facts about the cluster and the subnets that the judgement of a template needs.
#[derive(Debug, Clone, Copy)]
pub struct TemplateContext<'a> {
    /// `None` if the cluster's security group is not known.
    pub cluster_security_group: Option<&'a str>,
    /// The node group's subnets that give instances a public address at launch.
    pub public_subnets: &'a [String],
}

/// Judges a template by the EKS user guide, "Customize managed nodes with launch templates", and by the API reference
/// of `LaunchTemplateSpecification`. The verdict has all problems at once, before the function creates anything.
pub fn judge(spec: &Spec, template: &CustomTemplate, around: &TemplateContext) -> TemplateVerdict {
    let mut verdict = TemplateVerdict::default();
    let name = format!("version {} of launch template {}", template.version, template.id);
    let mut problem = |path: &str, rule: Rule, message: String| {
        verdict.problems.push(Problem {
            path: path.to_owned(),
            rule,
            message,
        });
    };
    for setting in &template.settings {
        prohibited(spec, *setting, &name, &mut problem);
    }
    types(spec, template, &name, &mut problem);
    image(spec, template, &name, &mut problem);
    metadata(spec, template, &name, &mut problem);
    addresses(template, around, &name, &mut problem);
    verdict.warnings = warnings(template, around, &name);
    verdict
}

fn prohibited(spec: &Spec, setting: TemplateSetting, name: &str, problem: &mut impl FnMut(&str, Rule, String)) {
    let (what, instead) = match setting {
        TemplateSetting::Subnet => ("a SubnetId in NetworkInterfaces", "the property Subnets decides"),
        TemplateSetting::InstanceProfile => ("IamInstanceProfile", "the property NodeRole decides"),
        TemplateSetting::Spot => ("InstanceMarketOptions for spot", "set CapacityType: SPOT"),
        TemplateSetting::Hibernation => ("HibernationOptions", "EKS doesn't hibernate nodes by them"),
        TemplateSetting::ShutdownBehavior => ("InstanceInitiatedShutdownBehavior", "EKS decides what a shutdown does"),
        TemplateSetting::CapacityBlock if spec.capacity_type == CapacityType::CapacityBlock => return,
        TemplateSetting::CapacityBlock => (
            "InstanceMarketOptions for a capacity block",
            "set CapacityType: CAPACITY_BLOCK",
        ),
    };
    problem(
        "LaunchTemplate",
        Rule::LaunchTemplateRefused,
        format!("{name} sets {what}, which EKS refuses; remove it from the template: {instead}"),
    );
}

fn types(spec: &Spec, template: &CustomTemplate, name: &str, problem: &mut impl FnMut(&str, Rule, String)) {
    if let Some(one) = template
        .instance_type
        .as_ref()
        .filter(|_| !spec.instance_types.is_empty())
    {
        problem(
            "InstanceTypes",
            Rule::TemplateConflict,
            format!("{name} names the instance type as well, {one}; keep it in one place"),
        );
    }
    if spec.capacity_type != CapacityType::CapacityBlock {
        return;
    }
    if !template.settings.contains(&TemplateSetting::CapacityBlock) {
        let expected =
            "expected InstanceMarketOptions of MarketType capacity-block, with the reservation as its target";
        problem(
            "LaunchTemplate",
            Rule::CapacityBlock,
            format!("{expected}, since CapacityType is CAPACITY_BLOCK; {name} has none"),
        );
    }
    if template.instance_type.is_none() {
        let expected = "expected the instance type of the capacity block in the template";
        problem(
            "LaunchTemplate",
            Rule::CapacityBlock,
            format!("{expected}; {name} has none"),
        );
    }
}

fn image(spec: &Spec, template: &CustomTemplate, name: &str, problem: &mut impl FnMut(&str, Rule, String)) {
    let Some(image) = &template.image_id else {
        if spec.has_custom_ami() {
            problem(
                "AmiType",
                Rule::CustomAmi,
                format!("CUSTOM needs an ImageId in the launch template; {name} has none"),
            );
        }
        return;
    };
    let stated = [
        ("AmiType", spec.ami_type.is_some() && !spec.has_custom_ami()),
        ("Version", spec.version.is_some()),
        ("ReleaseVersion", spec.release != Release::Unstated),
        ("WarmPoolConfig", spec.warm_pool.enabled),
    ];
    for (property, _) in stated.iter().filter(|(_, stated)| *stated) {
        problem(
            property,
            Rule::TemplateConflict,
            format!("{name} names the AMI itself, {image}, and EKS takes no {property} then; remove one of the two"),
        );
    }
}

fn metadata(spec: &Spec, template: &CustomTemplate, name: &str, problem: &mut impl FnMut(&str, Rule, String)) {
    let blocks = template.http_tokens.as_deref() == Some("required") && template.hop_limit == Some(1);
    if spec.node.block_pod_imds == BlockPodImds::No || blocks {
        return;
    }
    let (tokens, hops) = (template.http_tokens.as_deref().unwrap_or("unset"), template.hop_limit);
    let hops = hops.map_or_else(|| "unset".to_owned(), |hops| hops.to_string());
    problem(
        "BlockPodImds",
        Rule::BlockPodImds,
        format!(
            "{name} lets pods reach the instance metadata: HttpTokens is {tokens} and HttpPutResponseHopLimit {hops}; set them to \
             required and 1 there"
        ),
    );
}

/// EC2 gives no public address to an instance with several network interfaces (EKS user guide, "Customize managed nodes
/// with launch templates").
fn addresses(
    template: &CustomTemplate,
    around: &TemplateContext,
    name: &str,
    problem: &mut impl FnMut(&str, Rule, String),
) {
    if template.network_interfaces < 2 || around.public_subnets.is_empty() {
        return;
    }
    problem(
        "LaunchTemplate",
        Rule::PublicAddress,
        format!(
            "{name} has {} network interfaces, so that its instances get no public address, which those in {} rely on; use \
             private subnets, or one interface",
            template.network_interfaces,
            around.public_subnets.join(", ")
        ),
    );
}

fn warnings(template: &CustomTemplate, around: &TemplateContext, name: &str) -> Vec<String> {
    let mut warnings = Vec::new();
    match (&template.image_id, &template.user_data) {
        (Some(_), None) => warnings.push(format!(
            "{name} names an AMI and no user data: EKS adds none then, so the image has to join the cluster by itself"
        )),
        (Some(_), Some(user_data)) if !mentions_max_pods(user_data) => warnings.push(format!(
            "the user data in {name} says nothing of max pods, which EKS doesn't set with a custom AMI"
        )),
        (Some(_), Some(_)) | (None, _) => {}
    }
    let groups = &template.security_groups;
    if let Some(cluster) = around.cluster_security_group
        && !groups.is_empty()
        && !groups.contains(cluster)
    {
        warnings.push(format!(
            "{name} names security groups without the cluster's, {cluster}, which EKS adds to none then; nodes join only if the \
             others let them reach the control plane and each other"
        ));
    }
    warnings
}

#[cfg(test)]
mod tests;
