import { CfnResource } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as eks from 'aws-cdk-lib/aws-eks';
import * as iam from 'aws-cdk-lib/aws-iam';
import { aws_eks } from 'aws-cdk-lib/interfaces';
import { Dependable, IConstruct, IDependable } from 'constructs';

/** Roles that a cluster's aws-auth has already from here. */
const mapped = new WeakMap<IConstruct, Set<string>>();

/**
 * What an `ICluster` of either module knows beside its name. An imported one throws where it wasn't told.
 */
function told<T>(cluster: aws_eks.IClusterRef, what: string): T | undefined {
  try {
    return (cluster as any)[what];
  } catch {
    return undefined;
  }
}

/** The subnets that are selected, in the cluster's VPC or by themselves. */
export function selected(cluster: aws_eks.IClusterRef, subnets?: ec2.SubnetSelection): ec2.SelectedSubnets {
  const vpc = told<ec2.IVpc>(cluster, 'vpc');
  if (vpc) {
    return vpc.selectSubnets(subnets);
  }
  if (!subnets?.subnets?.length) {
    const advice = 'give subnets: { subnets: [...] }, or import the cluster with its vpc';
    throw new Error(`subnets: the VPC of cluster ${cluster.node.path} isn't known, so none can be selected; ${advice}`);
  }
  const chosen = subnets.subnets;
  return {
    subnets: chosen,
    subnetIds: chosen.map((subnet) => subnet.subnetId),
    availabilityZones: chosen.map((subnet) => subnet.availabilityZone),
    internetConnectivityEstablished: new Later(() => chosen.map((subnet) => subnet.internetConnectivityEstablished)),
    hasPublic: false,
    isPendingLookup: false,
  };
}

/** The security group that EKS makes with the cluster, if it is known. */
export function securityGroupOf(cluster: aws_eks.IClusterRef): ec2.ISecurityGroup | undefined {
  return told(cluster, 'clusterSecurityGroup');
}

/** Whether pods have IPv6 addresses. */
export function isIpv6(cluster: aws_eks.IClusterRef): boolean {
  return told(cluster, 'ipFamily') === eks.IpFamily.IP_V6;
}

/**
 * Adds the role to aws-auth where the CDK writes that. EKS adds it too, but the CDK's next writing would take it away.
 */
export function mapRole(cluster: aws_eks.IClusterRef, role: iam.IRole): void {
  if (!(cluster instanceof eks.Cluster) || cluster.authenticationMode === eks.AuthenticationMode.API) {
    return;
  }
  const roles = mapped.get(cluster) ?? new Set();
  mapped.set(cluster, roles);
  if (!roles.has(role.roleArn)) {
    roles.add(role.roleArn);
    const groups = ['system:bootstrappers', 'system:nodes'];
    cluster.awsAuth.addRoleMapping(role, { username: 'system:node:{{EC2PrivateDNSName}}', groups });
  }
}

/**
 * Who may do what in the cluster: aws-auth and access entries, whenever they come. Not the whole cluster: it may hold
 * what itself waits for nodes, such as an add-on.
 */
export function accessTo(cluster: aws_eks.IClusterRef): IDependable {
  return new Later(() => {
    const auth = cluster.node.tryFindChild('AwsAuth');
    const entries = cluster.node.findAll().filter((each) => isAccessEntry(each));
    return [...(auth ? [auth] : []), ...entries];
  });
}

function isAccessEntry(construct: IConstruct): boolean {
  return (
    CfnResource.isCfnResource(construct) && construct.cfnResourceType === eks.CfnAccessEntry.CFN_RESOURCE_TYPE_NAME
  );
}

/** What is found only when the app is synthesised. */
class Later implements IDependable {
  constructor(find: () => IDependable[]) {
    Dependable.implement(this, {
      get dependencyRoots() {
        return find().flatMap((each) => Dependable.of(each).dependencyRoots);
      },
    });
  }
}
