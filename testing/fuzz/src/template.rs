//! Whatever a file holds, `mng validate` says something about it.

use cli::check::check;

pub fn run(file: &[u8]) {
    match check(file) {
        Ok(checked) => {
            for finding in checked.findings {
                assert!(finding.line > 0, "{finding:?}");
                assert!(!finding.message.is_empty() && !finding.code.is_empty(), "{finding:?}");
            }
        }
        Err(unreadable) => assert!(!unreadable.problem.is_empty()),
    }
}
