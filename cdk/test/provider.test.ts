import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as eks2 from 'aws-cdk-lib/aws-eks-v2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { LogLevel, ManagedNodeGroupProvider } from 'cdk-managed-node-group';
import { cluster, code, generated, group, provided, ROLE, stack, statements, TOKEN } from './support';

test('there is one provider in a stack', () => {
  const scope = stack();
  ManagedNodeGroupProvider.getOrCreate(scope, { code: code(scope) });
  group(scope, { provider: undefined }, 'A');
  group(scope, { provider: undefined }, 'B');
  const template = Template.fromStack(scope);
  template.resourceCountIs('AWS::Lambda::Function', 1);
  const tokens = Object.values(template.findResources('Custom::ManagedNodeGroup')).map(
    (of) => of.Properties.ServiceToken,
  );
  const [id] = Object.keys(template.findResources('AWS::Lambda::Function'));
  assert.deepEqual(tokens, [{ 'Fn::GetAtt': [id, 'Arn'] }, { 'Fn::GetAtt': [id, 'Arn'] }]);
});

test('settings that come too late are refused', () => {
  const scope = stack();
  ManagedNodeGroupProvider.getOrCreate(scope, { code: code(scope) });
  const late = () => ManagedNodeGroupProvider.getOrCreate(scope, { logLevel: LogLevel.DEBUG });
  assert.throws(late, /is there already.*call getOrCreate with these settings before the first node group/);
});

test('with a given service token nothing of a provider is made', () => {
  const scope = stack();
  group(scope);
  const template = Template.fromStack(scope);
  assert.deepEqual(
    Object.values(template.toJSON().Resources).map((of: any) => of.Type),
    ['Custom::ManagedNodeGroup'],
  );
  template.hasResourceProperties('Custom::ManagedNodeGroup', { ServiceToken: TOKEN });
});

test('the function, its queue and its logs are as in template.yaml', () => {
  const template = provided({ logLevel: LogLevel.WARN, architecture: lambda.Architecture.X86_64 });
  const { ProviderFunction: of, FailedInvocations: queue } = generated('template').TEMPLATE.resources;
  template.hasResourceProperties('AWS::Lambda::Function', {
    Architectures: ['x86_64'],
    Runtime: of.Runtime,
    Handler: of.Handler,
    Timeout: of.Timeout,
    MemorySize: of.MemorySize,
    LoggingConfig: { LogFormat: of.LoggingConfig.LogFormat },
    Environment: { Variables: { POLLING_MODE: 'SelfInvoke', LOG_LEVEL: 'warn', STATE_MACHINE_ARN: Match.absent() } },
  });
  template.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
    MaximumRetryAttempts: of.EventInvokeConfig.MaximumRetryAttempts,
    MaximumEventAgeInSeconds: of.EventInvokeConfig.MaximumEventAgeInSeconds ?? Match.absent(),
    DestinationConfig: { OnFailure: { Destination: Match.anyValue() } },
  });
  template.hasResourceProperties('AWS::Lambda::EventSourceMapping', { BatchSize: 1 });
  const unkeyed = { ...queue, SqsManagedSseEnabled: true, KmsMasterKeyId: Match.absent() };
  template.hasResource('AWS::SQS::Queue', { Properties: unkeyed, DeletionPolicy: 'Delete' });
  template.hasResource('AWS::Logs::LogGroup', { Properties: { RetentionInDays: 30 }, DeletionPolicy: 'Delete' });
});

test("no setting of the template's function is left out unseen", () => {
  const taken = [
    ...[
      'FunctionName',
      'Description',
      'CodeUri',
      'Handler',
      'Runtime',
      'Architectures',
      'Timeout',
      'MemorySize',
      'Role',
    ],
    ...['VpcConfig', 'LoggingConfig', 'Tracing', 'Environment', 'EventInvokeConfig', 'Events'],
    // For whoever deploys the template: a construct's user tags by Tags.of.
    'Tags',
  ];
  const { ProviderFunction } = generated('template').TEMPLATE.resources;
  assert.deepEqual(
    Object.keys(ProviderFunction).filter((name) => !taken.includes(name)),
    [],
  );
});

test('by default the function runs on what the template says', () => {
  provided().hasResourceProperties('AWS::Lambda::Function', {
    Architectures: [generated('template').TEMPLATE.parameters.Architecture],
  });
});

test("the role has the template's statements, and changes only the cluster that is used", () => {
  const found = statements(provided());
  const { statementsOf } = generated('statements');
  const all: any[] = statementsOf('FunctionRole').filter((of: any) => of.Sid);
  const wanted = all
    .filter((of) => of.Sid !== 'CallStateMachine')
    .flatMap((of) => [of.Action].flat().map((action: string) => `${of.Sid} ${action}`));
  const sid = (of: any) => of.Sid.replace(/(Reads|Ends)$/, '');
  assert.deepEqual(
    new Set(found.flatMap((of) => of.Action.map((action: string) => `${sid(of)} ${action}`))),
    new Set(wanted),
  );

  const changes = /^eks:(?!Describe|List|Delete|Untag)/;
  const changed = found.filter((of) => of.Action.some((action: string) => changes.test(action)));
  const ours = 'arn:AWS::Partition:eks:eu-central-1:111122223333:';
  assert.deepEqual(
    new Set(changed.flatMap((of) => of.Resource)),
    new Set([`${ours}cluster/my-cluster`, `${ours}nodegroup/my-cluster/*/*`]),
  );

  const ends = found.filter((of) => of.Action.some((action: string) => /^eks:(Delete|Untag)/.test(action)));
  assert.equal(ends.length, 1);
  for (const { Condition, Action } of ends) {
    // Another stack's function is in this account too, and neither may end what is the other's.
    assert.deepEqual(Condition, {
      StringLike: { 'aws:ResourceTag/managed-node-group:stack-id': [{ Ref: 'AWS::StackId' }] },
    });
    assert.ok(
      Action.every((action: string) => /^eks:(Delete|Untag)/.test(action)),
      Action,
    );
  }
  const owned = ['CallMakeOurs', 'CallChangeOurs', 'CallChangeNodegroup'];
  assert.deepEqual(
    owned.map((sid) => found.find((of) => of.Sid === sid).Condition),
    ['Request', 'Resource', 'Resource'].map((of) => ({
      StringLike: { [`aws:${of}Tag/managed-node-group:stack-id`]: [{ Ref: 'AWS::StackId' }] },
    })),
  );
  const tagged = found.find((of) => of.Sid === 'CallTagTemplate').Condition;
  assert.deepEqual(tagged, {
    Null: {
      'aws:RequestTag/managed-node-group:logical-id': 'false',
      'aws:RequestTag/managed-node-group:nodegroup': 'false',
      'aws:ResourceTag/managed-node-group:stack-id': 'true',
    },
    'ForAllValues:StringEquals': {
      'aws:TagKeys': ['logical-id', 'nodegroup', 'stack-id'].map((of) => `managed-node-group:${of}`),
    },
    StringLike: { 'aws:RequestTag/managed-node-group:stack-id': [{ Ref: 'AWS::StackId' }] },
  });
  const passed = found.filter((of) => of.Action.includes('iam:PassRole'));
  assert.deepEqual(
    passed.map((of) => of.Resource),
    [[JSON.stringify(ROLE)]],
  );
});

test('what the function owns in other stacks is what it is told', () => {
  const scope = stack();
  const provider = new ManagedNodeGroupProvider(scope, 'Provider', { code: code(scope) });
  provider.allowStack('arn:aws:cloudformation:*:*:stack/Nodes/*');
  const conditions = statements(Template.fromStack(scope)).map((of) => JSON.stringify(of.Condition ?? {}));
  const owned = conditions.filter((of) => of.includes('stack-id'));
  const stacks = '[{"Ref":"AWS::StackId"},"arn:aws:cloudformation:*:*:stack/Nodes/*"]';
  assert.equal(owned.length, 4);
  assert.ok(
    owned.every((of) => of.includes(stacks)),
    `${owned}`,
  );
});

test('each cluster and each node role that is used is allowed, once', () => {
  const scope = stack();
  const provider = ManagedNodeGroupProvider.getOrCreate(scope, { code: code(scope) });
  group(scope, { provider }, 'A');
  group(scope, { provider }, 'B');
  const other = iam.Role.fromRoleArn(scope, 'Second', 'arn:aws:iam::111122223333:role/second');
  group(scope, { provider, cluster: cluster(scope, 'second'), nodeRole: other }, 'C');
  const found = statements(Template.fromStack(scope));
  const of = (sid: string) => found.find((each) => each.Sid === sid).Resource;
  const clusters = ['my-cluster', 'second'].map(
    (name) => `arn:AWS::Partition:eks:eu-central-1:111122223333:cluster/${name}`,
  );
  assert.deepEqual(of('CallCreateNodegroup'), clusters);
  assert.deepEqual(
    of('EksPassNodeRole'),
    [ROLE, other.roleArn].map((arn) => JSON.stringify(arn)),
  );
});

test('a provider without groups is allowed what it is told', () => {
  const scope = stack();
  const provider = new ManagedNodeGroupProvider(scope, 'Provider', { code: code(scope) });
  const sids = () => statements(Template.fromStack(scope)).map((of) => of.Sid);
  const before = sids();
  assert.ok(
    !before.includes('CallCreateNodegroup') &&
      !before.includes('EksPassNodeRole') &&
      before.includes('CallChangeNodegroupEnds'),
  );
  provider.allowCluster('*');
  provider.allowNodeRole('arn:aws:iam::111122223333:role/eks-*');
});

test('a group is deleted before anything of its provider', () => {
  const [{ DependsOn }] = Object.values(provided().findResources('Custom::ManagedNodeGroup'));
  for (const part of [
    'Function',
    'HandOver',
    'RoleDefaultPolicy',
    'FailedInvocations',
    'FunctionEventInvokeConfig',
    'FunctionFailedInvocation',
  ]) {
    assert.ok(
      DependsOn.some((id: string) => id.startsWith(`ManagedNodeGroupProvider${part}`)),
      `${part} in ${DependsOn}`,
    );
  }
});

test('in a VPC Lambda may make network interfaces, and the function may not', () => {
  const scope = stack();
  const template = provided({ vpc: new ec2.Vpc(scope, 'Vpc') }, scope);
  template.hasResourceProperties('AWS::Lambda::Function', { VpcConfig: { SubnetIds: Match.anyValue() } });
  const sids = statements(template).map((of) => of.Sid);
  assert.ok(sids.includes('LambdaNetworkInterfaces') && sids.includes('LambdaAloneHasInterfaces'), `${sids}`);
  assert.ok(!statements(provided()).some((of) => of.Sid === 'LambdaNetworkInterfaces'));
});

test('a cluster knows the function by an access entry, before any group of the stack', () => {
  const scope = stack();
  const provider = ManagedNodeGroupProvider.getOrCreate(scope, { code: code(scope) });
  provider.grantClusterAccess(cluster(scope));
  group(scope, { provider });
  provider.grantClusterAccess(scope.node.findChild('Cluster-my-cluster') as eks2.ICluster);
  const template = Template.fromStack(scope);
  template.resourceCountIs('AWS::EKS::AccessEntry', 1);
  const [[id, { Properties }]] = Object.entries(template.findResources('AWS::EKS::AccessEntry'));
  assert.deepEqual([Properties.ClusterName, Properties.KubernetesGroups], ['my-cluster', ['managed-node-group']]);
  template.hasResource('Custom::ManagedNodeGroup', { DependsOn: Match.arrayWith([id]) });
  const subjects = ManagedNodeGroupProvider.KUBERNETES_ACCESS.flatMap((of: any) => of.subjects ?? []);
  assert.ok(subjects.length > 0 && subjects.every((of: any) => of.name === Properties.KubernetesGroups[0]));
});

test('a cluster that is imported twice has one access entry, whatever its constructs are called', () => {
  const entryOf = (...ids: string[]) => {
    const scope = stack();
    const provider = ManagedNodeGroupProvider.getOrCreate(scope, { code: code(scope) });
    for (const id of ids) {
      provider.grantClusterAccess(eks2.Cluster.fromClusterAttributes(scope, id, { clusterName: 'my-cluster' }));
    }
    provider.grantClusterAccess(eks2.Cluster.fromClusterAttributes(scope, 'Other', { clusterName: 'other' }));
    const entries = Template.fromStack(scope).findResources('AWS::EKS::AccessEntry');
    return Object.entries(entries).map(([id, { Properties }]) => [id, Properties.ClusterName]);
  };
  const [once, renamed, twice] = [entryOf('A'), entryOf('B'), entryOf('A', 'B')];
  assert.deepEqual(once, renamed);
  assert.deepEqual(once, twice);
  assert.deepEqual(
    once.map(([, name]) => name),
    ['my-cluster', 'other'],
  );
});

test('a bundle that is missing is named, with what to do', () => {
  const architecture = lambda.Architecture.custom('riscv64');
  const make = () => new ManagedNodeGroupProvider(stack(), 'Provider', { architecture });
  assert.throws(make, /there is no function for riscv64 at .*run `make cdk-asset ARCH=riscv64`.*fromServiceToken/);
});
