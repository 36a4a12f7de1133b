//! What a command leaves behind: a text and notes, or why there is none.

use std::process::ExitCode;

/// What is printed: on stdout, and beside it on stderr.
pub struct Answer {
    pub text: String,
    pub notes: Vec<String>,
}

/// Why there is no answer.
pub enum Failure {
    /// What is wrong with what was asked, a line each. That is what was to be found out, so it goes to stdout.
    Problems(Vec<String>),
    /// Nothing could be found out.
    NoAnswer(String),
}

/// Prints it all. The exit status is 0, 1 with problems, 2 without an answer.
pub fn print(answered: Result<Answer, Failure>) -> ExitCode {
    match answered {
        Ok(Answer { text, notes }) => {
            notes.iter().for_each(|note| eprintln!("{note}"));
            print!("{text}");
            ExitCode::SUCCESS
        }
        Err(Failure::Problems(problems)) => {
            problems.iter().for_each(|problem| println!("{problem}"));
            ExitCode::from(1)
        }
        Err(Failure::NoAnswer(problem)) => {
            eprintln!("{problem}");
            ExitCode::from(2)
        }
    }
}
