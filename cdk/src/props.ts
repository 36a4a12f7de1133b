import { Duration, Size } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import { aws_eks } from 'aws-cdk-lib/interfaces';
import {
  AmiType,
  CapacityType,
  PoolState,
  Preflight,
  RepairAction,
  ScalingProcess,
  TaintEffect,
  UpdateStrategy,
  WaitFor,
} from './choices';
import { IManagedNodeGroupProvider } from './provider';
import { ClusterAutoscaler, MaxPods, NvidiaDevicePlugin, ReleaseVersion } from './settings';

/**
 * How many nodes there are. What is left out is filled in when the group is made.
 */
export interface ScalingConfig {
  /**
   * The fewest nodes.
   *
   * @default - filled in
   */
  readonly minSize?: number;

  /**
   * The most nodes.
   *
   * @default - filled in
   */
  readonly maxSize?: number;

  /**
   * How many nodes to begin with. An autoscaler may change it: as long as this stays the same, that is left alone.
   *
   * @default - filled in
   */
  readonly desiredSize?: number;
}

/**
 * A Kubernetes taint. Key and effect together make it.
 */
export interface Taint {
  /** As of a label. */
  readonly key: string;

  /**
   * As of a label.
   *
   * @default - empty
   */
  readonly value?: string;

  /** What becomes of pods that don't tolerate it. */
  readonly effect: TaintEffect;
}

/**
 * SSH, or on Windows RDP, into the nodes. Give either a key pair or a public key.
 */
export interface RemoteAccess {
  /**
   * A key pair that exists.
   *
   * @default - one is made from `publicKey`
   */
  readonly ec2SshKey?: ec2.IKeyPair;

  /**
   * A public key in OpenSSH's format, from which a key pair is made and removed again.
   *
   * @default - `ec2SshKey`
   */
  readonly publicKey?: string;

  /**
   * Whose instances may connect.
   *
   * @default - with Linux the port is open to the world, and a warning says so; with Windows to nobody
   */
  readonly sourceSecurityGroups?: ec2.ISecurityGroup[];
}

/**
 * How many nodes a roll takes at a time.
 */
export interface UpdateConfig {
  /**
   * So many. Can't stand beside `maxUnavailablePercentage`.
   *
   * @default 1
   */
  readonly maxUnavailable?: number;

  /**
   * So many of a hundred. Can't stand beside `maxUnavailable`.
   *
   * @default - `maxUnavailable`
   */
  readonly maxUnavailablePercentage?: number;

  /**
   * Whether new nodes are there before old ones go.
   *
   * @default UpdateStrategy.DEFAULT
   */
  readonly updateStrategy?: UpdateStrategy;
}

/**
 * Another action than EKS's own for one cause.
 */
export interface NodeRepairConfigOverride {
  /** The condition of the node, such as `AcceleratedHardwareReady`. */
  readonly nodeMonitoringCondition: string;

  /** Why the node has that condition, such as `NvidiaXID64Error`. */
  readonly nodeUnhealthyReason: string;

  /** How long the node must have been like that, in whole minutes. */
  readonly minRepairWaitTime: Duration;

  /** What is done with the node. */
  readonly repairAction: RepairAction;
}

/**
 * Whether EKS repairs nodes that it finds unhealthy.
 */
export interface NodeRepairConfig {
  /**
   * Whether EKS repairs nodes.
   *
   * @default false
   */
  readonly enabled?: boolean;

  /**
   * With more unhealthy nodes than so many, nothing is repaired.
   *
   * @default - EKS's own
   */
  readonly maxUnhealthyNodeThresholdCount?: number;

  /**
   * With more unhealthy nodes of a hundred than so many, nothing is repaired.
   *
   * @default - EKS's own
   */
  readonly maxUnhealthyNodeThresholdPercentage?: number;

  /**
   * How many nodes are repaired at a time.
   *
   * @default - EKS's own
   */
  readonly maxParallelNodesRepairedCount?: number;

  /**
   * How many of a hundred unhealthy nodes are repaired at a time.
   *
   * @default - EKS's own
   */
  readonly maxParallelNodesRepairedPercentage?: number;

  /**
   * Other actions for certain causes.
   *
   * @default - EKS's own
   */
  readonly nodeRepairConfigOverrides?: NodeRepairConfigOverride[];
}

/**
 * Instances that wait, booted before, to become nodes.
 */
export interface WarmPoolConfig {
  /**
   * Whether there is a warm pool.
   *
   * @default false
   */
  readonly enabled?: boolean;

  /**
   * The fewest instances in it.
   *
   * @default - EKS's own
   */
  readonly minSize?: number;

  /**
   * The most instances in group and pool together; -1 takes a limit back.
   *
   * @default - the group's `maxSize`
   */
  readonly maxGroupPreparedCapacity?: number;

  /**
   * How the instances wait.
   *
   * @default - EKS's own
   */
  readonly poolState?: PoolState;

  /**
   * Whether nodes return into the pool when the group shrinks.
   *
   * @default false
   */
  readonly reuseOnScaleIn?: boolean;
}

/**
 * The root volume, or on Bottlerocket the one for data.
 */
export interface Volume {
  /**
   * Its size, in whole GiB.
   *
   * @default - 20 GiB, on Windows 50 GiB
   */
  readonly size?: Size;

  /**
   * The kind of EBS volume. A root volume can't be of the kinds for throughput and for cold data.
   *
   * @default ec2.EbsDeviceVolumeType.GP3
   */
  readonly volumeType?: ec2.EbsDeviceVolumeType;

  /**
   * Needed with io1 and io2, at least 3000 with gp3, and not to be had with the others.
   *
   * @default - EBS's own
   */
  readonly iops?: number;

  /**
   * In MiB a second, with gp3 alone.
   *
   * @default - EBS's own
   */
  readonly throughput?: number;

  /**
   * Whether it is encrypted.
   *
   * @default - the account's setting
   */
  readonly encrypted?: boolean;

  /**
   * Which key it is encrypted with. The key's policy has to let Auto Scaling's service-linked role use it.
   *
   * @default - the account's default key
   */
  readonly kmsKey?: kms.IKey;
}

/**
 * What a node group is to be. Names and meaning are those of the properties of `Custom::ManagedNodeGroup`.
 */
export interface ManagedNodeGroupProps {
  /**
   * The cluster: an `ICluster` of aws-eks or of aws-eks-v2, or a `CfnCluster`. Another one replaces the group.
   */
  readonly cluster: aws_eks.IClusterRef;

  /**
   * The function behind the resource: a construct of the group's own stack. One of another stack is shared by
   * `ManagedNodeGroupProvider.fromServiceToken(provider.serviceToken)`, and is told with `allowCluster`,
   * `allowNodeRole` and `allowStack` what it may do for it.
   *
   * @default - one in this stack, made when the first node group asks for it
   */
  readonly provider?: IManagedNodeGroupProvider;

  /**
   * The name of the group, if it must be a certain one. With it, nothing can be changed that needs a replacement.
   *
   * @default - a name that follows from stack, construct and properties
   */
  readonly nodegroupName?: string;

  /**
   * What a generated name begins with. Read when a name is generated.
   *
   * @default - the logical id
   */
  readonly nodegroupNamePrefix?: string;

  /**
   * The role that the nodes have. Another one replaces the group.
   *
   * @default - a role with the policies that EKS demands
   */
  readonly nodeRole?: iam.IRole;

  /**
   * Where the nodes run: subnets of the cluster's VPC. Other ones replace the group.
   *
   * @default - the private subnets of the cluster's VPC with a way out; if it has none, the isolated, or the public
   */
  readonly subnets?: ec2.SubnetSelection;

  /**
   * What the nodes run. Another one replaces the group.
   *
   * @default - Amazon Linux 2023 for the instance types' architecture and accelerator
   */
  readonly amiType?: AmiType;

  /**
   * How the instances are bought. Another way replaces the group.
   *
   * @default CapacityType.ON_DEMAND
   */
  readonly capacityType?: CapacityType;

  /**
   * By priority. A single type can be changed by a roll, several only by a replacement.
   *
   * @default - t3.medium, or what the launch template says
   */
  readonly instanceTypes?: ec2.InstanceType[];

  /**
   * The size of the root volume, in whole GiB. The same as `volume.size`.
   *
   * @default - 20 GiB, on Windows 50 GiB
   */
  readonly diskSize?: Size;

  /**
   * SSH, or on Windows RDP, into the nodes.
   *
   * @default - none
   */
  readonly remoteAccess?: RemoteAccess;

  /**
   * A launch template of your own. Another one replaces the group.
   *
   * @default - the resource makes, versions and removes one
   */
  readonly launchTemplate?: ec2.ILaunchTemplate;

  /**
   * Which version of `launchTemplate`: a number, `$Latest` or `$Default`. Another one rolls.
   *
   * @default - the template's `versionNumber`
   */
  readonly launchTemplateVersion?: string;

  /**
   * The nodes' Kubernetes version, such as `KubernetesVersion.V1_34.version`. A later one rolls; it never goes down.
   *
   * @default - the cluster's when the group is made
   */
  readonly version?: string;

  /**
   * A release of the AMI. A later one rolls; it never goes down.
   *
   * @default - the newest when the group is made
   */
  readonly releaseVersion?: ReleaseVersion;

  /**
   * Whether a roll goes on where a pod disruption budget holds it up.
   *
   * @default false
   */
  readonly forceUpdateEnabled?: boolean;

  /**
   * How many nodes there are.
   *
   * @default - filled in when the group is made
   */
  readonly scalingConfig?: ScalingConfig;

  /**
   * Kubernetes labels of the nodes.
   *
   * @default - none
   */
  readonly labels?: { [key: string]: string };

  /**
   * Kubernetes taints of the nodes.
   *
   * @default - none
   */
  readonly taints?: Taint[];

  /**
   * Tags of the node group, beside those of the stack and of `Tags.of(...)`.
   *
   * @default - none
   */
  readonly tags?: { [key: string]: string };

  /**
   * How many nodes a roll takes at a time.
   *
   * @default - one
   */
  readonly updateConfig?: UpdateConfig;

  /**
   * Whether EKS repairs nodes that it finds unhealthy.
   *
   * @default - it doesn't
   */
  readonly nodeRepairConfig?: NodeRepairConfig;

  /**
   * Instances that wait, booted before, to become nodes.
   *
   * @default - none
   */
  readonly warmPoolConfig?: WarmPoolConfig;

  /**
   * Whether pods are kept from the instance metadata, and so from the node's role.
   *
   * @default false
   */
  readonly blockPodImds?: boolean;

  /**
   * How many pods a node takes.
   *
   * @default - EKS's own
   */
  readonly maxPods?: MaxPods;

  /**
   * The root volume, or on Bottlerocket the one for data.
   *
   * @default - gp3, encrypted if the account says so
   */
  readonly volume?: Volume;

  /**
   * The nodes' security groups, beside the cluster's own.
   *
   * @default - the cluster's own alone
   */
  readonly securityGroups?: ec2.ISecurityGroup[];

  /**
   * What runs before a node joins, or settings, by the AMI's system. EKS adds what joins the node. For settings, such
   * as Bottlerocket's, use `ec2.UserData.custom`.
   *
   * @default - EKS's own alone
   */
  readonly userData?: ec2.UserData;

  /**
   * Whether the group's tags reach instances, volumes, network interfaces and the Auto Scaling group too.
   *
   * @default false
   */
  readonly propagateTags?: boolean;

  /**
   * Whether the Cluster Autoscaler finds the group, and what it knows of its nodes before there are any.
   *
   * @default ClusterAutoscaler.DISABLED
   */
  readonly clusterAutoscaler?: ClusterAutoscaler;

  /**
   * Processes of the Auto Scaling group that don't run.
   *
   * @default - all run
   */
  readonly suspendProcesses?: ScalingProcess[];

  /**
   * NVIDIA's device plugin, for GPU types whose AMI doesn't bring it. The function needs access to the cluster for it.
   *
   * @default NvidiaDevicePlugin.NONE
   */
  readonly nvidiaDevicePlugin?: NvidiaDevicePlugin;

  /**
   * Whether the cluster's network plugin gives addresses to Windows pods. It isn't switched off again. The function
   * needs access to the cluster for it.
   *
   * @default false
   */
  readonly windowsSupport?: boolean;

  /**
   * Whether pods on the nodes keep data on volumes, which are in one zone each: subnets in several zones are then
   * warned of.
   *
   * @default false
   */
  readonly stateful?: boolean;

  /**
   * When the stack goes on.
   *
   * @default WaitFor.ACTIVE
   */
  readonly waitFor?: WaitFor;

  /**
   * What becomes of a request that can't work.
   *
   * @default Preflight.STRICT
   */
  readonly preflight?: Preflight;

  /**
   * How long CloudFormation waits for an answer, at most an hour.
   *
   * @default Duration.hours(1)
   */
  readonly serviceTimeout?: Duration;
}
