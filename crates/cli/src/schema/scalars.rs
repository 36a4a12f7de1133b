//! Scalars as leniently as CloudFormation takes them: it makes text of each, so that `3` and `"3"` are one.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

/// Text, of which YAML may make a number or a boolean.
pub struct Text;

/// A whole number within bounds. The bounds are of the number; of a text there is only a pattern.
pub struct Whole<const MIN: i64, const MAX: i64>;

/// No bound but that of the API's 32 bits.
pub const ANY: i64 = i32::MAX as i64;

pub struct Boolean;

/// A boolean for the Cluster Autoscaler, which is handed on as it is.
pub struct Truth;

/// A number from 0 to 1.
pub struct Fraction;

/// A length of time in Go's spelling.
pub struct Duration;

/// Kubernetes' quantities by resource.
pub struct Quantities;

/// Keys and values that are both the user's. A key has at least one character; both have at most so many.
pub struct Texts<const KEY: u64, const VALUE: u64>;

/// A list of texts, each once, of which there are at least so many.
pub struct List<const MIN: u64>;

/// A Kubernetes version, of which YAML may make a number.
pub struct KubernetesVersion;

macro_rules! inline {
    ([$(const $parameter:ident: $kind:ty),*] $type:ty, $name:literal, $schema:expr) => {
        impl<$(const $parameter: $kind),*> JsonSchema for $type {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                $name.into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                $schema
            }
        }
    };
}

inline!([] Text, "Text", json_schema!({"type": ["string", "number", "boolean"]}));

inline!([const MIN: i64, const MAX: i64] Whole<MIN, MAX>, "Whole", json_schema!({
    "anyOf": [bounded(MIN, MAX), {"type": "string", "pattern": if MIN < 0 { "^-?[0-9]+$" } else { "^[0-9]+$" }}],
}));

inline!([] Boolean,
    "Boolean",
    json_schema!({
        "anyOf": [{"type": "boolean"}, {"type": "string", "enum": ["true", "false", "True", "False"]}],
    })
);

inline!([] Truth,
    "Truth",
    json_schema!({
        "anyOf": [{"type": "boolean"}, {"type": "string", "enum": ["true", "false"]}],
    })
);

inline!([] Fraction,
    "Fraction",
    json_schema!({
        "anyOf": [{"type": "number", "minimum": 0, "maximum": 1}, {"type": "string", "pattern": r"^[0-9]*\.?[0-9]+$"}],
    })
);

inline!([] Duration, "Duration", json_schema!({"type": "string", "pattern": r"^([0-9]+(\.[0-9]+)?[hms])+$"}));

inline!([] Quantities, "Quantities", json_schema!({
    "type": "object",
    "propertyNames": {"minLength": 1},
    "additionalProperties": {
        "type": ["string", "number"],
        "minimum": 0,
        "pattern": r"^[0-9]+(\.[0-9]+)?([KMGTPE]i|[mkMGTPE])?$",
    },
}));

inline!([const KEY: u64, const VALUE: u64] Texts<KEY, VALUE>, "Texts", json_schema!({
    "type": "object",
    "propertyNames": {"minLength": 1, "maxLength": KEY},
    "additionalProperties": {"type": ["string", "number", "boolean"], "maxLength": VALUE},
}));

inline!([const MIN: u64] List<MIN>, "List", json_schema!({
    "type": "array",
    "items": {"type": "string", "minLength": 1},
    "minItems": MIN,
}));

inline!([] KubernetesVersion,
    "KubernetesVersion",
    json_schema!({
        "anyOf": [{"type": "string", "pattern": r"^[0-9]+\.[0-9]+$"}, {"type": "number"}],
    })
);

/// What the resource doesn't bound has no bound in the schema.
fn bounded(min: i64, max: i64) -> Schema {
    let bounds = BTreeMap::from([("minimum", Some(min)), ("maximum", (max != ANY).then_some(max))]);
    let mut schema = json_schema!({"type": "integer"});
    for (name, bound) in bounds.into_iter().filter_map(|(name, bound)| Some((name, bound?))) {
        schema.insert(name.to_owned(), bound.into());
    }
    schema
}
