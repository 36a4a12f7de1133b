//! A place in a value, such as `Taints[1].Value`.

use std::fmt;

use serde_json::Value;

#[derive(Debug, Clone, PartialEq, Eq)]
enum PathStep {
    Key(String),
    Index(usize),
}

/// The steps from the root.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ValuePath(Vec<PathStep>);

impl ValuePath {
    /// The place of a path, or else the last one on the way to it that is there, and whether it is the path's own. A key may hold
    /// dots itself, as labels do, so the longest that the path begins with is taken.
    pub fn nearest(root: &Value, path: &str) -> (Self, bool) {
        let (mut place, mut node, mut rest) = (Self::default(), root, path);
        while !rest.is_empty() {
            let Some((step, inner, after)) = item(node, rest).or_else(|| member(node, rest)) else {
                return (place, false);
            };
            place.0.push(step);
            (node, rest) = (inner, after);
        }
        (place, true)
    }

    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether it is in nothing but the root.
    pub fn is_property(&self) -> bool {
        self.0.len() == 1
    }

    pub fn around(&self) -> Option<Self> {
        let (_, around) = self.0.split_last()?;
        Some(Self(around.to_vec()))
    }

    /// Where the items of a list are, or the members of a map.
    pub fn parts(&self, root: &Value) -> Vec<Self> {
        let within = |step| Self([self.0.as_slice(), &[step]].concat());
        match self.0.iter().try_fold(root, inner) {
            Some(Value::Object(map)) => map.keys().map(|key| within(PathStep::Key(key.clone()))).collect(),
            Some(Value::Array(list)) => (0..list.len()).map(|index| within(PathStep::Index(index))).collect(),
            _ => vec![],
        }
    }

    /// Where the list or map is that would be empty without what is here, or else this place.
    pub fn emptied(&self, root: &Value) -> Self {
        match self.around().filter(|around| !around.is_root()) {
            Some(around) if around.parts(root).len() == 1 => around.emptied(root),
            _ => self.clone(),
        }
    }

    pub fn without(&self, root: &Value) -> Value {
        let mut root = root.clone();
        if let Some((last, around)) = self.0.split_last() {
            let around = around.iter().try_fold(&mut root, inner_mut);
            match (around, last) {
                (Some(Value::Object(map)), PathStep::Key(key)) => _ = map.shift_remove(key),
                (Some(Value::Array(list)), PathStep::Index(index)) if *index < list.len() => _ = list.remove(*index),
                _ => {}
            }
        }
        root
    }

    /// The place where this was before others went, which are told as they were then.
    pub fn before(&self, gone: &[Self]) -> Self {
        let mut before = Self::default();
        for step in &self.0 {
            let step = match step {
                PathStep::Index(index) => PathStep::Index(before.index_before(*index, gone)),
                PathStep::Key(key) => PathStep::Key(key.clone()),
            };
            before.0.push(step);
        }
        before
    }

    fn index_before(&self, index: usize, gone: &[Self]) -> usize {
        let within = gone.iter().filter_map(|place| match place.0.split_last()? {
            (PathStep::Index(index), list) if list == self.0 => Some(*index),
            _ => None,
        });
        let mut gone: Vec<usize> = within.collect();
        gone.sort_unstable();
        gone.into_iter()
            .fold(index, |index, gone| if gone <= index { index + 1 } else { index })
    }
}

impl fmt::Display for ValuePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, step) in self.0.iter().enumerate() {
            match step {
                PathStep::Key(key) if number == 0 => write!(f, "{key}")?,
                PathStep::Key(key) => write!(f, ".{key}")?,
                PathStep::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

fn inner<'v>(node: &'v Value, step: &PathStep) -> Option<&'v Value> {
    match step {
        PathStep::Key(key) => node.get(key),
        PathStep::Index(index) => node.get(index),
    }
}

fn inner_mut<'v>(node: &'v mut Value, step: &PathStep) -> Option<&'v mut Value> {
    match step {
        PathStep::Key(key) => node.get_mut(key),
        PathStep::Index(index) => node.get_mut(index),
    }
}

type NamedValue<'v, 'p> = (PathStep, &'v Value, &'p str);

fn member<'v, 'p>(node: &'v Value, path: &'p str) -> Option<NamedValue<'v, 'p>> {
    let path = path.strip_prefix('.').unwrap_or(path);
    let within = node.as_object()?.iter().filter_map(|(key, value)| {
        let rest = path.strip_prefix(key.as_str())?;
        (rest.is_empty() || rest.starts_with(['.', '['])).then_some((key, value, rest))
    });
    let (key, value, rest) = within.min_by_key(|(.., rest)| rest.len())?;
    Some((PathStep::Key(key.clone()), value, rest))
}

fn item<'v, 'p>(node: &'v Value, path: &'p str) -> Option<NamedValue<'v, 'p>> {
    let (index, rest) = path.strip_prefix('[')?.split_once(']')?;
    let index = index.parse().ok()?;
    Some((PathStep::Index(index), node.as_array()?.get(index)?, rest))
}
