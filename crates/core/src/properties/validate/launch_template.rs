//! Which launch template of the user's own, and which version of it.

use super::ids;
use crate::properties::fields::Fields;
use crate::properties::rule::Rule;
use crate::properties::spec::{LaunchTemplate, LaunchTemplateIdentity, LaunchTemplateVersion};

pub fn read(fields: &mut Fields) -> Option<LaunchTemplate> {
    let version = version(fields);
    let (id, name) = (fields.text("Id"), fields.text("Name"));
    if !(fields.knows("Id") && fields.knows("Name")) {
        return None;
    }
    let identity = match (id, name) {
        (Some(id), None) => LaunchTemplateIdentity::Id(ids::launch_template(fields, id)),
        (None, Some(name)) => LaunchTemplateIdentity::Name(name),
        (given, _) => {
            let got = if given.is_some() { "both" } else { "neither" };
            let message = format!("expected either Id or Name of the launch template, got {got}");
            fields.problem("Id", Rule::EitherOr, message);
            return None;
        }
    };
    Some(LaunchTemplate { identity, version })
}

fn version(fields: &mut Fields) -> LaunchTemplateVersion {
    match fields.text("Version").as_deref() {
        None | Some("$Default") => LaunchTemplateVersion::Default,
        Some("$Latest") => LaunchTemplateVersion::Latest,
        Some(text) => match text.parse().ok().filter(|number| *number > 0) {
            Some(number) => LaunchTemplateVersion::Number(number),
            None => {
                fields.problem(
                    "Version",
                    Rule::LaunchTemplateVersion,
                    format!("expected a number, $Latest or $Default, got \"{text}\""),
                );
                LaunchTemplateVersion::Default
            }
        },
    }
}
