//! From `AWS::EKS::Nodegroup` to this resource, within the text of a template.
//!
//! CloudFormation refuses another `Type` under a logical id ("Update of resource type is not permitted"). So each group gets a
//! new id, and what names the old one is rewritten: CloudFormation makes the new group, and deletes the old one after it.

mod edits;
mod groups;
mod metadata;
mod places;
mod references;

use std::collections::HashSet;

use edits::Edits;
use groups::Native;

use crate::check;
use crate::document::{self, UnreadableFile};
use crate::note::{NoteKind, Notes};
use crate::template::is_template;

/// The template's new text, and all that there is to say of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConvertedTemplate {
    pub text: String,
    pub notes: Notes,
}

/// A resource and its new logical id.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Renamed {
    from: String,
    to: String,
}

/// Converts a template's text.
///
/// # Errors
/// It is no template with a group of that type, or none that can be converted where it stands.
pub fn convert(text: &str) -> Result<ConvertedTemplate, UnreadableFile> {
    let document = document::read(text)?;
    if !is_template(&document) {
        return Err(UnreadableFile::new("expected a template with Resources"));
    }
    let template = places::read(text)?;
    let natives = groups::natives(&template);
    if natives.is_empty() {
        return Err(UnreadableFile::new(
            "nothing to convert: no resource of type AWS::EKS::Nodegroup in the template",
        ));
    }
    let mut notes = Notes::default();
    let mut edits = Edits::new(text);
    let renamed = rename(&natives, &template, text, &mut edits, &mut notes);
    references::rewrite(&template, &renamed, &mut edits, &mut notes);
    let text = edits.apply();
    tell_what_is_refused(&text, &natives, &renamed, &mut notes)?;
    Ok(ConvertedTemplate { text, notes })
}

fn rename(
    natives: &[Native],
    template: &places::Placed,
    text: &str,
    edits: &mut Edits,
    notes: &mut Notes,
) -> Vec<Renamed> {
    let resources = natives
        .iter()
        .filter_map(|native| native.siblings)
        .chain(template.get("Resources"));
    let ids = resources
        .flat_map(places::Placed::entries)
        .filter_map(|(key, _)| key.text());
    let mut taken: HashSet<String> = ids.map(ToOwned::to_owned).collect();
    let mut renamed = vec![];
    for native in natives {
        let Some(places) = native.token_places() else {
            let text = "its Properties are not written where it stands; write them out, and convert anew";
            notes.add(native.line(), native.id(), NoteKind::NotMapped, text);
            continue;
        };
        let to = free(native.id(), &taken);
        taken.insert(to.clone());
        native.convert(&places, &to, text, edits);
        native.tell(&to, edits, notes);
        renamed.push(Renamed {
            from: native.id().to_owned(),
            to,
        });
    }
    renamed
}

fn free(id: &str, taken: &HashSet<String>) -> String {
    let base = format!("{id}Managed");
    let others = (2..).map(|number| format!("{base}{number}"));
    let mut names = std::iter::once(base.clone()).chain(others);
    names.find(|name| !taken.contains(name)).unwrap_or(base)
}

/// What this resource would refuse, by the checks of `mng validate`, with the lines of the file as it was.
fn tell_what_is_refused(
    text: &str,
    natives: &[Native],
    renamed: &[Renamed],
    notes: &mut Notes,
) -> Result<(), UnreadableFile> {
    let broken = |problem: UnreadableFile| {
        UnreadableFile::new(format!("it can't be edited as it is written: {}", problem.problem))
    };
    let checked = check::check(text.as_bytes()).map_err(broken)?;
    let made = document::read(text).map_err(broken)?;
    let ids: Vec<&str> = crate::template::node_groups(&made)
        .iter()
        .map(|group| group.logical_id)
        .collect();
    if let Some(lost) = renamed.iter().find(|renamed| !ids.contains(&renamed.to.as_str())) {
        return Err(UnreadableFile::new(format!(
            "{} can't be edited as it is written; write it in block style",
            lost.from
        )));
    }
    for finding in checked.findings {
        let of = |renamed: &&Renamed| finding.resource.as_deref() == Some(&renamed.to);
        let Some(renamed) = renamed.iter().find(of) else {
            continue;
        };
        let native = natives.iter().find(|native| native.id() == renamed.from);
        let line = native.map_or(1, |native| native.line_of(&finding.path));
        let path = format!("{}.{}", renamed.from, finding.path);
        notes.add(
            line,
            path,
            NoteKind::NotMapped,
            format!("{}; correct it in the result", finding.message),
        );
    }
    Ok(())
}
