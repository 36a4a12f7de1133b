//! A configuration is explored, and what came of it is told.

use std::collections::BTreeMap;

use stateright::{Checker, HasDiscoveries, Model};

use crate::configuration::Configuration;
use crate::explore::Exploration;
use crate::properties::ALWAYS;
use crate::words;

/// What came of an exploration.
pub struct ExplorationReport {
    pub states: usize,
    pub depth: usize,
    /// By property: how it came about that it isn't so, in words.
    pub violated: BTreeMap<&'static str, Vec<String>>,
}

/// Explores a configuration to its end, or to the first violation.
pub fn explore(of: Configuration, threads: usize) -> ExplorationReport {
    let checker = Exploration::new(of).checker().threads(threads);
    let checker = checker.finish_when(HasDiscoveries::AnyFailures).spawn_bfs().join();
    let violated = ALWAYS
        .iter()
        .filter_map(|(name, _)| Some((*name, checker.discovery(name)?)));
    let violated = violated.map(|(name, path)| {
        let mut lines = vec![];
        for (world, action) in path.into_vec() {
            lines.push(format!("    {}", words::state(&world)));
            match action {
                Some(action) => lines.push(words::render_action(&world, action)),
                None => lines.extend(words::requests(&world)),
            }
        }
        (name, lines)
    });
    let violated = violated.collect();
    ExplorationReport {
        states: checker.unique_state_count(),
        depth: checker.max_depth(),
        violated,
    }
}
