//! Bottlerocket: settings in TOML, which win over those that EKS merges in.

use toml::{Table, Value};

pub(super) fn render(own: Option<&str>, max_pods: Option<u32>) -> Result<Option<String>, String> {
    let mut settings = own.map_or_else(|| Ok(Table::new()), parse)?;
    refuse_what_eks_sets(&settings)?;
    match (own, max_pods) {
        (own, None) => Ok(own.map(|own| format!("{own}\n"))),
        (_, Some(max_pods)) => {
            set_max_pods(&mut settings, max_pods)?;
            toml::to_string(&settings).map(Some).map_err(|error| error.to_string())
        }
    }
}

/// What joins a node to its cluster is EKS's to know; what is known of the nodes by the API belongs there, or the group and
/// its nodes would differ.
const SET_BY_EKS: [(&str, &str); 6] = [
    ("cluster-name", "EKS sets it"),
    ("api-server", "EKS sets it"),
    ("cluster-certificate", "EKS sets it"),
    ("cluster-dns-ip", "EKS sets it"),
    ("node-labels", "use Labels"),
    ("node-taints", "use Taints"),
];

const MAX_PODS: &str = "max-pods";

/// Only the line is told, not what is in it: the library's own report would show it.
fn parse(own: &str) -> Result<Table, String> {
    own.parse().map_err(|error: toml::de::Error| {
        let before = error.span().map_or("", |span| &own[..span.start]);
        let line = before.matches('\n').count() + 1;
        format!(
            "expected Bottlerocket's settings in TOML, got in line {line}: {}",
            error.message()
        )
    })
}

fn refuse_what_eks_sets(settings: &Table) -> Result<(), String> {
    let kubernetes = settings.get("settings").and_then(|settings| settings.get("kubernetes"));
    let given = |key: &str| kubernetes.is_some_and(|kubernetes| kubernetes.get(key).is_some());
    let refused: Vec<_> = SET_BY_EKS
        .iter()
        .filter(|(key, _)| given(key))
        .map(|(key, instead)| format!("settings.kubernetes.{key} ({instead})"))
        .collect();
    if refused.is_empty() {
        return Ok(());
    }
    Err(format!(
        "expected settings other than those of EKS, got {}",
        refused.join(", ")
    ))
}

fn set_max_pods(settings: &mut Table, max_pods: u32) -> Result<(), String> {
    let kubernetes = table(table(settings, "settings")?, "kubernetes")?;
    match kubernetes.insert(MAX_PODS.to_owned(), Value::from(max_pods)) {
        None => Ok(()),
        Some(_) => Err(format!(
            "expected no settings.kubernetes.{MAX_PODS} beside MaxPods: leave one of them out"
        )),
    }
}

fn table<'a>(parent: &'a mut Table, key: &str) -> Result<&'a mut Table, String> {
    let value = parent.entry(key).or_insert_with(|| Value::Table(Table::new()));
    let kind = value.type_str();
    value
        .as_table_mut()
        .ok_or_else(|| format!("expected {key} to be a table, got {kind}"))
}
