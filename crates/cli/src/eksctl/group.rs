//! Reading a group's fields. Their kinds were checked before, so what is of another kind counts as not there.

use super::leaves::truth;
use crate::document::{YamlContent, YamlNode};
use crate::note::{NoteKind, Notes};

/// A managed group of the file, and what is noted on it.
pub struct EksctlGroup<'c> {
    pub node: &'c YamlNode,
    /// `managedNodeGroups[0]`
    pub path: String,
    pub notes: Notes,
}

impl<'c> EksctlGroup<'c> {
    /// What a path such as `ssh.publicKey` names, if it isn't null.
    pub fn at(&self, path: &str) -> Option<&'c YamlNode> {
        let found = path.split('.').try_fold(self.node, |node, key| node.get(key))?;
        (found.content != YamlContent::Nothing).then_some(found)
    }

    /// Of an empty text, nothing.
    pub fn text(&self, path: &str) -> Option<&'c str> {
        self.at(path).and_then(YamlNode::text).filter(|text| !text.is_empty())
    }

    pub fn truth(&self, path: &str) -> Option<bool> {
        self.at(path).and_then(truth)
    }

    pub fn is(&self, path: &str) -> bool {
        self.truth(path) == Some(true)
    }

    pub fn number(&self, path: &str) -> Option<i32> {
        self.text(path).and_then(|text| text.parse().ok())
    }

    pub fn items(&self, path: &str) -> &'c [YamlNode] {
        self.at(path).map_or(&[], YamlNode::items)
    }

    pub fn texts(&self, path: &str) -> Vec<&'c str> {
        let texts = self.items(path).iter().filter_map(YamlNode::text);
        texts.filter(|text| !text.is_empty()).collect()
    }

    /// A map of texts, `""` for a key without a value.
    pub fn text_map(&self, path: &str) -> impl Iterator<Item = (&'c str, &'c str)> + use<'c> {
        let entries = self.at(path).map_or(&[][..], YamlNode::entries).iter();
        entries.map(|entry| (entry.key.as_str(), entry.value.text().unwrap_or_default()))
    }

    pub fn note(&mut self, path: &str, kind: NoteKind, text: impl Into<String>) {
        let line = self.node.line_of(path);
        let path = match path {
            "" => self.path.clone(),
            path => format!("{}.{path}", self.path),
        };
        self.notes.add(line, path, kind, text);
    }

    pub fn unmapped(&mut self, path: &str, text: impl Into<String>) {
        self.note(path, NoteKind::NotMapped, text);
    }
}
