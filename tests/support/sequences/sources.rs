//! What the matrix names, looked up where it is written.

use std::fs;
use std::path::Path;

use super::RuleEvidence;

/// The texts of the tests, of the model's properties and lives, and of the soak's judgements.
pub struct Sources {
    tests: String,
    properties: String,
    lives: String,
    judgements: String,
}

impl Sources {
    pub fn read() -> Self {
        Self {
            tests: ["src", "crates", "tests"].map(text_of).concat(),
            properties: text_of("testing/model/src/properties.rs"),
            lives: text_of("testing/model/src/lives.rs") + &text_of("testing/model/src/lives"),
            judgements: text_of("testing/soak/src/judge.rs"),
        }
    }

    /// Whether what is named is there. A reason stands for itself.
    pub fn have(&self, held: &RuleEvidence) -> bool {
        match held {
            RuleEvidence::Test(name) => self.has_test(name),
            RuleEvidence::Property(name) => {
                self.properties.contains(&format!("(\"{name}\", ")) || self.has_long_property(name)
            }
            RuleEvidence::Life(name) => self.lives.contains(&format!("\"{name}\"")),
            RuleEvidence::Soak(words) => self.judgements.contains(words),
            RuleEvidence::Reason(_) | RuleEvidence::Open(_) => true,
        }
    }

    /// A function that an attribute makes a test.
    fn has_test(&self, name: &str) -> bool {
        let function = format!("fn {name}(");
        let mut heads = self.tests.match_indices(&function).map(|(at, _)| &self.tests[..at]);
        heads.any(|head| {
            let before: Vec<&str> = head.lines().rev().take(4).collect();
            let attribute = |line: &&str| line.contains("#[test]") || line.contains("#[tokio::test");
            before.iter().any(attribute)
        })
    }

    /// One that rustfmt has broken over lines.
    fn has_long_property(&self, name: &str) -> bool {
        self.properties.contains(&format!("\n    (\"{name}\", |"))
    }
}

/// All Rust below a folder of the repository, or one file.
fn text_of(path: &str) -> String {
    let mut left = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(path)];
    let mut text = String::new();
    while let Some(path) = left.pop() {
        if path.is_dir() {
            let entries = fs::read_dir(&path).expect("the repository's own folder");
            left.extend(entries.map(|entry| entry.expect("an entry").path()));
        } else if is_rust(&path) {
            text += &fs::read_to_string(&path).expect("the repository's own file");
        }
    }
    text
}

fn is_rust(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "rs")
}
