//! Whatever a user's own user data holds, it is merged or refused with a reason: for each operating system, with and without what
//! the resource adds.

use std::collections::BTreeMap;

use mng_core::node::ami_type::OperatingSystem;
use mng_core::node::user_data::{Bootstrap, mentions_max_pods, user_data};

/// EC2's limit in bytes.
const LIMIT: usize = 16_384;

pub fn run(file: &[u8]) {
    let own = String::from_utf8_lossy(file);
    let _ = mentions_max_pods(&own);
    let labels: BTreeMap<String, String> = [("team".to_owned(), "blue".to_owned())].into();
    for os in [
        OperatingSystem::AmazonLinux2,
        OperatingSystem::AmazonLinux2023,
        OperatingSystem::Bottlerocket,
        OperatingSystem::Windows,
    ] {
        merged(os, None, &BTreeMap::new(), &own);
        merged(os, Some(110), &BTreeMap::new(), &own);
        merged(os, Some(110), &labels, &own);
    }
}

fn merged(os: OperatingSystem, max_pods: Option<u32>, node_labels: &BTreeMap<String, String>, own: &str) {
    let bootstrap = Bootstrap {
        os,
        max_pods,
        node_labels,
        own: Some(own),
    };
    match user_data(&bootstrap) {
        Ok(Some(text)) => {
            assert!(
                !text.trim().is_empty() && text.len() <= LIMIT,
                "{os:?}: {} bytes",
                text.len()
            );
            // Other bytes would be a new version of the launch template, and new nodes.
            assert_eq!(user_data(&bootstrap), Ok(Some(text.clone())), "{os:?}");
            merged_again(os, &text);
        }
        Ok(None) => assert!(
            own.trim().is_empty() || os == OperatingSystem::Windows,
            "{os:?} drops {own:?}"
        ),
        Err(why) => assert!(!why.is_empty()),
    }
}

/// What was written can be read, and stays what it is: a document of the kind that EKS merges. But for blanks, since a header that
/// is long is folded at them, and those at a line's end are no part of quoted-printable text.
fn merged_again(os: OperatingSystem, text: &str) {
    if matches!(os, OperatingSystem::AmazonLinux2 | OperatingSystem::AmazonLinux2023) {
        let again = user_data(&Bootstrap {
            os,
            max_pods: None,
            node_labels: &BTreeMap::new(),
            own: Some(text),
        });
        let again = again.expect("it was good before").expect("it was something before");
        assert_eq!(without_blanks(&again), without_blanks(text), "{os:?}");
    }
}

/// A CR is none: it may be within a line. Where quoted-printable text is folded, by an equals sign at a line's end, follows from how many
/// blanks it has; the next line of a folded header begins with one, and there the sign is the header's own.
fn without_blanks(text: &str) -> String {
    let lines: Vec<&str> = text.split('\n').collect();
    let unfolded = lines.iter().enumerate().map(|(number, line)| {
        let next = lines.get(number + 1).map_or("", |next| next);
        match line.strip_suffix('=') {
            Some(folded) if !next.starts_with([' ', '\t']) => folded,
            _ => line,
        }
    });
    let counts = |c: &char| *c == '\r' || !c.is_whitespace();
    unfolded.flat_map(|line| line.chars().filter(counts)).collect()
}
