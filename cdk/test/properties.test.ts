import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Size } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as construct from 'cdk-managed-node-group';
import { everything, properties, ROLE, TOKEN } from './support';

const SCHEMA = JSON.parse(readFileSync(join(__dirname, '../../../schema/managed-node-group.schema.json'), 'utf8'));

/** Every property that the schema knows, at every depth, with the schema of its values. */
function paths(schema: any, path = ''): [string, any][] {
  const inner = [schema, ...(schema.anyOf ?? []), ...(schema.items ? [schema.items] : [])];
  const properties = inner.flatMap((each: any) => Object.entries(each.properties ?? {}));
  return properties.flatMap(([key, value]) => [
    [`${path}${key}`, value] as [string, any],
    ...paths(value, `${path}${key}.`),
  ]);
}

/** Every property that is set, at every depth. */
function set(value: any, path = ''): string[] {
  const items = Array.isArray(value) ? value : [value];
  return items
    .filter((item) => item && typeof item === 'object')
    .flatMap((item) => Object.entries(item))
    .flatMap(([key, inner]) => [`${path}${key}`, ...set(inner, `${path}${key}.`)]);
}

test('every property of the resource can be set', () => {
  const all = [0, 1, 2, 3].flatMap((at) => set(properties((scope) => everything(scope)[at])));
  const missing = paths(SCHEMA).filter(([path]) => !all.includes(path));
  assert.deepEqual(
    missing.map(([path]) => path),
    [],
  );
});

test('the props become the properties', () => {
  const one = properties((scope) => everything(scope)[0]);
  assert.deepEqual(one, {
    ServiceToken: TOKEN,
    ClusterName: 'my-cluster',
    NodeRole: ROLE,
    Subnets: ['subnet-1', 'subnet-2'],
    Labels: { team: 'blue' },
    Taints: [{ Key: 'gpu', Value: 'true', Effect: 'PREFER_NO_SCHEDULE' }],
    Tags: { env: 'prod' },
    NodegroupName: 'my-mng',
    NodegroupNamePrefix: 'web',
    AmiType: 'AL2023_x86_64_NVIDIA',
    CapacityType: 'SPOT',
    InstanceTypes: ['g5.xlarge', 'g5.2xlarge'],
    DiskSize: 50,
    RemoteAccess: { Ec2SshKey: 'my-key', SourceSecurityGroups: ['sg-1'] },
    Version: '1.34',
    ReleaseVersion: 'latest',
    ForceUpdateEnabled: true,
    ScalingConfig: { MinSize: 2, MaxSize: 4, DesiredSize: 3 },
    UpdateConfig: { MaxUnavailable: 1, UpdateStrategy: 'MINIMAL' },
    NodeRepairConfig: {
      Enabled: true,
      MaxUnhealthyNodeThresholdCount: 5,
      MaxParallelNodesRepairedCount: 1,
      NodeRepairConfigOverrides: [
        {
          NodeMonitoringCondition: 'AcceleratedHardwareReady',
          NodeUnhealthyReason: 'NvidiaXID64Error',
          MinRepairWaitTimeMins: 10,
          RepairAction: 'Reboot',
        },
      ],
    },
    WarmPoolConfig: {
      Enabled: true,
      MinSize: 1,
      MaxGroupPreparedCapacity: 5,
      PoolState: 'HIBERNATED',
      ReuseOnScaleIn: true,
    },
    BlockPodImds: true,
    MaxPods: { PrefixDelegation: true, CustomNetworking: true },
    Volume: {
      Size: 50,
      Type: 'gp3',
      Iops: 4000,
      Throughput: 200,
      Encrypted: true,
      KmsKeyId: 'arn:aws:kms:eu-central-1:111122223333:key/0a1b2c3d',
    },
    SecurityGroups: ['sg-1'],
    UserData: '#!/bin/bash\nsysctl -w vm.max_map_count=262144\n',
    PropagateTags: true,
    ClusterAutoscaler: {
      Resources: { 'ephemeral-storage': '100Gi' },
      Options: {
        scaledownutilizationthreshold: 0.5,
        scaledowngpuutilizationthreshold: 0.4,
        scaledownunneededtime: '600s',
        scaledownunreadytime: '5400s',
        ignoredaemonsetsutilization: true,
      },
    },
    SuspendProcesses: ['AZRebalance'],
    NvidiaDevicePlugin: { Version: 'v0.20.0' },
    WindowsSupport: true,
    Stateful: true,
    WaitFor: 'NodesReady',
    Preflight: 'Warn',
    ServiceTimeout: 1800,
  });
});

test('a launch template is named by id, else by name, with its version', () => {
  const [, byName, byId] = [0, 1, 2].map((at) => properties((scope) => everything(scope)[at]).LaunchTemplate);
  assert.deepEqual(
    [byName, byId],
    [
      { Name: 'mine', Version: '$Default' },
      { Id: 'lt-1', Version: '$Latest' },
    ],
  );
});

test('what is not set is not there', () => {
  const least = { ServiceToken: TOKEN, ClusterName: 'my-cluster', NodeRole: ROLE, Subnets: ['subnet-1', 'subnet-2'] };
  assert.deepEqual(
    properties(() => ({})),
    least,
  );
  assert.deepEqual(
    properties(() => ({ blockPodImds: false })),
    { ...least, BlockPodImds: false },
  );
});

test('the words are those of the schema', () => {
  const words: [object, string][] = [
    [construct.AmiType, 'AmiType'],
    [construct.CapacityType, 'CapacityType'],
    [construct.UpdateStrategy, 'UpdateConfig.UpdateStrategy'],
    [construct.RepairAction, 'NodeRepairConfig.NodeRepairConfigOverrides.RepairAction'],
    [construct.PoolState, 'WarmPoolConfig.PoolState'],
    [construct.WaitFor, 'WaitFor'],
    [construct.Preflight, 'Preflight'],
  ];
  const known = new Map(paths(SCHEMA));
  for (const [choice, path] of words) {
    assert.deepEqual(new Set(Object.values(choice)), new Set(known.get(path).enum), path);
  }
  assert.deepEqual(new Set(Object.values(construct.ScalingProcess)), new Set(known.get('SuspendProcesses').items.enum));
  // The resource takes two spellings of these, and of volumes fewer kinds than there are.
  for (const effect of Object.values(construct.TaintEffect)) {
    assert.ok(known.get('Taints.Effect').enum.includes(effect), effect);
  }
  for (const type of known.get('Volume.Type').enum) {
    assert.ok(Object.values(ec2.EbsDeviceVolumeType).includes(type), type);
  }
});

test('sizes are in whole GiB', () => {
  assert.equal(properties(() => ({ diskSize: Size.tebibytes(1) })).DiskSize, 1024);
});
