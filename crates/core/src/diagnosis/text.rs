//! Prepares foreign texts for a reason: masks URLs, cuts, and removes escapes.

use std::iter::Peekable;
use std::str::Chars;

/// Replaces a signed URL: a reader of a stack event must not get what the signature allows.
const MASK: &str = "(a URL)";
const ELLIPSIS: &str = "…";

/// The text without signed URLs of AWS, in any partition.
pub fn masked(text: &str) -> String {
    let mut rest = text;
    let mut result = String::with_capacity(text.len());
    while let Some(start) = rest.find("https://") {
        let (before, from) = rest.split_at(start);
        let ends_it = |letter: char| letter.is_whitespace() || "\"'<>\\".contains(letter);
        let (url, after) = from.split_at(from.find(ends_it).unwrap_or(from.len()));
        result += before;
        result += if is_signed(url) { MASK } else { url };
        rest = after;
    }
    result + rest
}

fn is_signed(url: &str) -> bool {
    let url = url.to_ascii_lowercase();
    url.contains("x-amz-") || url.contains("awsaccesskeyid=")
}

/// At most so many characters. If some are left out, the last one is an ellipsis.
pub fn clip(text: &str, characters: usize) -> String {
    match text.char_indices().nth(characters) {
        None => text.to_owned(),
        Some(_) => text.chars().take(characters.saturating_sub(1)).collect::<String>() + ELLIPSIS,
    }
}

/// At most so many bytes. If some are left out and there is room, the text ends with an ellipsis.
pub fn cut(text: &str, bytes: usize) -> String {
    if text.len() <= bytes {
        return text.to_owned();
    }
    match bytes.checked_sub(ELLIPSIS.len()) {
        Some(kept) => text[..text.floor_char_boundary(kept)].to_owned() + ELLIPSIS,
        None => String::new(),
    }
}

/// On one line, with single spaces.
pub fn on_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Without the escape sequences and control characters of a terminal, which a serial console is full of.
pub fn without_escapes(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\u{1b}' => skip_sequence(&mut letters),
            '\r' => plain.push('\n'),
            '\t' => plain.push(' '),
            '\n' => plain.push('\n'),
            control if control.is_control() => {}
            other => plain.push(other),
        }
    }
    plain
}

/// `ESC [ … letter` sets colours and places, `ESC ] … BEL` a title. The other sequences have one character.
fn skip_sequence(letters: &mut Peekable<Chars<'_>>) {
    match letters.next_if(|&letter| letter != '\n') {
        Some('[') => while letters.next_if(|letter| matches!(letter, ' '..='?')).is_some() {},
        Some(']') => while letters.next_if(|&letter| letter != '\u{7}' && letter != '\n').is_some() {},
        _ => return,
    }
    letters.next_if(|&letter| letter != '\n');
}
