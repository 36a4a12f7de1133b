//! Finding what a problem's path names.

use super::YamlNode;

/// A key may hold dots and brackets itself, as labels do. So the longest key that the path begins with is taken.
pub fn line_of(root: &YamlNode, path: &str) -> usize {
    let (mut node, mut line, mut rest) = (root, root.line, path);
    while !rest.is_empty() {
        let Some((inner, at, after)) = item(node, rest).or_else(|| entry(node, rest)) else {
            break;
        };
        (node, line, rest) = (inner, at, after);
    }
    line
}

type LocatedValue<'n, 'p> = (&'n YamlNode, usize, &'p str);

fn entry<'n, 'p>(node: &'n YamlNode, path: &'p str) -> Option<LocatedValue<'n, 'p>> {
    let path = path.strip_prefix('.').unwrap_or(path);
    let within = node.entries().iter().filter_map(|entry| {
        let rest = path.strip_prefix(entry.key.as_str())?;
        (rest.is_empty() || rest.starts_with(['.', '['])).then_some((entry, rest))
    });
    let (entry, rest) = within.min_by_key(|(_, rest)| rest.len())?;
    Some((&entry.value, entry.line, rest))
}

fn item<'n, 'p>(node: &'n YamlNode, path: &'p str) -> Option<LocatedValue<'n, 'p>> {
    let (index, rest) = path.strip_prefix('[')?.split_once(']')?;
    let item = node.items().get(index.parse::<usize>().ok()?)?;
    Some((item, item.line, rest))
}
