//! A template with the place of everything in its text, so that it can be edited where it stands: comments, order and spelling
//! stay as they are.

use std::ops::Range;

use saphyr_parser::{Event, Parser, ScanError, Span, StrInput, Tag};

use crate::document::UnreadableFile;

/// A value in the text. An alias has nothing in it: what it repeats is edited where it is written.
#[derive(Debug, Clone)]
pub struct Placed {
    pub content: PlacedContent,
    /// Of a short function such as `!Ref`, without the mark.
    pub tag: Option<String>,
    /// In bytes.
    pub place: Range<usize>,
    pub line: usize,
    /// Of the first character, from 0.
    pub column: usize,
}

#[derive(Debug, Clone)]
pub enum PlacedContent {
    Scalar(String),
    List(Vec<Placed>),
    Map(Vec<(Placed, Placed)>),
    Alias,
}

impl Placed {
    pub fn entries(&self) -> &[(Self, Self)] {
        match &self.content {
            PlacedContent::Map(entries) => entries,
            _ => &[],
        }
    }

    pub fn items(&self) -> &[Self] {
        match &self.content {
            PlacedContent::List(items) => items,
            _ => &[],
        }
    }

    pub fn text(&self) -> Option<&str> {
        match &self.content {
            PlacedContent::Scalar(text) => Some(text),
            _ => None,
        }
    }

    pub fn get(&self, key: &str) -> Option<&Self> {
        let found = self.entries().iter().find(|(name, _)| name.text() == Some(key));
        found.map(|(_, value)| value)
    }

    /// The name of the intrinsic function and its argument, in the short form or the long one.
    pub fn call(&self) -> Option<(&str, &Self)> {
        match (&self.tag, self.entries()) {
            (Some(tag), _) => Some((tag, self)),
            (None, [(key, argument)]) => {
                let key = key.text()?;
                let name = key.strip_prefix("Fn::").or((key == "Ref").then_some(key))?;
                Some((name, argument))
            }
            _ => None,
        }
    }
}

/// Reads a text that is known to be a template: its depth and its aliases are bounded.
///
/// # Errors
/// It is JSON that no reader of YAML takes, such as with a pair of surrogates.
pub fn read(text: &str) -> Result<Placed, UnreadableFile> {
    let offsets: Vec<usize> = text
        .char_indices()
        .map(|(offset, _)| offset)
        .chain([text.len()])
        .collect();
    let mut reader = Reader {
        parser: Parser::new_from_str(text),
        offsets,
    };
    while let Some((event, span)) = reader.next()? {
        match event {
            Event::StreamStart | Event::DocumentStart(_) | Event::Nothing => {}
            Event::StreamEnd | Event::DocumentEnd => break,
            event => return reader.value(event, &span),
        }
    }
    Err(UnreadableFile::new("the file is empty"))
}

struct Reader<'t> {
    parser: Parser<'t, StrInput<'t>>,
    /// Of each character, in bytes. The parser counts characters.
    offsets: Vec<usize>,
}

impl<'t> Reader<'t> {
    fn next(&mut self) -> Result<Option<(Event<'t>, Span)>, UnreadableFile> {
        let unreadable = |error: ScanError| UnreadableFile::at(error.marker().line(), error.info().to_owned());
        self.parser.next_event().transpose().map_err(unreadable)
    }

    fn inner(&mut self) -> Result<(Event<'t>, Span), UnreadableFile> {
        self.next()?
            .ok_or_else(|| UnreadableFile::new("the file ends in the middle"))
    }

    fn value(&mut self, event: Event<'t>, span: &Span) -> Result<Placed, UnreadableFile> {
        let mut end = span.end.index();
        let (content, tag) = match event {
            Event::Scalar(text, _, _, tag) => (PlacedContent::Scalar(text.into_owned()), tag),
            Event::SequenceStart(_, tag) => {
                let mut items = vec![];
                loop {
                    match self.inner()? {
                        (Event::SequenceEnd, span) => break end = span.end.index(),
                        (event, span) => items.push(self.value(event, &span)?),
                    }
                }
                (PlacedContent::List(items), tag)
            }
            Event::MappingStart(_, tag) => {
                let mut entries = vec![];
                loop {
                    let (event, span) = match self.inner()? {
                        (Event::MappingEnd, span) => break end = span.end.index(),
                        next => next,
                    };
                    let key = self.value(event, &span)?;
                    let (event, span) = self.inner()?;
                    entries.push((key, self.value(event, &span)?));
                }
                (PlacedContent::Map(entries), tag)
            }
            _ => (PlacedContent::Alias, None),
        };
        let offset = |index: usize| {
            self.offsets
                .get(index)
                .or(self.offsets.last())
                .copied()
                .unwrap_or_default()
        };
        Ok(Placed {
            content,
            tag: tag.as_deref().and_then(function),
            place: offset(span.start.index())..offset(end),
            line: span.start.line(),
            column: span.start.col(),
        })
    }
}

fn function(tag: &Tag) -> Option<String> {
    (tag.handle == "!" && !tag.suffix.is_empty()).then(|| tag.suffix.clone())
}
