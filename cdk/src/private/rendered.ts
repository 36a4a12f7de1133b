import { Duration, Size } from 'aws-cdk-lib';
import {
  ManagedNodeGroupProps,
  NodeRepairConfig,
  RemoteAccess,
  ScalingConfig,
  Taint,
  UpdateConfig,
  Volume,
  WarmPoolConfig,
} from '../props';

/** The properties that only the props decide, as the resource has them. What isn't set is undefined. */
export function rendered(props: ManagedNodeGroupProps): { [name: string]: any } {
  return {
    NodegroupName: props.nodegroupName,
    NodegroupNamePrefix: props.nodegroupNamePrefix,
    AmiType: props.amiType,
    CapacityType: props.capacityType,
    InstanceTypes: props.instanceTypes?.map((type) => type.toString()),
    DiskSize: gibibytes(props.diskSize),
    RemoteAccess: remoteAccess(props.remoteAccess),
    LaunchTemplate: launchTemplate(props),
    Version: props.version,
    ReleaseVersion: props.releaseVersion?._render(),
    ForceUpdateEnabled: props.forceUpdateEnabled,
    ScalingConfig: scalingConfig(props.scalingConfig),
    UpdateConfig: updateConfig(props.updateConfig),
    NodeRepairConfig: nodeRepairConfig(props.nodeRepairConfig),
    WarmPoolConfig: warmPoolConfig(props.warmPoolConfig),
    BlockPodImds: props.blockPodImds,
    MaxPods: props.maxPods?._render(),
    Volume: volume(props.volume),
    SecurityGroups: props.securityGroups?.map((group) => group.securityGroupId),
    UserData: props.userData?.render(),
    PropagateTags: props.propagateTags,
    ClusterAutoscaler: props.clusterAutoscaler?._render(),
    SuspendProcesses: props.suspendProcesses,
    NvidiaDevicePlugin: props.nvidiaDevicePlugin?._render(),
    WindowsSupport: props.windowsSupport,
    Stateful: props.stateful,
    WaitFor: props.waitFor,
    Preflight: props.preflight,
    ServiceTimeout: props.serviceTimeout?.toSeconds(),
  };
}

/** A taint as the resource has it. */
export function taint(of: Taint) {
  return { Key: of.key, Value: of.value, Effect: of.effect };
}

function remoteAccess(of?: RemoteAccess) {
  return (
    of && {
      Ec2SshKey: of.ec2SshKey?.keyPairName,
      PublicKey: of.publicKey,
      SourceSecurityGroups: of.sourceSecurityGroups?.map((group) => group.securityGroupId),
    }
  );
}

/** By its id, since a name may be given to another one later. */
function launchTemplate({ launchTemplate: of, launchTemplateVersion }: ManagedNodeGroupProps) {
  const named = of?.launchTemplateId === undefined ? { Name: of?.launchTemplateName } : { Id: of.launchTemplateId };
  return of && { ...named, Version: launchTemplateVersion ?? of.versionNumber };
}

function scalingConfig(of?: ScalingConfig) {
  return of && { MinSize: of.minSize, MaxSize: of.maxSize, DesiredSize: of.desiredSize };
}

function updateConfig(of?: UpdateConfig) {
  return (
    of && {
      MaxUnavailable: of.maxUnavailable,
      MaxUnavailablePercentage: of.maxUnavailablePercentage,
      UpdateStrategy: of.updateStrategy,
    }
  );
}

function nodeRepairConfig(of?: NodeRepairConfig) {
  return (
    of && {
      Enabled: of.enabled,
      MaxUnhealthyNodeThresholdCount: of.maxUnhealthyNodeThresholdCount,
      MaxUnhealthyNodeThresholdPercentage: of.maxUnhealthyNodeThresholdPercentage,
      MaxParallelNodesRepairedCount: of.maxParallelNodesRepairedCount,
      MaxParallelNodesRepairedPercentage: of.maxParallelNodesRepairedPercentage,
      NodeRepairConfigOverrides: of.nodeRepairConfigOverrides?.map((each) => ({
        NodeMonitoringCondition: each.nodeMonitoringCondition,
        NodeUnhealthyReason: each.nodeUnhealthyReason,
        MinRepairWaitTimeMins: minutes(each.minRepairWaitTime),
        RepairAction: each.repairAction,
      })),
    }
  );
}

function warmPoolConfig(of?: WarmPoolConfig) {
  return (
    of && {
      Enabled: of.enabled,
      MinSize: of.minSize,
      MaxGroupPreparedCapacity: of.maxGroupPreparedCapacity,
      PoolState: of.poolState,
      ReuseOnScaleIn: of.reuseOnScaleIn,
    }
  );
}

function volume(of?: Volume) {
  return (
    of && {
      Size: gibibytes(of.size),
      Type: of.volumeType,
      Iops: of.iops,
      Throughput: of.throughput,
      Encrypted: of.encrypted,
      KmsKeyId: of.kmsKey?.keyArn,
    }
  );
}

function gibibytes(size?: Size): number | undefined {
  return size?.toGibibytes();
}

function minutes(duration: Duration): number {
  return duration.toMinutes();
}
