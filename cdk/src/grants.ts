import * as iam from 'aws-cdk-lib/aws-iam';
import { IManagedNodeGroup } from './node-group';

/**
 * What others may do with a node group, through EKS's API.
 */
export class ManagedNodeGroupGrants {
  /**
   * The grants of a node group.
   *
   * @param nodeGroup which one
   */
  public static of(nodeGroup: IManagedNodeGroup): ManagedNodeGroupGrants {
    return new ManagedNodeGroupGrants(nodeGroup);
  }

  private constructor(private readonly nodeGroup: IManagedNodeGroup) {}

  /**
   * Lets somebody look at the group and at its updates.
   *
   * @param grantee who
   */
  public read(grantee: iam.IGrantable): iam.Grant {
    const actions = ['eks:DescribeNodegroup', 'eks:DescribeUpdate', 'eks:ListTagsForResource', 'eks:ListUpdates'];
    return this.actions(grantee, ...actions);
  }

  /**
   * Lets somebody look at the group, and change its sizes, labels and taints. What the stack says wins at its next
   * update.
   *
   * @param grantee who
   */
  public scale(grantee: iam.IGrantable): iam.Grant {
    return this.actions(grantee, 'eks:DescribeNodegroup', 'eks:DescribeUpdate', 'eks:UpdateNodegroupConfig');
  }

  /**
   * Lets somebody do certain things with the group.
   *
   * @param grantee who
   * @param actions which, such as `eks:UpdateNodegroupVersion`
   */
  public actions(grantee: iam.IGrantable, ...actions: string[]): iam.Grant {
    return iam.Grant.addToPrincipal({ grantee, actions, resourceArns: [this.nodeGroup.nodegroupArn] });
  }
}
