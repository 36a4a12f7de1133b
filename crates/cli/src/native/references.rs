//! Where a template names a resource: `Ref`, `Fn::GetAtt`, `Fn::Sub` and `DependsOn`.

use super::Renamed;
use super::edits::Edits;
use super::places::{Placed, PlacedContent};
use crate::note::{NoteKind, Notes};

/// Rewrites what names one of the renamed resources, anywhere in the template.
pub fn rewrite(template: &Placed, renamed: &[Renamed], edits: &mut Edits, notes: &mut Notes) {
    let mut rewriting = Rewriting { renamed, edits, notes };
    rewriting.value(template);
}

/// A value of an output that other stacks may import.
const EXPORT: &str = "Export";

struct Rewriting<'r, 't> {
    renamed: &'r [Renamed],
    edits: &'r mut Edits<'t>,
    notes: &'r mut Notes,
}

impl Rewriting<'_, '_> {
    fn value(&mut self, node: &Placed) {
        if let Some((function, argument)) = node.call() {
            match function {
                "Ref" => return self.name(argument),
                "GetAtt" => return self.attribute(argument),
                "Sub" => return self.substitution(argument),
                _ => {}
            }
        }
        match &node.content {
            PlacedContent::Scalar(_) => self.word(node),
            PlacedContent::List(items) => items.iter().for_each(|item| self.value(item)),
            PlacedContent::Map(entries) => {
                for (key, value) in entries {
                    match key.text() {
                        Some("DependsOn") => self.names(value),
                        Some(id) if value.get(EXPORT).is_some() => self.output(id, key.line, value),
                        _ => self.value(value),
                    }
                }
            }
            PlacedContent::Alias => {}
        }
    }

    /// An exported value can't change while another stack imports it (CloudFormation user guide, "Fn::ImportValue").
    fn output(&mut self, id: &str, line: usize, output: &Placed) {
        let before = self.edits.count();
        output.get("Value").into_iter().for_each(|value| self.value(value));
        if self.edits.count() > before {
            let text = "the exported value changes with the group, and CloudFormation refuses that while another stack imports it; \
                        have that stack let go of it first, or export the new value by another name";
            self.notes.add(line, id, NoteKind::Differs, text);
        }
        let others = output.entries().iter().filter(|(key, _)| key.text() != Some("Value"));
        others.for_each(|(_, other)| self.value(other));
    }

    fn names(&mut self, node: &Placed) {
        match &node.content {
            PlacedContent::List(items) => items.iter().for_each(|item| self.names(item)),
            PlacedContent::Scalar(_) => self.name(node),
            _ => self.value(node),
        }
    }

    fn name(&mut self, node: &Placed) {
        let Some(text) = node.text() else {
            return self.value_within(node);
        };
        if let Some(renamed) = self.renamed.iter().find(|renamed| renamed.from == text) {
            self.edits.replace_last(node, &renamed.from, &renamed.to);
        }
    }

    /// `Nodes.Arn`, or a list of the two.
    fn attribute(&mut self, node: &Placed) {
        match &node.content {
            PlacedContent::Scalar(text) => {
                let of = |renamed: &&Renamed| {
                    text.strip_prefix(renamed.from.as_str())
                        .is_some_and(|rest| rest.starts_with('.'))
                };
                if let Some(renamed) = self.renamed.iter().find(of) {
                    let attribute = &text[renamed.from.len()..];
                    self.edits
                        .replace_last(node, text, &format!("{}{attribute}", renamed.to));
                }
            }
            PlacedContent::List(items) => {
                if let Some((first, rest)) = items.split_first() {
                    self.name(first);
                    rest.iter().for_each(|item| self.value(item));
                }
            }
            _ => self.value_within(node),
        }
    }

    /// A text, or a list of a text and the variables that it has besides.
    fn substitution(&mut self, node: &Placed) {
        match &node.content {
            PlacedContent::List(items) => {
                let [text, variables @ ..] = items.as_slice() else {
                    return;
                };
                let own: Vec<&str> = variables
                    .iter()
                    .flat_map(Placed::entries)
                    .filter_map(|(key, _)| key.text())
                    .collect();
                self.placeholders(text, &own);
                variables.iter().for_each(|variables| self.value_within(variables));
            }
            PlacedContent::Scalar(_) => self.placeholders(node, &[]),
            _ => self.value_within(node),
        }
    }

    fn placeholders(&mut self, node: &Placed, own: &[&str]) {
        for renamed in self
            .renamed
            .iter()
            .filter(|renamed| !own.contains(&renamed.from.as_str()))
        {
            for end in ["}", "."] {
                let from = format!("${{{}{end}", renamed.from);
                self.edits.replace_all(node, &from, &format!("${{{}{end}", renamed.to));
            }
        }
    }

    /// What is in it, where it is itself an argument already.
    fn value_within(&mut self, node: &Placed) {
        match &node.content {
            PlacedContent::List(items) => items.iter().for_each(|item| self.value(item)),
            PlacedContent::Map(entries) => entries.iter().for_each(|(_, value)| self.value(value)),
            PlacedContent::Scalar(_) | PlacedContent::Alias => {}
        }
    }

    /// A mere word may be a name by chance, or one that something else reads.
    fn word(&mut self, node: &Placed) {
        let text = node.text().unwrap_or_default();
        if let Some(renamed) = self.renamed.iter().find(|renamed| renamed.from == text) {
            let told = format!(
                "left as it is, though {} is {} now; change it if it means the resource",
                text, renamed.to
            );
            self.notes.add(node.line, format!("\"{text}\""), NoteKind::Told, told);
        }
    }
}
