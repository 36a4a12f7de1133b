//! The native groups of a template, and what becomes of each.

use super::edits::Edits;
use super::metadata::{Metadata, metadata};
use super::places::{Placed, PlacedContent};
use crate::note::{NoteKind, Notes};

const NATIVE: &str = "AWS::EKS::Nodegroup";
const OURS: &str = "Custom::ManagedNodeGroup";
const TOKEN: &str = "ManagedNodeGroupServiceToken";

/// As the property takes it.
const MAX_PREFIX: usize = 50;

/// A native group, where it stands.
pub struct Native<'t> {
    key: &'t Placed,
    resource: &'t Placed,
    /// The resources of the loop in which it is.
    pub siblings: Option<&'t Placed>,
}

/// Each native group, in the order of the template, those in loops of the language extensions too.
pub fn natives(template: &Placed) -> Vec<Native<'_>> {
    let resources = template.get("Resources");
    resources.map(|resources| within(resources, None)).unwrap_or_default()
}

fn within<'t>(resources: &'t Placed, siblings: Option<&'t Placed>) -> Vec<Native<'t>> {
    let mut found = vec![];
    for (key, resource) in resources.entries() {
        let is_loop = key.text().is_some_and(|key| key.starts_with("Fn::ForEach::"));
        match resource.items() {
            [_, _, body] if is_loop => found.extend(within(body, Some(body))),
            _ if resource.get("Type").and_then(Placed::text) == Some(NATIVE) => {
                found.push(Native {
                    key,
                    resource,
                    siblings,
                });
            }
            _ => {}
        }
    }
    found
}

impl<'t> Native<'t> {
    pub fn id(&self) -> &'t str {
        self.key.text().unwrap_or_default()
    }

    pub fn line(&self) -> usize {
        self.key.line
    }

    /// The line of a property, or else of the resource.
    pub fn line_of(&self, path: &str) -> usize {
        let property = path.split(['.', '[']).next().unwrap_or_default();
        let entries = self.resource.get("Properties").map_or(&[][..], Placed::entries);
        let found = entries.iter().find(|(key, _)| key.text() == Some(property));
        found.map_or(self.line(), |(key, _)| key.line)
    }

    /// The maps that hold the properties: one, or one for each case of `Fn::If`.
    pub fn token_places(&self) -> Option<Vec<&'t Placed>> {
        let properties = self.resource.get("Properties")?;
        let maps = cases(properties);
        (!maps.is_empty() && maps.iter().all(|map| matches!(map.content, PlacedContent::Map(_)))).then_some(maps)
    }

    /// Another type, another id, and before the first property what is new.
    pub fn convert(&self, maps: &[&Placed], to: &str, text: &str, edits: &mut Edits) {
        edits.replace_last(self.key, self.id(), to);
        if let Some(kind) = self.resource.get("Type") {
            edits.replace_last(kind, NATIVE, OURS);
        }
        for map in maps {
            insert(map, text, edits);
            for (key, value) in map
                .entries()
                .iter()
                .filter(|(key, _)| key.text() == Some("NodegroupName"))
            {
                edits.replace_last(key, "NodegroupName", "NodegroupNamePrefix");
                if let Some(name) = value.text().filter(|_| value.tag.is_none()) {
                    edits.replace_last(value, name, &prefix(name));
                }
            }
        }
    }

    pub fn tell(&self, to: &str, edits: &Edits, notes: &mut Notes) {
        let id = self.id();
        let become_new = format!(
            "becomes {to}: CloudFormation makes the new group, and then deletes the old one, which EKS drains; to move pods \
             yourself, deploy {id} with DeletionPolicy: RetainExceptOnCreate first, and delete the old group when it is empty"
        );
        notes.add(self.line(), id, NoteKind::Told, become_new);
        self.tell_of_policy(to, edits, notes);
        if self.siblings.is_some() {
            let text =
                "it is in a loop; what names the ids that the loop makes is left as it is, so change that yourself";
            notes.add(self.line(), id, NoteKind::Differs, text);
        }
        let maps = self.token_places().unwrap_or_default();
        let names = maps
            .iter()
            .flat_map(|map| map.entries())
            .filter(|(key, _)| key.text() == Some("NodegroupName"));
        for (key, _) in names {
            let text = "becomes NodegroupNamePrefix: the old group has the name until it is gone; a generated name begins with it";
            notes.add(key.line, format!("{id}.NodegroupName"), NoteKind::Differs, text);
        }
        for map in maps {
            self.tell_of_metadata(metadata(map), notes);
        }
    }

    fn tell_of_policy(&self, to: &str, edits: &Edits, notes: &mut Notes) {
        let policy = self.resource.get("DeletionPolicy").map(|policy| edits.written(policy));
        let Some(policy) = policy.filter(|policy| policy.contains("Retain")) else {
            return;
        };
        let kept = if policy.contains("RetainExceptOnCreate") {
            "when the stack is deleted; take it out if it shouldn't be"
        } else {
            "even if its creation is rolled back; make it RetainExceptOnCreate, or take it out"
        };
        let text = format!(
            "the old group stays when its logical id goes; drain it, and delete it by aws eks delete-nodegroup. {to} has the \
             policy too, and is kept {kept}"
        );
        notes.add(
            self.line(),
            format!("{}.DeletionPolicy", self.id()),
            NoteKind::Differs,
            text,
        );
    }

    fn tell_of_metadata(&self, metadata: Metadata, notes: &mut Notes) {
        match metadata {
            Metadata::OfTheTemplate => {}
            Metadata::Blocked => {
                let text = "BlockPodImds: true is set, for EKS's own launch template for AL2023 keeps pods from the instance \
                            metadata; take it out if they should reach it";
                notes.add(self.line(), self.id(), NoteKind::Told, text);
            }
            Metadata::Unknown => {
                let text = "pods reach the instance metadata, by IMDSv2 tokens alone, whatever EKS's own launch template allows for \
                            this image; set BlockPodImds: true to keep pods from it, as EKS does with AL2023";
                notes.add(self.line(), self.id(), NoteKind::Differs, text);
            }
        }
    }
}

/// The value itself, or those that `Fn::If` chooses from.
fn cases(value: &Placed) -> Vec<&Placed> {
    match value.call() {
        Some(("If", argument)) => match argument.items() {
            [_, one, other] => [cases(one), cases(other)].concat(),
            _ => vec![],
        },
        Some(("Transform", argument)) if argument.tag.is_some() => vec![],
        _ => vec![value],
    }
}

/// What is new in a group's properties. In the style of what stands there: lines of their own, or more between braces.
fn insert(map: &Placed, text: &str, edits: &mut Edits) {
    let is_flow = edits.written(map).trim_start().starts_with('{');
    let is_json = text.trim_start_matches('\u{feff}').trim_start().starts_with('{');
    let is_blocked = metadata(map) == Metadata::Blocked;
    let token = if is_json {
        format!("\"ServiceToken\": {{\"Fn::ImportValue\": \"{TOKEN}\"}}")
    } else {
        format!("ServiceToken: !ImportValue {TOKEN}")
    };
    let block = if is_json {
        "\"BlockPodImds\": true"
    } else {
        "BlockPodImds: true"
    };
    let entries = std::iter::once(token).chain(is_blocked.then(|| block.to_owned()));
    let Some((first, _)) = map.entries().first() else {
        let brace = edits.written(map).find('{').unwrap_or_default();
        let entries = entries.collect::<Vec<_>>().join(", ");
        return edits.insert(map.place.start + brace + 1, entries);
    };
    let line_feed = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let begins_line = text[..first.place.start]
        .rsplit('\n')
        .next()
        .is_some_and(|before| before.trim().is_empty());
    let comma = if is_flow { "," } else { "" };
    let gap = if is_flow && !begins_line {
        " ".to_owned()
    } else if begins_line {
        let before = text[..first.place.start].rsplit('\n').next().unwrap_or_default();
        format!("{line_feed}{before}")
    } else {
        format!("{line_feed}{}", " ".repeat(first.column))
    };
    let lines = entries.map(|entry| format!("{entry}{comma}{gap}"));
    edits.insert(first.place.start, lines.collect());
}

/// A name that may begin others: letters, digits and hyphens, a letter first.
fn prefix(name: &str) -> String {
    let clean = name.replace(|c: char| !c.is_ascii_alphanumeric(), "-");
    let begins = if clean.starts_with(|c: char| c.is_ascii_alphabetic()) {
        ""
    } else {
        "ng-"
    };
    format!("{begins}{clean}").chars().take(MAX_PREFIX).collect()
}
