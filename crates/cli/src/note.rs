//! What a conversion has to say beside its result: a line each, with the place in the file.

use std::fmt;

/// Something that whoever converts a file should know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    pub line: usize,
    /// As in `managedNodeGroups[0].labels.team`, or a logical id.
    pub path: String,
    pub kind: NoteKind,
    pub text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoteKind {
    /// The result lacks it.
    NotMapped,
    /// The result has it, but not quite as it was.
    Differs,
    /// It is about the cluster, not about a node group.
    Clusters,
    /// Nothing is lost; there is something to know.
    Told,
}

/// Notes in the order in which they were made.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Notes(pub Vec<Note>);

impl Notes {
    pub fn add(&mut self, line: usize, path: impl Into<String>, kind: NoteKind, text: impl Into<String>) {
        let (path, text) = (path.into(), text.into());
        let note = Note { line, path, kind, text };
        if !self.0.contains(&note) {
            self.0.push(note);
        }
    }

    /// Whether all that was there is in the result, as it was.
    pub fn is_complete(&self) -> bool {
        let is_less = |note: &Note| matches!(note.kind, NoteKind::NotMapped | NoteKind::Differs);
        !self.0.iter().any(is_less)
    }

    /// As they are printed, in the order of the file.
    pub fn lines(&self, file: &str) -> Vec<String> {
        let mut notes: Vec<&Note> = self.0.iter().collect();
        notes.sort_by_key(|note| note.line);
        notes.iter().map(|note| format!("{file}:{note}")).collect()
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, path, text, .. } = self;
        match self.kind {
            NoteKind::NotMapped => write!(f, "{line}: {path}: not mapped: {text}"),
            NoteKind::Differs => write!(f, "{line}: {path}: differs: {text}"),
            NoteKind::Clusters => write!(f, "{line}: {path}: the cluster's: {text}"),
            NoteKind::Told => write!(f, "{line}: {path}: {text}"),
        }
    }
}
