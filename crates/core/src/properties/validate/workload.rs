//! Reading what goes beyond the service's own API: the Auto Scaling group, and what runs on the nodes.

use std::collections::{BTreeMap, BTreeSet};

use crate::properties::device_plugin::{DEFAULT_VERSION, IMAGE};
use crate::properties::fields::{Fields, Problems};
use crate::properties::rule::Rule;
use crate::properties::spec::{
    Autoscaler, DevicePlugin, PropagateTags, ScalingGroupSettings, Spec, Stateful, WaitFor, WindowsSupport,
};
use crate::properties::table::{AUTOSCALER_OPTIONS, PropertyType};

pub fn scaling_group(fields: &mut Fields) -> ScalingGroupSettings {
    ScalingGroupSettings {
        autoscaler: autoscaler(fields),
        suspended: processes(fields),
    }
}

pub fn device_plugin(fields: &mut Fields) -> DevicePlugin {
    const KEY: &str = "NvidiaDevicePlugin";
    let image = if fields.is_object(KEY) {
        fields.object(KEY, image)
    } else {
        let asked = fields.boolean(KEY) == Some(true);
        asked.then(|| format!("{IMAGE}:{DEFAULT_VERSION}"))
    };
    image.map_or(DevicePlugin::Unasked, |image| DevicePlugin::Nvidia { image })
}

pub fn windows_support(fields: &mut Fields) -> WindowsSupport {
    match fields.boolean("WindowsSupport") {
        Some(true) => WindowsSupport::Enabled,
        _ => WindowsSupport::Unasked,
    }
}

pub fn stateful(fields: &mut Fields) -> Stateful {
    match fields.boolean("Stateful") {
        Some(true) => Stateful::Yes,
        _ => Stateful::No,
    }
}

/// `WaitFor: Submitted` ends before there is an Auto Scaling group to tag or a node to run anything on.
pub fn check(spec: &Spec, found: &mut Problems) {
    if spec.wait_for != WaitFor::Submitted {
        return;
    }
    let (group, nodes) = ("the Auto Scaling group", "a group that is there");
    for (path, is_asked, what) in [
        ("PropagateTags", spec.node.propagate_tags == PropagateTags::Yes, group),
        (
            "ClusterAutoscaler",
            spec.scaling_group.autoscaler != Autoscaler::Unasked,
            group,
        ),
        ("SuspendProcesses", !spec.scaling_group.suspended.is_empty(), group),
        ("NvidiaDevicePlugin", spec.device_plugin != DevicePlugin::Unasked, nodes),
        ("WindowsSupport", spec.windows_support == WindowsSupport::Enabled, nodes),
    ] {
        if is_asked {
            let message =
                format!("needs {what}, which isn't there yet when WaitFor: Submitted ends; set WaitFor: Active");
            found.report(path, Rule::Submitted, message);
        }
    }
}

fn image(fields: &mut Fields) -> String {
    let (version, image) = (fields.text("Version"), fields.text("Image"));
    match (version, image) {
        (Some(_), Some(_)) => {
            let message = "expected either Version, of NVIDIA's own image, or Image, the whole reference; got both";
            fields.problem("Version", Rule::EitherOr, message);
            String::new()
        }
        (version, None) => format!("{IMAGE}:{}", version.unwrap_or_else(|| DEFAULT_VERSION.to_owned())),
        (None, Some(image)) => image,
    }
}

fn autoscaler(fields: &mut Fields) -> Autoscaler {
    const KEY: &str = "ClusterAutoscaler";
    if fields.is_object(KEY) {
        return fields.object(KEY, tagged).unwrap_or_default();
    }
    match fields.boolean(KEY) {
        Some(true) => Autoscaler::Tagged {
            resources: BTreeMap::new(),
            options: BTreeMap::new(),
        },
        _ => Autoscaler::Unasked,
    }
}

fn tagged(fields: &mut Fields) -> Autoscaler {
    let (resources, options) = (fields.text_map("Resources"), fields.text_map("Options"));
    for (name, quantity) in &resources {
        if !is_quantity(quantity) {
            let message = format!("expected a quantity such as 4, 500m or 100Gi, got \"{quantity}\"");
            fields.problem(&format!("Resources.{name}"), Rule::Autoscaler, message);
        }
    }
    for (name, value) in &options {
        option(fields, name, value);
    }
    Autoscaler::Tagged { resources, options }
}

fn option(fields: &mut Fields, name: &str, value: &str) {
    let path = format!("Options.{name}");
    let known = AUTOSCALER_OPTIONS.members;
    let Some(option) = known.iter().find(|option| option.name == name) else {
        let known: Vec<&str> = known.iter().map(|option| option.name).collect();
        fields.problem(&path, Rule::Autoscaler, format!("expected one of {}", known.join(", ")));
        return;
    };
    let (fits, expected) = if matches!(option.kind, PropertyType::Fraction) {
        (is_fraction(value), "a number from 0 to 1")
    } else if matches!(option.kind, PropertyType::Duration) {
        (is_duration(value), "a duration such as 10m or 1h30m")
    } else {
        (["true", "false"].contains(&value), "true or false")
    };
    if !fits {
        fields.problem(&path, Rule::Autoscaler, format!("expected {expected}, got \"{value}\""));
    }
}

fn processes(fields: &mut Fields) -> BTreeSet<String> {
    let named: BTreeSet<String> = fields
        .texts("SuspendProcesses")
        .unwrap_or_default()
        .into_iter()
        .collect();
    let processes = fields.words("SuspendProcesses");
    for name in named.iter().filter(|name| !processes.contains(&name.as_str())) {
        let message = match name.as_str() {
            "Launch" | "Terminate" => format!("expected a process that a node group can do without; {name} is not"),
            _ => format!("expected some of {}, got \"{name}\"", processes.join(", ")),
        };
        fields.problem("SuspendProcesses", Rule::NotOneOf, message);
    }
    named
}

fn is_fraction(text: &str) -> bool {
    text.parse::<f64>().is_ok_and(|number| (0.0..=1.0).contains(&number))
}

/// As Go reads one: numbers with units, one after the other.
fn is_duration(text: &str) -> bool {
    let units = text.split_inclusive(|letter: char| letter.is_ascii_alphabetic());
    let mut parts = units.peekable();
    parts.peek().is_some()
        && parts.all(|part| {
            let number = part.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
            number.parse::<f64>().is_ok() && ["h", "m", "s"].contains(&&part[number.len()..])
        })
}

/// As Kubernetes reads one: a number with a decimal or binary suffix.
fn is_quantity(text: &str) -> bool {
    const SUFFIXES: [&str; 14] = [
        "Ki", "Mi", "Gi", "Ti", "Pi", "Ei", "m", "k", "M", "G", "T", "P", "E", "",
    ];
    SUFFIXES
        .iter()
        .filter_map(|suffix| text.strip_suffix(suffix))
        .any(|number| {
            !number.is_empty()
                && number.chars().all(|c| c.is_ascii_digit() || c == '.')
                && number.parse::<f64>().is_ok()
        })
}
