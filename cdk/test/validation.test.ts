import assert from 'node:assert/strict';
import { test } from 'node:test';
import { App, CfnParameter, Duration, Lazy, Size, Stack, Token } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import {
  AmiType,
  CapacityType,
  ClusterAutoscaler,
  ManagedNodeGroupProps,
  MaxPods,
  NvidiaDevicePlugin,
  ScalingProcess,
  TaintEffect,
  WaitFor,
} from 'cdk-managed-node-group';
import { everything, group, stack } from './support';

type Props = Partial<ManagedNodeGroupProps>;

/** What synth says is wrong. */
function told(props: (scope: Stack) => Props): string {
  const app = new App();
  const scope = stack('Test', app);
  group(scope, props(scope));
  try {
    app.synth();
    return '';
  } catch (error) {
    return (error as Error).message;
  }
}

const template = (scope: Stack) =>
  ec2.LaunchTemplate.fromLaunchTemplateAttributes(scope, 'Template', { launchTemplateId: 'lt-1' });
const taint = { key: 'a', effect: TaintEffect.NO_SCHEDULE };

const WRONG: [string, (scope: Stack) => Props][] = [
  ['nodegroupName: expected something like my-mng, got "my_mng"', () => ({ nodegroupName: 'my_mng' })],
  ['nodegroupName: expected at most 63', () => ({ nodegroupName: 'a'.repeat(64) })],
  ['nodegroupNamePrefix: expected at most 50', () => ({ nodegroupNamePrefix: 'a'.repeat(51) })],
  ['diskSize: expected at least 1, got 0', () => ({ diskSize: Size.gibibytes(0) })],
  ['scalingConfig.minSize: expected at least 0, got -1', () => ({ scalingConfig: { minSize: -1 } })],
  ['scalingConfig.maxSize: expected integer, got 1.5', () => ({ scalingConfig: { maxSize: 1.5 } })],
  [
    'scalingConfig.minSize: expected at most scalingConfig.maxSize, 1, got 2',
    () => ({ scalingConfig: { minSize: 2, maxSize: 1 } }),
  ],
  [
    'scalingConfig.desiredSize: expected at most scalingConfig.maxSize',
    () => ({ scalingConfig: { desiredSize: 5, maxSize: 4 } }),
  ],
  [
    'updateConfig.maxUnavailable: expected at most scalingConfig.maxSize, 2, got 3',
    () => ({ updateConfig: { maxUnavailable: 3 }, scalingConfig: { maxSize: 2 } }),
  ],
  [
    'updateConfig: expected either maxUnavailable or maxUnavailablePercentage, got both',
    () => ({ updateConfig: { maxUnavailable: 1, maxUnavailablePercentage: 10 } }),
  ],
  ['remoteAccess: expected either ec2SshKey or publicKey, got neither', () => ({ remoteAccess: {} })],
  ['version: expected something like 1.34, got "latest"', () => ({ version: 'latest' })],
  ['volume.volumeType: expected one of gp3', () => ({ volume: { volumeType: ec2.EbsDeviceVolumeType.ST1 } })],
  [
    'instanceTypes: expected each once',
    () => ({ instanceTypes: [new ec2.InstanceType('m5.large'), new ec2.InstanceType('m5.large')] }),
  ],
  ['labels.team: expected at most 63 characters', () => ({ labels: { team: 'a'.repeat(64) } })],
  ['maxPods: expected at least 1', () => ({ maxPods: MaxPods.of(0) })],
  ['serviceTimeout: expected at most 3600, got 7200', () => ({ serviceTimeout: Duration.hours(2) })],
  [
    'clusterAutoscaler.resources.cpu: expected something like',
    () => ({ clusterAutoscaler: ClusterAutoscaler.enabled({ resources: { cpu: 'many' } }) }),
  ],
  [
    'taints: expected each pair of key and effect once, got a:NO_SCHEDULE again',
    () => ({ taints: [taint, { ...taint, value: 'b' }] }),
  ],
  [
    'diskSize: is the same as volume.size',
    () => ({ diskSize: Size.gibibytes(1), volume: { size: Size.gibibytes(1) } }),
  ],
  ['amiType: CUSTOM needs a launchTemplate', () => ({ amiType: AmiType.CUSTOM })],
  ['capacityType: CAPACITY_BLOCK needs a launchTemplate', () => ({ capacityType: CapacityType.CAPACITY_BLOCK })],
  ['launchTemplateVersion: a version needs a launchTemplate', () => ({ launchTemplateVersion: '3' })],
  [
    "diskSize: can't stand beside launchTemplate",
    (scope) => ({ launchTemplate: template(scope), diskSize: Size.gibibytes(1) }),
  ],
  [
    "userData: can't stand beside launchTemplate",
    (scope) => ({ launchTemplate: template(scope), userData: ec2.UserData.forLinux() }),
  ],
  [
    'instanceTypes: expected none with CAPACITY_BLOCK',
    (scope) => ({
      launchTemplate: template(scope),
      capacityType: CapacityType.CAPACITY_BLOCK,
      instanceTypes: [new ec2.InstanceType('p5.48xlarge')],
    }),
  ],
  [
    'suspendProcesses: is done once the group is there, and SUBMITTED ends before',
    () => ({ waitFor: WaitFor.SUBMITTED, suspendProcesses: [ScalingProcess.HEALTH_CHECK] }),
  ],
  [
    'nvidiaDevicePlugin: is done once the group is there',
    () => ({ waitFor: WaitFor.SUBMITTED, nvidiaDevicePlugin: NvidiaDevicePlugin.DEFAULT }),
  ],
];

for (const [message, props] of WRONG) {
  test(`synth says: ${message}`, () => {
    const said = told(props);
    assert.ok(said.includes(message), said || 'nothing');
    assert.ok(said.includes('[Test/Nodes]'), `no construct is named: ${said}`);
  });
}

test('all that is wrong is told at once', () => {
  const said = told(() => ({ nodegroupName: 'my_mng', scalingConfig: { minSize: -1 } }));
  assert.match(said, /nodegroupName: .*\n.*scalingConfig\.minSize: /);
});

test('what is added later is looked at too', () => {
  const app = new App();
  const nodes = group(stack('Test', app));
  nodes.addLabel('team', 'a'.repeat(64));
  assert.throws(() => app.synth(), /labels\.team: expected at most 63 characters/);
});

test('what is known only when it is deployed is taken for correct', () => {
  const said = told((scope) => {
    const parameter = new CfnParameter(scope, 'Size', { type: 'Number' });
    return {
      nodegroupName: Lazy.string({ produce: () => 'my_mng' }),
      version: new CfnParameter(scope, 'Version').valueAsString,
      diskSize: Size.gibibytes(parameter.valueAsNumber),
      scalingConfig: { minSize: parameter.valueAsNumber, maxSize: 1 },
      instanceTypes: [new ec2.InstanceType(Token.asString(parameter.value))],
    };
  });
  assert.equal(said, '');
});

test('what can stand together is not refused', () => {
  for (const at of [1, 2, 3]) {
    assert.equal(
      told((scope) => everything(scope)[at]),
      '',
    );
  }
});

test('a duration that is known only when it is deployed reaches the autoscaler', () => {
  const scope = stack();
  const seconds = new CfnParameter(scope, 'Seconds', { type: 'Number' }).valueAsNumber;
  const scaleDownUnneededTime = Duration.seconds(seconds);
  group(scope, { clusterAutoscaler: ClusterAutoscaler.enabled({ scaleDownUnneededTime }) });
  Template.fromStack(scope).hasResourceProperties('Custom::ManagedNodeGroup', {
    ClusterAutoscaler: { Options: { scaledownunneededtime: { 'Fn::Join': ['', [{ Ref: 'Seconds' }, 's']] } } },
  });
});
