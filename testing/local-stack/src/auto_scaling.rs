//! What is on the Auto Scaling group behind a node group, in a shape that a test can compare.

use anyhow::{Context, Result};
use roxmltree::{Document, Node};

use crate::query_api::QueryApi;

/// One line for each tag, as `tag KEY=VALUE`, and for each process that is suspended, as `suspended AZRebalance`; sorted.
pub(crate) async fn lines(auto_scaling: &QueryApi, group: &str) -> Result<Vec<String>> {
    let named = [("AutoScalingGroupNames.member.1", group)];
    let xml = auto_scaling.call("DescribeAutoScalingGroups", &named).await?;
    let document = Document::parse(&xml).context("read an answer's XML")?;
    let members = |list: &str| -> Vec<Node> {
        let found = document.descendants().find(|node| node.tag_name().name() == list);
        found
            .map(|list| list.children().filter(Node::is_element).collect())
            .unwrap_or_default()
    };
    let tag = |tag: &Node| format!("tag {}={}", text(*tag, "Key"), text(*tag, "Value"));
    let suspended = |process: &Node| format!("suspended {}", text(*process, "ProcessName"));
    let mut lines: Vec<String> = members("Tags").iter().map(tag).collect();
    lines.extend(members("SuspendedProcesses").iter().map(suspended));
    lines.sort();
    Ok(lines)
}

fn text<'a>(node: Node<'a, '_>, name: &str) -> &'a str {
    let child = node.children().find(|child| child.tag_name().name() == name);
    child.and_then(|child| child.text()).unwrap_or_default()
}
