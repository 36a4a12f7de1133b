import {
  ArnFormat,
  CfnResource,
  IResource,
  ITaggableV2,
  Lazy,
  Resource,
  Stack,
  TagManager,
  TagType,
  Token,
} from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import { aws_eks } from 'aws-cdk-lib/interfaces';
import { Construct } from 'constructs';
import { ManagedNodeGroupGrants } from './grants';
import * as clusters from './private/cluster';
import { nodeRole } from './private/node-role';
import { rendered, taint } from './private/rendered';
import { policiesOf } from './private/role-policies';
import { broken } from './private/rules';
import { SCHEMA } from './private/schema';
import { problems } from './private/schema-check';
import { answering, groupsByZone } from './private/zones';
import { ManagedNodeGroupProps, Taint } from './props';
import { IManagedNodeGroupProvider, ManagedNodeGroupProvider } from './provider';

/** What the resource is called in CloudFormation. */
const RESOURCE_TYPE = 'Custom::ManagedNodeGroup';

/**
 * A node group, of this stack or imported. As a grantee it stands for its nodes.
 */
export interface IManagedNodeGroup extends IResource, iam.IGrantable, aws_eks.INodegroupRef {
  /**
   * The group's name.
   *
   * @attribute
   */
  readonly nodegroupName: string;

  /**
   * The group's ARN. Of an imported group it ends in `*`, for nobody knows the id in it.
   *
   * @attribute
   */
  readonly nodegroupArn: string;

  /**
   * The cluster's name.
   *
   * @attribute
   */
  readonly clusterName: string;

  /** What others may do with the group. */
  readonly grants: ManagedNodeGroupGrants;
}

/**
 * What an imported node group is known by.
 */
export interface ManagedNodeGroupAttributes {
  /** The cluster's name. */
  readonly clusterName: string;

  /** The group's name. */
  readonly nodegroupName: string;

  /**
   * The group's ARN.
   *
   * @default - one that ends in `*`, for nobody knows the id in it
   */
  readonly nodegroupArn?: string;

  /**
   * The role that the nodes have.
   *
   * @default - unknown, so nothing can be granted to the nodes
   */
  readonly nodeRole?: iam.IRole;
}

abstract class NodeGroupBase extends Resource implements IManagedNodeGroup {
  public abstract readonly nodegroupName: string;
  public abstract readonly nodegroupArn: string;
  public abstract readonly clusterName: string;
  public abstract readonly grantPrincipal: iam.IPrincipal;
  public readonly grants = ManagedNodeGroupGrants.of(this);

  public get nodegroupRef(): aws_eks.NodegroupReference {
    return { nodegroupId: `${this.clusterName}/${this.nodegroupName}`, nodegroupArn: this.nodegroupArn };
  }
}

/**
 * An Amazon EKS managed node group, by the custom resource `Custom::ManagedNodeGroup`: disks, keys, user data and the
 * instance type change by a rolling update, where `AWS::EKS::Nodegroup` replaces the group.
 *
 * @resource Custom::ManagedNodeGroup
 */
export class ManagedNodeGroup extends NodeGroupBase implements ITaggableV2, ec2.IConnectable {
  /**
   * A node group that is there already.
   *
   * @param scope where it belongs
   * @param id its id
   * @param attributes what it is known by
   */
  public static fromManagedNodeGroupAttributes(
    scope: Construct,
    id: string,
    attributes: ManagedNodeGroupAttributes,
  ): IManagedNodeGroup {
    return new Imported(scope, id, attributes);
  }

  /**
   * One group a zone, alike in all else: for stateful workloads, whose volumes are in one zone each. They share a node
   * role.
   *
   * @param scope where they belong
   * @param id theirs in common; each has its zone's name below it
   * @param props what each is to be
   * @returns the groups by zone; where the stack's zones aren't known, they are called `az1`, `az2` and so on. As long
   * as the VPC is still to be looked up, nobody knows the zones: in JavaScript every name of a zone gives a group then,
   * in other languages take what there is, without asking by name
   */
  public static perAvailabilityZone(
    scope: Construct,
    id: string,
    props: ManagedNodeGroupProps,
  ): { [zone: string]: ManagedNodeGroup } {
    const parent = new Construct(scope, id);
    const role = props.nodeRole ?? nodeRole(parent, clusters.isIpv6(props.cluster));
    const alike = { ...props, nodeRole: role };
    const { subnets, isPendingLookup } = clusters.selected(props.cluster, props.subnets);
    const each = groupsByZone(parent, alike, subnets);
    const groups = Object.fromEntries(each.map(([zone, its]) => [zone, new ManagedNodeGroup(parent, zone, its)]));
    return isPendingLookup ? answering(groups) : groups;
  }

  public readonly cdkTagManager: TagManager;
  public readonly grantPrincipal: iam.IPrincipal;

  /** The role that the nodes have. */
  public readonly nodeRole: iam.IRole;

  /** The function behind the resource. */
  public readonly provider: IManagedNodeGroupProvider;

  private readonly labels: { [key: string]: string };
  private readonly taints: Taint[];
  private readonly resource: CfnResource;
  private readonly reachedBy: () => ec2.Connections;
  private reached?: ec2.Connections;

  constructor(scope: Construct, id: string, props: ManagedNodeGroupProps) {
    super(scope, id);
    this.labels = { ...props.labels };
    this.taints = [...(props.taints ?? [])];
    this.cdkTagManager = new TagManager(TagType.MAP, RESOURCE_TYPE, { ...props.tags }, { tagPropertyName: 'Tags' });
    this.nodeRole = props.nodeRole ?? nodeRole(this, clusters.isIpv6(props.cluster));
    this.grantPrincipal = this.nodeRole.grantPrincipal;
    this.reachedBy = () => new ec2.Connections({ securityGroups: reachedBy(props) });
    this.provider = props.provider ?? ManagedNodeGroupProvider.getOrCreate(this);
    this.refuseProviderOfAnotherStack();

    const { clusterName } = props.cluster.clusterRef;
    const subnets = clusters.selected(props.cluster, props.subnets);
    const properties = {
      ServiceToken: this.provider.serviceToken,
      ClusterName: clusterName,
      NodeRole: this.nodeRole.roleArn,
      Subnets: subnets.subnetIds,
      Labels: Lazy.any({ produce: () => some(this.labels) }),
      Taints: Lazy.any({ produce: () => this.taints.map(taint) }, { omitEmptyArray: true }),
      Tags: this.cdkTagManager.renderedTags,
      ...rendered(props),
    };
    this.resource = new CfnResource(this, 'Resource', { type: RESOURCE_TYPE, properties });
    this.provider.allowCluster(clusterName);
    this.provider.allowNodeRole(this.nodeRole.roleArn);
    clusters.mapRole(props.cluster, this.nodeRole);
    this.comesAfter(props, subnets);
    this.node.addValidation({ validate: () => this.problems(props, properties) });
  }

  /**
   * Gives the nodes one more Kubernetes label.
   *
   * @param key such as `example.com/team`
   * @param value of letters, digits, `-`, `_` and `.`
   */
  public addLabel(key: string, value: string): void {
    this.labels[key] = value;
  }

  /**
   * Gives the nodes one more Kubernetes taint.
   *
   * @param taint another one, by key or by effect
   */
  public addTaint(taint: Taint): void {
    this.taints.push(taint);
  }

  /**
   * Gives the group one more tag.
   *
   * @param key not one that begins with `aws:` or `managed-node-group:`
   * @param value of at most 256 characters
   */
  public addTag(key: string, value: string): void {
    this.cdkTagManager.setTag(key, value);
  }

  /**
   * How the nodes are reached: by their own security groups, or else by the cluster's.
   */
  public get connections(): ec2.Connections {
    // An imported cluster may not know its security group, and says so to whoever asks.
    this.reached ??= this.reachedBy();
    return this.reached;
  }

  /**
   * `cluster/name`, as `Ref` gives it.
   *
   * @attribute
   */
  public get nodegroupId(): string {
    return this.resource.ref;
  }

  public get nodegroupArn(): string {
    return this.attribute('Arn');
  }

  public get nodegroupName(): string {
    return this.attribute('NodegroupName');
  }

  public get clusterName(): string {
    return this.attribute('ClusterName');
  }

  /**
   * The group's status when the operation ended, such as `ACTIVE`.
   *
   * @attribute
   */
  public get nodegroupStatus(): string {
    return this.attribute('Status');
  }

  /**
   * The Kubernetes version that the nodes run.
   *
   * @attribute
   */
  public get version(): string {
    return this.attribute('Version');
  }

  /**
   * The release of the AMI that the nodes run.
   *
   * @attribute
   */
  public get releaseVersion(): string {
    return this.attribute('ReleaseVersion');
  }

  /**
   * What the nodes run.
   *
   * @attribute
   */
  public get amiType(): string {
    return this.attribute('AmiType');
  }

  /**
   * How the instances are bought.
   *
   * @attribute
   */
  public get capacityType(): string {
    return this.attribute('CapacityType');
  }

  /**
   * The instance types, joined by commas.
   *
   * @attribute
   */
  public get instanceTypes(): string {
    return this.attribute('InstanceTypes');
  }

  /**
   * The name of the Auto Scaling group that EKS made.
   *
   * @attribute
   */
  public get autoScalingGroupName(): string {
    return this.attribute('AutoScalingGroupName');
  }

  /**
   * The id of the launch template.
   *
   * @attribute
   */
  public get launchTemplateId(): string {
    return this.attribute('LaunchTemplateId');
  }

  /**
   * The version of the launch template that runs.
   *
   * @attribute
   */
  public get launchTemplateVersion(): string {
    return this.attribute('LaunchTemplateVersion');
  }

  /**
   * The id of the security group for `remoteAccess`, empty without.
   *
   * @attribute
   */
  public get remoteAccessSecurityGroup(): string {
    return this.attribute('RemoteAccessSecurityGroup');
  }

  /**
   * The ARN of the role that the nodes have.
   *
   * @attribute NodeRole
   */
  public get nodeRoleArn(): string {
    return this.attribute('NodeRole');
  }

  /**
   * How many nodes the group wanted when the operation ended.
   *
   * @attribute
   */
  public get desiredSize(): number {
    return Token.asNumber(this.resource.getAtt('DesiredSize'));
  }

  /**
   * How many nodes were Ready: a number, or empty unless `waitFor` is `WaitFor.NODES_READY`.
   *
   * @attribute
   */
  public get readyNodes(): string {
    return this.attribute('ReadyNodes');
  }

  /**
   * How many pods a node takes: a number, or empty with a launch template of your own.
   *
   * @attribute
   */
  public get maxPods(): string {
    return this.attribute('MaxPods');
  }

  /**
   * What may not work, in words; empty if there is nothing.
   *
   * @attribute
   */
  public get warnings(): string {
    return this.attribute('Warnings');
  }

  private attribute(name: string): string {
    return this.resource.getAtt(name).toString();
  }

  /** Its role would need what is of this stack, and this stack its function. It ends only what is its own stack's. */
  private refuseProviderOfAnotherStack(): void {
    if (!Construct.isConstruct(this.provider) || Stack.of(this.provider) === Stack.of(this)) {
      return;
    }
    const [theirs, ours] = [Stack.of(this.provider).node.path, Stack.of(this).node.path];
    const advice =
      'give ManagedNodeGroupProvider.fromServiceToken(provider.serviceToken) in its place, and let the provider have ' +
      'allowCluster, allowNodeRole and allowStack, with names or patterns that need nothing of the stack of the group';
    throw new Error(
      `provider: ${this.provider.node.path} is of stack ${theirs}, and ${this.node.path} of stack ${ours}, so that ` +
        `each stack would need the other; ${advice}`,
    );
  }

  private comesAfter(props: ManagedNodeGroupProps, subnets: ec2.SelectedSubnets): void {
    const policies = policiesOf(this, this.nodeRole, RESOURCE_TYPE);
    const before = [clusters.accessTo(props.cluster), subnets.internetConnectivityEstablished, policies];
    this.resource.node.addDependency(...before);
    if (Construct.isConstruct(this.provider)) {
      this.resource.node.addDependency(this.provider);
    }
  }

  private problems(props: ManagedNodeGroupProps, properties: { [name: string]: any }): string[] {
    const now = {
      ...properties,
      Labels: some(this.labels),
      Taints: this.taints.map(taint),
      Tags: this.cdkTagManager.renderTags(),
    };
    return [...problems(SCHEMA, now), ...broken(props, this.taints)];
  }
}

class Imported extends NodeGroupBase {
  public readonly nodegroupName: string;
  public readonly nodegroupArn: string;
  public readonly clusterName: string;
  public readonly grantPrincipal: iam.IPrincipal;

  constructor(scope: Construct, id: string, attributes: ManagedNodeGroupAttributes) {
    super(scope, id);
    this.nodegroupName = attributes.nodegroupName;
    this.clusterName = attributes.clusterName;
    this.grantPrincipal = attributes.nodeRole?.grantPrincipal ?? new iam.UnknownPrincipal({ resource: this });
    const resourceName = `${attributes.clusterName}/${attributes.nodegroupName}/*`;
    const arnFormat = ArnFormat.SLASH_RESOURCE_NAME;
    this.nodegroupArn =
      attributes.nodegroupArn ??
      Stack.of(this).formatArn({ service: 'eks', resource: 'nodegroup', resourceName, arnFormat });
  }
}

/** The security groups by which the nodes are reached: those of their own, or else the cluster's. */
function reachedBy({ securityGroups, cluster }: ManagedNodeGroupProps): ec2.ISecurityGroup[] {
  const ofCluster = clusters.securityGroupOf(cluster);
  return securityGroups?.length ? securityGroups : ofCluster ? [ofCluster] : [];
}

function some(labels: { [key: string]: string }): { [key: string]: string } | undefined {
  return Object.keys(labels).length > 0 ? labels : undefined;
}
