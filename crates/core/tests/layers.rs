//! The modules of this crate build on each other in one direction, and neither this crate nor the engine reaches an SDK.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use syn::visit::Visit;

type Graph = BTreeMap<String, BTreeSet<String>>;

/// A file's own place in the crate, and the top-level modules that the code in it names. Code that only tests compile may name any.
struct Named {
    place: Vec<String>,
    modules: BTreeSet<String>,
}

impl Named {
    /// `crate::x::…` names `x`; a `super` that leaves the file's own top-level module does so too.
    fn note(&mut self, segments: &[String]) {
        let target = match segments.first().map(String::as_str) {
            Some("crate") => segments.get(1),
            Some("super") => {
                let up = segments.iter().take_while(|segment| *segment == "super").count();
                if up < self.place.len() { None } else { segments.get(up) }
            }
            _ => None,
        };
        self.modules.extend(target.cloned());
    }

    fn note_tree(&mut self, tree: &syn::UseTree, path: &mut Vec<String>) {
        match tree {
            syn::UseTree::Path(part) => {
                path.push(part.ident.to_string());
                self.note_tree(&part.tree, path);
                path.pop();
            }
            syn::UseTree::Name(name) => self.note_leaf(&name.ident, path),
            syn::UseTree::Rename(name) => self.note_leaf(&name.ident, path),
            syn::UseTree::Glob(_) => self.note(path),
            syn::UseTree::Group(group) => group.items.iter().for_each(|item| self.note_tree(item, path)),
        }
    }

    fn note_leaf(&mut self, ident: &syn::Ident, path: &mut Vec<String>) {
        path.push(ident.to_string());
        self.note(path);
        path.pop();
    }
}

impl<'ast> Visit<'ast> for Named {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        if !is_for_tests(attributes(item)) {
            syn::visit::visit_item(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.note_tree(&item.tree, &mut Vec::new());
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let segments: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        self.note(&segments);
        syn::visit::visit_path(self, path);
    }
}

fn attributes(item: &syn::Item) -> &[syn::Attribute] {
    match item {
        syn::Item::Mod(item) => &item.attrs,
        syn::Item::Use(item) => &item.attrs,
        syn::Item::Fn(item) => &item.attrs,
        syn::Item::Impl(item) => &item.attrs,
        syn::Item::Const(item) => &item.attrs,
        _ => &[],
    }
}

fn is_for_tests(attributes: &[syn::Attribute]) -> bool {
    let is_test = |attribute: &syn::Attribute| {
        attribute.path().is_ident("cfg")
            && attribute
                .parse_args::<syn::Path>()
                .is_ok_and(|path| path.is_ident("test"))
    };
    attributes.iter().any(is_test)
}

/// Which top-level module names which, in the files below `src`. Files of tests are named `tests.rs` or lie in `tests/`.
fn graph() -> Graph {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut graph = Graph::new();
    let mut left = vec![src.clone()];
    while let Some(path) = left.pop() {
        if path.is_dir() {
            left.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let place = place(path.strip_prefix(&src).unwrap());
            if !place.is_empty() && !place.iter().any(|part| part == "tests") {
                let own = place[0].clone();
                let mut modules = named(&path, place);
                modules.remove(&own);
                graph.entry(own).or_default().extend(modules);
            }
        }
    }
    graph
}

/// `decide/plan.rs` is `[decide, plan]`, and `decide/mod.rs` is `[decide]`.
fn place(file: &Path) -> Vec<String> {
    let file = PathBuf::from(file).with_extension("");
    let parts = file.iter().map(|part| part.to_string_lossy().into_owned());
    parts.filter(|part| part != "mod" && part != "lib").collect()
}

fn named(path: &Path, place: Vec<String>) -> BTreeSet<String> {
    let file = syn::parse_file(&fs::read_to_string(path).unwrap()).unwrap();
    let modules = BTreeSet::new();
    let mut named = Named { place, modules };
    named.visit_file(&file);
    named.modules
}

/// The modules in an order in which each names only earlier ones, or those that name each other in a circle.
fn ordered(graph: &Graph) -> Result<Vec<&String>, Vec<&String>> {
    let mut order: Vec<&String> = Vec::new();
    while order.len() < graph.len() {
        let rests = |names: &BTreeSet<String>| names.iter().all(|name| order.contains(&name));
        let next = graph
            .iter()
            .find(|(module, names)| !order.contains(module) && rests(names));
        match next {
            Some((module, _)) => order.push(module),
            None => return Err(graph.keys().filter(|module| !order.contains(module)).collect()),
        }
    }
    Ok(order)
}

#[test]
fn no_module_is_part_of_a_circle() {
    let graph = graph();
    assert!(
        graph["decide"].contains("nodegroup") && graph["nodegroup"].contains("properties"),
        "{graph:#?}"
    );
    if let Err(circle) = ordered(&graph) {
        let edges: Graph = graph
            .iter()
            .filter(|(module, _)| circle.contains(module))
            .map(|(a, b)| (a.clone(), b.clone()))
            .collect();
        panic!("these modules name each other: {edges:#?}");
    }
}

#[test]
fn decide_is_on_top() {
    let graph = graph();
    let above: Vec<&String> = graph
        .iter()
        .filter(|(_, names)| names.contains("decide"))
        .map(|(module, _)| module)
        .collect();
    assert_eq!(above, Vec::<&String>::new());
}

/// What `Cargo.lock` says a crate of the workspace is built and tested with, at any depth.
fn dependencies(of: &str) -> BTreeSet<String> {
    let lock = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../Cargo.lock")).unwrap();
    let lock: toml::Table = lock.parse().unwrap();
    let packages = lock["package"].as_array().unwrap();
    let mut found = BTreeSet::new();
    let mut left = vec![of.to_owned()];
    while let Some(name) = left.pop() {
        let named = packages
            .iter()
            .filter(|package| package["name"].as_str() == Some(&name));
        let needed = named
            .filter_map(|package| package.get("dependencies")?.as_array())
            .flatten();
        // A dependency is `name`, or `name version` where the workspace has several.
        let needed = needed.filter_map(|text| text.as_str()?.split(' ').next());
        left.extend(
            needed
                .filter(|name| found.insert((*name).to_owned()))
                .map(str::to_owned),
        );
    }
    found
}

#[test]
fn core_and_engine_reach_no_sdk() {
    for package in ["core", "engine"] {
        let found = dependencies(package);
        assert!(found.contains("serde_json"), "{package}: {found:?}");
        for name in &found {
            let is_effect = [
                "tokio",
                "reqwest",
                "hyper",
                "kube",
                "k8s-openapi",
                "rustls",
                "lambda_runtime",
            ]
            .contains(&name.as_str());
            assert!(!is_effect && !name.starts_with("aws-"), "{package} depends on {name}");
        }
    }
}
