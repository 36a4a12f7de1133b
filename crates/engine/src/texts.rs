//! What the engine refuses and warns of by itself, without a rule or a check, for the documentation.

use mng_core::decide::plan::SIZE_LEFT;
use mng_core::decide::{LEFT_AS_IT_IS, RETAINED_GROUP, STAYS};
use mng_core::texts::Explanation;

/// Refusals of requests by CloudFormation.
pub const REFUSALS: [Explanation; 1] = [Explanation {
    code: RETAINED_GROUP,
    cause: "A node group of this stack and resource existed before the request: a DeletionPolicy or UpdateReplacePolicy of \
            Retain keeps such a group. If the function took the node group over, a later rollback would delete it.",
    remedy: "Set another NodegroupName or NodegroupNamePrefix, or give the resource another logical ID. Or delete the retained \
             node group first.",
    example: "node group my-cluster/blue of this stack and resource existed before this request, so the function changes \
              nothing: a DeletionPolicy or UpdateReplacePolicy of Retain keeps such a group. To create a new node group, set \
              another NodegroupName or NodegroupNamePrefix, or give the resource another logical ID. Or delete the retained node \
              group first, with `aws eks delete-nodegroup --cluster-name my-cluster --nodegroup-name blue` [retained-group]",
}];

pub const UNFINISHED: &str = "an earlier update left the unfinished replacement";
pub const NOT_LOOKED_FOR: &str = "the function could not look for unfinished replacements";
pub const NOT_INHERITED: &str = "stack tags could not be inherited";
pub const TAGGED_AGAIN: &str = "had lost the function's tags";
pub const NOT_TAGGED_AGAIN: &str = "the function could not tag the launch template again";
pub const NOT_MARKED: &str = "the function could not mark node group";
pub const SETTINGS_STAY: &str = "the node group keeps settings that the template no longer has";
pub const TAGS_STAY: &str = "the function could not remove tags that the node group no longer needs";
pub const DEGRADED_BY: &str = "the function could not tell what made the node group DEGRADED";

/// Warnings have no code. In place of it stand the words that each warning of the kind has.
pub const WARNINGS: [Explanation; 12] = [
    Explanation {
        code: UNFINISHED,
        cause: "An update began a replacement and neither finished nor removed it: the update failed at its deadline, or the \
                function died. No rollback removed the replacement. It may be a node group, or only what the function had made \
                for one in EC2. The function tried to remove it now and could not. The reason follows.",
        remedy: "Put right what the reason names. The next update or the deletion of the resource tries again. Until then AWS \
                 bills the nodes of the replacement. You can also delete it with `aws eks delete-nodegroup`. If a Delete fails with \
                 these words, delete the stack again.",
        example: "an earlier update left the unfinished replacement my-cluster/Nodes-0a1b2c3d4e5f, and the function could not \
                  remove it: the time given by ServiceTimeout is over; the next update or the deletion of the resource tries \
                  again",
    },
    Explanation {
        code: NOT_LOOKED_FOR,
        cause: "The function could not read one of these: the node groups of the cluster, what the resource has in EC2, or \
                CloudFormation's record of the resource. It can't read the record of a stack in another account or Region.",
        remedy: "Allow the action that the reason names, as template.yaml does. After a deletion, or if the stack is in another \
                 account or Region, look in the cluster for node groups with the tag managed-node-group:replaces.",
        example: "the function could not look for unfinished replacements of earlier updates: eks:ListNodegroups on my-cluster: \
                  AccessDeniedException: not authorized",
    },
    Explanation {
        code: NOT_INHERITED,
        cause: "The function could not describe the stack, so it does not know the stack's tags.",
        remedy: "Allow cloudformation:DescribeStacks, and deploy again. A stack of another account or Region cannot hand tags \
                 down: state them in Tags.",
        example: "stack tags could not be inherited, so the function adds and removes none of them: cloudformation:DescribeStacks \
                  on arn:aws:cloudformation:us-east-1:123456789012:stack/nodes/1: AccessDenied: not authorized",
    },
    Explanation {
        code: TAGGED_AGAIN,
        cause: "A clean-up tool or a person removed the tags from the launch template that the function made for the node group.",
        remedy: "Nothing has to be done now. Let the tool spare whatever has the tag managed-node-group:stack-id.",
        example: "launch template lt-0123456789abcdef0 of this node group had lost the function's tags, and the function tagged \
                  the launch template again",
    },
    Explanation {
        code: NOT_TAGGED_AGAIN,
        cause: "The launch template that the function made lost tags, and EC2 refused new ones. The function's role may tag a \
                launch template only if it bears no tag managed-node-group:stack-id.",
        remedy: "Set the tags managed-node-group:stack-id, managed-node-group:logical-id and managed-node-group:nodegroup \
                 yourself, or allow ec2:CreateTags as template.yaml does.",
        example: "launch template lt-0123456789abcdef0 of this node group has lost the function's tags, and the function could not \
                  tag the launch template again: ec2:CreateTags on lt-0123456789abcdef0: UnauthorizedOperation: not authorized",
    },
    Explanation {
        code: NOT_MARKED,
        cause: "The node group replaced another one, and CloudFormation has recorded the new one. The function could not write \
                this to the tag managed-node-group:replaces. Or a rollback has gone back to the replaced node group, and the function \
                could not write that.",
        remedy: "Allow eks:TagResource on the node group, as template.yaml does.",
        example: "the function could not mark node group my-cluster/Nodes-0a1b2c3d4e5f as recorded by CloudFormation: \
                  eks:TagResource on my-cluster/Nodes-0a1b2c3d4e5f: AccessDeniedException: not authorized",
    },
    Explanation {
        code: DEGRADED_BY,
        cause: "An update found its node group DEGRADED, and the function could not list the updates of the node group. It assumes \
                that this update is not the cause.",
        remedy: "Allow eks:ListUpdates and eks:DescribeUpdate, as template.yaml does, and look at the health issues of the node \
                 group.",
        example: "the function could not tell what made the node group DEGRADED: eks:ListUpdates on \
                  my-cluster/Nodes-0a1b2c3d4e5f: AccessDeniedException: not authorized",
    },
    Explanation {
        code: STAYS,
        cause: "CloudFormation sent a Delete whose ID names no node group. The function found a node group of the resource that is \
                older than the stack's operation, or it could not describe the stack.",
        remedy: "If nothing needs the node group, delete it with the command in the warning.",
        example: "node group my-cluster/blue of this stack and resource stays: the function can't tell that this deployment has \
                  created it, so a policy of Retain may have kept it; if nothing needs it, delete it with `aws eks delete-nodegroup \
                  --cluster-name my-cluster --nodegroup-name blue`",
    },
    Explanation {
        code: SIZE_LEFT,
        cause: "The function could not describe the stack, and the node group has another size than the template had before.",
        remedy: "Allow cloudformation:DescribeStacks, or set the size in EKS.",
        example: "DesiredSize: my-cluster/blue stays at 20, and 3 isn't set: the function can't describe the stack, so it can't tell \
                  whether this update is a rollback; allow cloudformation:DescribeStacks",
    },
    Explanation {
        code: SETTINGS_STAY,
        cause: "EKS refused to remove settings of NodeRepairConfig or WarmPoolConfig.",
        remedy: "State the values that you want.",
        example: "the node group keeps settings that the template no longer has, since EKS refuses to remove them; state the values \
                  that you want: eks:UpdateNodegroupConfig on my-cluster/blue: InvalidParameterException: no changes",
    },
    Explanation {
        code: TAGS_STAY,
        cause: "The function could not remove tags in a rollback, or marks of its own.",
        remedy: "Allow eks:UntagResource, as template.yaml does, or remove the tags yourself.",
        example: "the function could not remove tags that the node group no longer needs: eks:UntagResource on \
                  my-cluster/blue: AccessDeniedException: not authorized",
    },
    Explanation {
        code: LEFT_AS_IT_IS,
        cause: "A rollback could not restore the node group. The reason follows. The function reports success nevertheless, since \
                a failure would leave the stack in UPDATE_ROLLBACK_FAILED.",
        remedy: "Put right what the reason names, and deploy again.",
        example: "the node group was left as it is: EKS could not create the node group, and the next update makes it again",
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use mng_core::decide::retained;
    use mng_core::nodegroup::group::NodeGroup;

    #[test]
    fn the_example_is_what_the_refusal_says() {
        let kept = NodeGroup {
            cluster: "my-cluster".to_owned(),
            name: "blue".to_owned(),
            ..NodeGroup::default()
        };
        assert_eq!(REFUSALS[0].example, retained(&kept));
    }

    #[test]
    fn each_example_has_the_words() {
        for warning in WARNINGS {
            assert!(warning.example.contains(warning.code), "{}", warning.code);
        }
    }
}
