//! Code blocks of README.md, so that what it shows is what the tests run.

use std::path::Path;

/// The block whose first line is `# name`, as the file of that name.
pub fn block(name: &str) -> String {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../README.md");
    let readme = std::fs::read_to_string(readme).expect("README.md");
    let begins = format!("```yaml\n# {name}\n");
    let start = readme
        .find(&begins)
        .unwrap_or_else(|| panic!("README.md has no block {name}"));
    let block = &readme[start + "```yaml\n".len()..];
    block.split("```").next().unwrap_or_default().to_owned()
}

/// The arguments for `mng` in the command that reads a file, without the redirection.
pub fn arguments(file: &str) -> Vec<String> {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../README.md");
    let readme = std::fs::read_to_string(readme).expect("README.md");
    let line = readme
        .lines()
        .find(|line| line.starts_with("cargo run") && line.contains(&format!(" {file} >")));
    let command = line.unwrap_or_else(|| panic!("README.md has no command with {file}"));
    let arguments = command.split(" -- ").nth(1).and_then(|rest| rest.split(" > ").next());
    arguments.expect("arguments").split(' ').map(str::to_owned).collect()
}
