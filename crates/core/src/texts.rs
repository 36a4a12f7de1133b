//! Texts that several parts of the crate share: how the documentation explains a message, and how lists and errors are written.
//!
//! This module names no other module of the crate, so every module may use it.

use std::error::Error;

/// What `docs/failures.md` says about one message of the function, of AWS or of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Explanation {
    /// Stable: people search for it, and tools compare it. The function's own codes stand in brackets at the end of a message. A
    /// warning without a code has here the words that all warnings of its kind share.
    pub code: &'static str,
    pub cause: &'static str,
    pub remedy: &'static str,
    /// A whole message, as the function, AWS or a node writes it.
    pub example: &'static str,
}

/// `(1) first (2) second`, for a reason that lists several problems on one line.
pub fn numbered(problems: &[String]) -> String {
    let numbers = 1..;
    let items = numbers.zip(problems).map(|(number, text)| format!("({number}) {text}"));
    items.collect::<Vec<_>>().join(" ")
}

/// The texts of an error and of its sources, from the error to the root cause: `could not connect: connection refused`. A source
/// whose text an earlier text contains is left out, since many libraries repeat their sources.
pub fn error_chain(error: &dyn Error) -> String {
    let mut texts: Vec<String> = vec![];
    let errors = std::iter::successors(Some(error), |&error| error.source());
    for text in errors.map(ToString::to_string) {
        if !texts.iter().any(|earlier| earlier.contains(&text)) {
            texts.push(text);
        }
    }
    texts.join(": ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("{text}")]
    struct Link {
        text: &'static str,
        source: Option<Box<Link>>,
    }

    fn chain(texts: &[&'static str]) -> Option<Box<Link>> {
        let (text, rest) = texts.split_first()?;
        let source = chain(rest);
        Some(Box::new(Link { text, source }))
    }

    #[test]
    fn an_error_chain_says_each_text_once() {
        for (texts, expected) in [
            (&["no answer"][..], "no answer"),
            (
                &["no answer", "connect", "connection refused"],
                "no answer: connect: connection refused",
            ),
            (
                &["no answer: connect", "connect", "refused"],
                "no answer: connect: refused",
            ),
        ] {
            let error = chain(texts).expect("at least one text");
            assert_eq!(error_chain(&*error), expected);
        }
    }

    #[test]
    fn problems_are_numbered_from_one() {
        for (problems, expected) in [
            (&[][..], ""),
            (&["a".to_owned()], "(1) a"),
            (&["a".to_owned(), "b".to_owned()], "(1) a (2) b"),
        ] {
            assert_eq!(numbered(problems), expected);
        }
    }
}
