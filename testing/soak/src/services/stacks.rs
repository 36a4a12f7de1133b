//! What CloudFormation shows of the stack, of its events and of the resource.

use crate::time::timestamp;
use crate::world::{World, held};

/// What an action shows, or why there is nothing to show.
pub fn described(world: &World, action: &str) -> Result<String, String> {
    match action {
        "DescribeStackEvents" => Ok(describe_stack_events(world)),
        "DescribeStackResource" => describe_stack_resource(world),
        _ => Ok(describe_stacks(world)),
    }
}

/// A resource that CloudFormation has read no answer for has no physical id yet.
fn describe_stack_resource(world: &World) -> Result<String, String> {
    if !*held(&world.is_in_the_stack) {
        return Err("Resource Nodes does not exist for stack nodes".to_owned());
    }
    let status = match held(&world.stack).status.starts_with("DELETE_") {
        true => "DELETE_IN_PROGRESS",
        false => "UPDATE_IN_PROGRESS",
    };
    let id = held(&world.recorded).clone();
    let id = id.map(|id| format!("<PhysicalResourceId>{id}</PhysicalResourceId>"));
    Ok(format!(
        "<DescribeStackResourceResponse xmlns=\"http://cloudformation.amazonaws.com/doc/2010-05-15/\"><DescribeStackResourceResult>\
         <StackResourceDetail><StackName>nodes</StackName><LogicalResourceId>Nodes</LogicalResourceId>{}\
         <ResourceType>Custom::ManagedNodeGroup</ResourceType><ResourceStatus>{status}</ResourceStatus></StackResourceDetail>\
         </DescribeStackResourceResult></DescribeStackResourceResponse>",
        id.unwrap_or_default()
    ))
}

fn describe_stacks(world: &World) -> String {
    let stack = held(&world.stack).clone();
    let tags: String = stack
        .tags
        .iter()
        .map(|(key, value)| format!("<member><Key>{key}</Key><Value>{value}</Value></member>"))
        .collect();
    let updated = stack
        .updated
        .map(|at| format!("<LastUpdatedTime>{}</LastUpdatedTime>", timestamp(at)));
    format!(
        "<DescribeStacksResponse xmlns=\"http://cloudformation.amazonaws.com/doc/2010-05-15/\"><DescribeStacksResult><Stacks>\
         <member><StackName>nodes</StackName><CreationTime>{}</CreationTime>{}<StackStatus>{}</StackStatus>\
         <Tags>{tags}</Tags></member></Stacks></DescribeStacksResult></DescribeStacksResponse>",
        timestamp(stack.created.unwrap_or_default()),
        updated.unwrap_or_default(),
        stack.status
    )
}

/// Those of the stack itself, the newest first.
fn describe_stack_events(world: &World) -> String {
    let event = |status: &str, at: u64| {
        let at = timestamp(at);
        format!(
            "<member><EventId>1</EventId><StackId>s</StackId><StackName>nodes</StackName><PhysicalResourceId>s</PhysicalResourceId>\
             <ResourceStatus>{status}</ResourceStatus><Timestamp>{at}</Timestamp></member>"
        )
    };
    let rolled_back = *held(&world.rollback_began);
    let rolled_back = rolled_back.map(|at| event("UPDATE_ROLLBACK_IN_PROGRESS", at));
    let updated = held(&world.stack).updated.map(|at| event("UPDATE_IN_PROGRESS", at));
    let events: String = rolled_back.into_iter().chain(updated).collect();
    format!(
        "<DescribeStackEventsResponse xmlns=\"http://cloudformation.amazonaws.com/doc/2010-05-15/\"><DescribeStackEventsResult>\
         <StackEvents>{events}</StackEvents></DescribeStackEventsResult></DescribeStackEventsResponse>"
    )
}
