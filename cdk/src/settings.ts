import { Duration, Tokenization } from 'aws-cdk-lib';

/**
 * How a cluster's network gives addresses to pods.
 */
export interface ComputedMaxPodsOptions {
  /**
   * Whether the VPC CNI takes prefixes in place of single addresses (`ENABLE_PREFIX_DELEGATION`).
   *
   * @default false
   */
  readonly prefixDelegation?: boolean;

  /**
   * Whether pods have subnets of their own (`AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG`).
   *
   * @default false
   */
  readonly customNetworking?: boolean;
}

/**
 * How many pods a node takes.
 */
export class MaxPods {
  /**
   * So many.
   *
   * @param count from 1 to 12000
   */
  public static of(count: number): MaxPods {
    return new MaxPods(count);
  }

  /**
   * As many as EKS's recommended calculation gives, the smallest over the instance types.
   *
   * @param options how the cluster's network works
   */
  public static computed(options: ComputedMaxPodsOptions = {}): MaxPods {
    return new MaxPods({
      PrefixDelegation: options.prefixDelegation ?? false,
      CustomNetworking: options.customNetworking ?? false,
    });
  }

  private constructor(private readonly value: any) {}

  /** @internal */
  public _render(): any {
    return this.value;
  }
}

/**
 * A release of the nodes' AMI.
 */
export class ReleaseVersion {
  /** The newest at each update of the resource. */
  public static readonly LATEST = new ReleaseVersion('latest');

  /**
   * A certain one.
   *
   * @param version as EKS writes it, such as `1.34.1-20260304`
   */
  public static of(version: string): ReleaseVersion {
    return new ReleaseVersion(version);
  }

  private constructor(private readonly version: string) {}

  /** @internal */
  public _render(): string {
    return this.version;
  }
}

/**
 * Which image of NVIDIA's device plugin runs on the nodes that need one.
 */
export class NvidiaDevicePlugin {
  /** The version that this release of the provider was tested with. */
  public static readonly DEFAULT = new NvidiaDevicePlugin(true);

  /** None: the same as leaving the property out. */
  public static readonly NONE = new NvidiaDevicePlugin(false);

  /**
   * A version of NVIDIA's own image.
   *
   * @param version such as `v0.20.0`
   */
  public static version(version: string): NvidiaDevicePlugin {
    return new NvidiaDevicePlugin({ Version: version });
  }

  /**
   * An image of a registry of your own.
   *
   * @param image its whole reference
   */
  public static image(image: string): NvidiaDevicePlugin {
    return new NvidiaDevicePlugin({ Image: image });
  }

  private constructor(private readonly value: any) {}

  /** @internal */
  public _render(): any {
    return this.value;
  }
}

/**
 * What the Cluster Autoscaler is told of a group by tags of its Auto Scaling group.
 */
export interface ClusterAutoscalerOptions {
  /**
   * What a node has, over what the autoscaler knows of the instance type: `{ 'ephemeral-storage': '100Gi' }`.
   *
   * @default - what the autoscaler knows
   */
  readonly resources?: { [name: string]: string };

  /**
   * A node that is used less than this share of it may go, from 0 to 1.
   *
   * @default - the autoscaler's own
   */
  readonly scaleDownUtilizationThreshold?: number;

  /**
   * The same of a node's GPUs, from 0 to 1.
   *
   * @default - the autoscaler's own
   */
  readonly scaleDownGpuUtilizationThreshold?: number;

  /**
   * How long a node must have been used too little before it goes.
   *
   * @default - the autoscaler's own
   */
  readonly scaleDownUnneededTime?: Duration;

  /**
   * How long a node must have been unready before it goes.
   *
   * @default - the autoscaler's own
   */
  readonly scaleDownUnreadyTime?: Duration;

  /**
   * Whether the pods of DaemonSets count for nothing in how much a node is used.
   *
   * @default - the autoscaler's own
   */
  readonly ignoreDaemonSetsUtilization?: boolean;
}

/**
 * Whether the Cluster Autoscaler finds the group, and what it knows of its nodes before there are any.
 */
export class ClusterAutoscaler {
  /** It finds it, and knows labels, taints and instance types. */
  public static readonly ENABLED = new ClusterAutoscaler(true);

  /** It doesn't: the same as leaving the property out. */
  public static readonly DISABLED = new ClusterAutoscaler(false);

  /**
   * It finds it, and is told more.
   *
   * @param options what it is told
   */
  public static enabled(options: ClusterAutoscalerOptions): ClusterAutoscaler {
    return new ClusterAutoscaler({
      Resources: options.resources,
      Options: some({
        scaledownutilizationthreshold: options.scaleDownUtilizationThreshold,
        scaledowngpuutilizationthreshold: options.scaleDownGpuUtilizationThreshold,
        scaledownunneededtime: goDuration(options.scaleDownUnneededTime),
        scaledownunreadytime: goDuration(options.scaleDownUnreadyTime),
        ignoredaemonsetsutilization: options.ignoreDaemonSetsUtilization,
      }),
    });
  }

  private constructor(private readonly value: any) {}

  /** @internal */
  public _render(): any {
    return this.value;
  }
}

/** The object, or nothing where nothing in it is set. */
function some(object: { [name: string]: any }): any {
  return Object.values(object).some((value) => value !== undefined) ? object : undefined;
}

/** As Go writes a duration, which the autoscaler reads. */
function goDuration(duration?: Duration): string | undefined {
  // A number that is known only when it is deployed is another one until then.
  return duration && `${Tokenization.stringifyNumber(duration.toSeconds())}s`;
}
