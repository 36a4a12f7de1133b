//! Several texts in one answer.

/// The texts in one line, each with its number before it.
pub fn numbered(texts: &[String]) -> String {
    let list = texts.iter().enumerate();
    let list: Vec<String> = list.map(|(index, text)| format!("({}) {text}", index + 1)).collect();
    list.join(" ")
}
