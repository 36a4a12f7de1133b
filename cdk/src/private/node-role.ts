import { Aws } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';

/** What EKS demands of a node role, and what its network plugin needs unless it has a role of its own. */
const POLICIES = ['AmazonEKSWorkerNodePolicy', 'AmazonEC2ContainerRegistryPullOnly', 'AmazonEKS_CNI_Policy'];

/** A role for nodes. `AmazonEKS_CNI_Policy` is for IPv4 alone. */
export function nodeRole(scope: Construct, ipv6: boolean): iam.Role {
  const addresses = new iam.PolicyStatement({
    actions: ['ec2:AssignIpv6Addresses', 'ec2:UnassignIpv6Addresses'],
    resources: [`arn:${Aws.PARTITION}:ec2:*:*:network-interface/*`],
  });
  return new iam.Role(scope, 'NodeRole', {
    description: 'The nodes of an Amazon EKS managed node group',
    assumedBy: new iam.ServicePrincipal('ec2.amazonaws.com'),
    managedPolicies: POLICIES.map((name) => iam.ManagedPolicy.fromAwsManagedPolicyName(name)),
    inlinePolicies: ipv6 ? { ipv6: new iam.PolicyDocument({ statements: [addresses] }) } : undefined,
  });
}
