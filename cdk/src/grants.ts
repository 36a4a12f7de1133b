import { Arn, ArnFormat, Stack, Token } from 'aws-cdk-lib';
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
    const ofGroup = this.actions(grantee, 'eks:DescribeNodegroup', 'eks:ListTagsForResource');
    return ofGroup.combine(this.updates(grantee, 'eks:DescribeUpdate', 'eks:ListUpdates'));
  }

  /**
   * Lets somebody look at the group, and change its sizes, labels and taints. What the stack says wins at its next
   * update.
   *
   * @param grantee who
   */
  public scale(grantee: iam.IGrantable): iam.Grant {
    const ofGroup = this.actions(grantee, 'eks:DescribeNodegroup', 'eks:UpdateNodegroupConfig');
    return ofGroup.combine(this.updates(grantee, 'eks:DescribeUpdate'));
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

  /** EKS authorises what is about updates on the cluster, and on the group that they are of. */
  private updates(grantee: iam.IGrantable, ...actions: string[]): iam.Grant {
    const { nodegroupArn, clusterName } = this.nodeGroup;
    const { partition, region, account } = Token.isUnresolved(nodegroupArn)
      ? Stack.of(this.nodeGroup)
      : Arn.split(nodegroupArn, ArnFormat.SLASH_RESOURCE_NAME);
    const where = { service: 'eks', resource: 'cluster', resourceName: clusterName, partition, region, account };
    const clusterArn = Stack.of(this.nodeGroup).formatArn(where);
    return iam.Grant.addToPrincipal({ grantee, actions, resourceArns: [clusterArn, nodegroupArn] });
  }
}
