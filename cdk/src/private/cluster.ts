import { CfnResource, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as eks from 'aws-cdk-lib/aws-eks';
import * as iam from 'aws-cdk-lib/aws-iam';
import { aws_eks } from 'aws-cdk-lib/interfaces';
import { IConstruct, IDependable } from 'constructs';
import { Later } from './later';

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
    // A subnet that is known by its id alone throws for it, and only who asks for zones needs them.
    get availabilityZones() {
      return chosen.map((subnet) => subnet.availabilityZone);
    },
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

/** What a cluster has that the CDK writes aws-auth for: those of aws-eks that are made by the app. */
interface WithAwsAuth extends IConstruct {
  readonly authenticationMode?: eks.AuthenticationMode;
  readonly awsAuth: eks.AwsAuth;
}

/**
 * Told by what it has: its class is another one where a linked package has an aws-cdk-lib of its own. `awsAuth` isn't
 * read for that, for reading makes it, or throws where the cluster is imported, which alone has no mode.
 */
function hasAwsAuth(cluster: IConstruct): cluster is WithAwsAuth {
  const isMade = 'awsAuth' in cluster && 'authenticationMode' in cluster;
  return isMade && cluster.authenticationMode !== eks.AuthenticationMode.API;
}

/**
 * Adds the role to aws-auth where the CDK writes that. EKS adds it too, but the CDK's next writing would take it away.
 *
 * The CDK takes only roles of the cluster's own stack, or else each stack would need the other. With access entries EKS
 * makes one for the nodes, so that nothing is lost then.
 */
export function mapRole(cluster: aws_eks.IClusterRef, role: iam.IRole): void {
  if (!hasAwsAuth(cluster)) {
    return;
  }
  const [its, ours] = [Stack.of(cluster), Stack.of(role)];
  if (its !== ours && cluster.authenticationMode === eks.AuthenticationMode.API_AND_CONFIG_MAP) {
    return;
  }
  if (its !== ours) {
    const why = `cluster ${cluster.node.path} knows its nodes by aws-auth alone, which is of stack ${its.node.path}`;
    const advice =
      "make the role in the cluster's stack and give it as nodeRole, or give the cluster the authenticationMode " +
      'API_AND_CONFIG_MAP or API, with which EKS makes an access entry for the nodes';
    throw new Error(`nodeRole: ${why}, and the role ${role.node.path} is of stack ${ours.node.path}; ${advice}`);
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
