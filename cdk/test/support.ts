import { App, CfnResource, Duration, Size, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as classicEks from 'aws-cdk-lib/aws-eks';
import * as eks from 'aws-cdk-lib/aws-eks-v2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as s3 from 'aws-cdk-lib/aws-s3';
import {
  AmiType,
  CapacityType,
  ClusterAutoscaler,
  ManagedNodeGroup,
  ManagedNodeGroupProps,
  ManagedNodeGroupProvider,
  ManagedNodeGroupProviderProps,
  MaxPods,
  NvidiaDevicePlugin,
  PoolState,
  Preflight,
  ReleaseVersion,
  RepairAction,
  ScalingProcess,
  TaintEffect,
  UpdateStrategy,
  WaitFor,
} from 'cdk-managed-node-group';

export const ROLE = 'arn:aws:iam::111122223333:role/eks-node';
export const TOKEN = 'arn:aws:lambda:eu-central-1:111122223333:function:managed-node-group';
export const GIVEN = ManagedNodeGroupProvider.fromServiceToken(TOKEN);

/** A stack whose account, Region and zones are known. */
export function stack(name = 'Test', app = new App()): Stack {
  return new Stack(app, name, { env: { account: '111122223333', region: 'eu-central-1' } });
}

/** A cluster that is there already. */
export function cluster(scope: Stack, name = 'my-cluster'): eks.ICluster {
  const vpc = ec2.Vpc.fromVpcAttributes(scope, `Vpc-${name}`, {
    vpcId: 'vpc-1',
    availabilityZones: ['eu-central-1a', 'eu-central-1b'],
    publicSubnetIds: ['subnet-3', 'subnet-4'],
    privateSubnetIds: ['subnet-1', 'subnet-2'],
  });
  return eks.Cluster.fromClusterAttributes(scope, `Cluster-${name}`, { clusterName: name, vpc });
}

/** A cluster of aws-eks, made in the stack. */
export function classic(scope: Stack, authenticationMode?: classicEks.AuthenticationMode): classicEks.Cluster {
  const layer = `${'arn:aws:lambda:eu-central-1:111122223333:layer'}:a:1`;
  const kubectlLayer = lambda.LayerVersion.fromLayerVersionArn(scope, 'Layer', layer);
  const version = classicEks.KubernetesVersion.V1_33;
  return new classicEks.Cluster(scope, 'Cluster', { version, kubectlLayer, defaultCapacity: 0, authenticationMode });
}

/** Code of the provider that needs no build. */
export function code(scope: Stack): lambda.Code {
  return lambda.Code.fromBucket(s3.Bucket.fromBucketName(scope, 'Code', 'code'), 'bootstrap.zip');
}

/** A group with what is required, by a provider that is given. */
export function group(scope: Stack, props: Partial<ManagedNodeGroupProps> = {}, id = 'Nodes'): ManagedNodeGroup {
  const nodeRole = scope.node.tryFindChild('Role') as iam.IRole;
  return new ManagedNodeGroup(scope, id, {
    cluster: (scope.node.tryFindChild('Cluster-my-cluster') as any) ?? cluster(scope),
    provider: GIVEN,
    nodeRole: nodeRole ?? iam.Role.fromRoleArn(scope, 'Role', ROLE),
    ...props,
  });
}

/** The properties that a group is made with, whether or not they can stand together. */
export function properties(props: (scope: Stack) => Partial<ManagedNodeGroupProps>): any {
  const scope = stack();
  const resource = group(scope, props(scope)).node.defaultChild as CfnResource;
  const [found] = Object.values<any>(scope.resolve(resource._toCloudFormation()).Resources);
  return found.Properties;
}

/** Props that together set everything that there is. They can't all stand together, so nothing validates them. */
export function everything(scope: Stack): Partial<ManagedNodeGroupProps>[] {
  const securityGroups = [ec2.SecurityGroup.fromSecurityGroupId(scope, 'Group', 'sg-1')];
  const one: Partial<ManagedNodeGroupProps> = {
    nodegroupName: 'my-mng',
    nodegroupNamePrefix: 'web',
    subnets: { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS },
    amiType: AmiType.AL2023_X86_64_NVIDIA,
    capacityType: CapacityType.SPOT,
    instanceTypes: [new ec2.InstanceType('g5.xlarge'), new ec2.InstanceType('g5.2xlarge')],
    diskSize: Size.gibibytes(50),
    remoteAccess: {
      ec2SshKey: ec2.KeyPair.fromKeyPairName(scope, 'Key', 'my-key'),
      sourceSecurityGroups: securityGroups,
    },
    version: '1.34',
    releaseVersion: ReleaseVersion.LATEST,
    forceUpdateEnabled: true,
    scalingConfig: { minSize: 2, maxSize: 4, desiredSize: 3 },
    labels: { team: 'blue' },
    taints: [{ key: 'gpu', value: 'true', effect: TaintEffect.PREFER_NO_SCHEDULE }],
    tags: { env: 'prod' },
    updateConfig: { maxUnavailable: 1, updateStrategy: UpdateStrategy.MINIMAL },
    nodeRepairConfig: {
      enabled: true,
      maxUnhealthyNodeThresholdCount: 5,
      maxParallelNodesRepairedCount: 1,
      nodeRepairConfigOverrides: [
        {
          nodeMonitoringCondition: 'AcceleratedHardwareReady',
          nodeUnhealthyReason: 'NvidiaXID64Error',
          minRepairWaitTime: Duration.minutes(10),
          repairAction: RepairAction.REBOOT,
        },
      ],
    },
    warmPoolConfig: {
      enabled: true,
      minSize: 1,
      maxGroupPreparedCapacity: 5,
      poolState: PoolState.HIBERNATED,
      reuseOnScaleIn: true,
    },
    blockPodImds: true,
    maxPods: MaxPods.computed({ prefixDelegation: true, customNetworking: true }),
    volume: {
      size: Size.gibibytes(50),
      volumeType: ec2.EbsDeviceVolumeType.GP3,
      iops: 4000,
      throughput: 200,
      encrypted: true,
      kmsKey: kms.Key.fromKeyArn(scope, 'Kms', 'arn:aws:kms:eu-central-1:111122223333:key/0a1b2c3d'),
    },
    securityGroups,
    userData: ec2.UserData.custom('#!/bin/bash\nsysctl -w vm.max_map_count=262144\n'),
    propagateTags: true,
    clusterAutoscaler: ClusterAutoscaler.enabled({
      resources: { 'ephemeral-storage': '100Gi' },
      scaleDownUtilizationThreshold: 0.5,
      scaleDownGpuUtilizationThreshold: 0.4,
      scaleDownUnneededTime: Duration.minutes(10),
      scaleDownUnreadyTime: Duration.minutes(90),
      ignoreDaemonSetsUtilization: true,
    }),
    suspendProcesses: [ScalingProcess.AZ_REBALANCE],
    nvidiaDevicePlugin: NvidiaDevicePlugin.version('v0.20.0'),
    windowsSupport: true,
    stateful: true,
    waitFor: WaitFor.NODES_READY,
    preflight: Preflight.WARN,
    serviceTimeout: Duration.minutes(30),
  };
  const byName = ec2.LaunchTemplate.fromLaunchTemplateAttributes(scope, 'ByName', { launchTemplateName: 'mine' });
  const byId = ec2.LaunchTemplate.fromLaunchTemplateAttributes(scope, 'ById', {
    launchTemplateId: 'lt-1',
    versionNumber: '3',
  });
  return [
    one,
    {
      launchTemplate: byName,
      updateConfig: { maxUnavailablePercentage: 33 },
      nodeRepairConfig: {
        enabled: true,
        maxUnhealthyNodeThresholdPercentage: 20,
        maxParallelNodesRepairedPercentage: 10,
      },
      nvidiaDevicePlugin: NvidiaDevicePlugin.image('registry.example/plugin:1'),
    },
    { launchTemplate: byId, launchTemplateVersion: '$Latest' },
    { remoteAccess: { publicKey: 'ssh-ed25519 AAAA nodes@example.com' }, maxPods: MaxPods.of(58) },
  ];
}

/** What is generated, or read of it, by the name of its file. */
export const generated = (name: string) => require(`../../lib/private/${name}`);

/** A stack with one group and a provider of its own. */
export function provided(props: ManagedNodeGroupProviderProps = {}, scope = stack()): Template {
  const provider = ManagedNodeGroupProvider.getOrCreate(scope, { code: code(scope), ...props });
  group(scope, { provider });
  return Template.fromStack(scope);
}

/** Every statement of the function's role, with the ARNs' parts joined. */
export function statements(template: Template): any[] {
  const policies = Object.values(template.findResources('AWS::IAM::Policy'));
  return policies
    .flatMap(({ Properties: { PolicyDocument } }) => PolicyDocument.Statement)
    .map((of) => ({
      ...of,
      Action: [of.Action].flat(),
      Resource: [of.Resource]
        .flat()
        .map((each) => each['Fn::Join']?.[1].map((part: any) => part.Ref ?? part).join('') ?? JSON.stringify(each)),
    }));
}
