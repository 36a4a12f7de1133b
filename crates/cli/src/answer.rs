//! What a command leaves behind: a text and notes, or why there is none.

use std::process::ExitCode;

/// What is printed: on stdout, and beside it on stderr.
pub struct CommandOutput {
    pub text: String,
    pub notes: Vec<String>,
}

/// Why there is no answer, or not the whole of it.
pub enum CommandFailure {
    /// An answer that lacks something of what was asked, as its notes say.
    Incomplete(CommandOutput),
    /// What is wrong with what was asked, a line each. That is what was to be found out, so it goes to stdout.
    Problems(Vec<String>),
    /// Nothing could be found out.
    NoAnswer(String),
}

/// Prints it all. The exit status is 0, 1 with problems or an incomplete answer, 2 without an answer.
pub fn print(answered: Result<CommandOutput, CommandFailure>) -> ExitCode {
    match answered {
        Ok(answer) => {
            tell(&answer);
            ExitCode::SUCCESS
        }
        Err(CommandFailure::Incomplete(answer)) => {
            tell(&answer);
            ExitCode::from(1)
        }
        Err(CommandFailure::Problems(problems)) => {
            problems.iter().for_each(|problem| println!("{problem}"));
            ExitCode::from(1)
        }
        Err(CommandFailure::NoAnswer(problem)) => {
            eprintln!("{problem}");
            ExitCode::from(2)
        }
    }
}

fn tell(answer: &CommandOutput) {
    answer.notes.iter().for_each(|note| eprintln!("{note}"));
    print!("{}", answer.text);
}
