use super::*;

/// As a reader of the README sees it.
#[test]
fn each_property_is_a_row_of_the_table() {
    let table = table();
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(lines.len(), PROPERTIES.len() + 2);
    assert_eq!(lines[..2], ["| property | example | when changed |", "|---|---|---|"]);
    for row in [
        "| `ClusterName` (required) | `my-cluster` | replaces |",
        "| `DiskSize` | `50` (GiB); default 20, on Windows 50; the same as `Volume.Size` | rolls in place |",
        "| `Version` | `\"1.34\"` | rolls in place to a later one, never down; removed, what runs stays |",
        "| `Taints` | `[{Key: gpu, Value: \"true\", Effect: NoSchedule}]` | in place |",
    ] {
        assert!(lines.contains(&row), "{row}");
    }
}
