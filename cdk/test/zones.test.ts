import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CfnOutput, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as eks2 from 'aws-cdk-lib/aws-eks-v2';
import { ManagedNodeGroup } from 'cdk-managed-node-group';
import { cluster, GIVEN, stack } from './support';

const TYPE = 'Custom::ManagedNodeGroup';

test('one group a zone', () => {
  const scope = stack();
  const props = { cluster: cluster(scope), provider: GIVEN, nodegroupNamePrefix: 'stateful', stateful: true };
  const groups = ManagedNodeGroup.perAvailabilityZone(scope, 'Stateful', props);
  assert.deepEqual(Object.keys(groups), ['eu-central-1a', 'eu-central-1b']);
  groups['eu-central-1b'].addLabel('zone', 'b');
  const template = Template.fromStack(scope);
  const made = Object.values(template.findResources(TYPE)).map(({ Properties: of }) => [
    of.Subnets,
    of.NodegroupNamePrefix,
    of.Labels,
  ]);
  assert.deepEqual(made, [
    [['subnet-1'], 'stateful-eu-central-1a', undefined],
    [['subnet-2'], 'stateful-eu-central-1b', { zone: 'b' }],
  ]);
  template.resourceCountIs('AWS::IAM::Role', 1);
});

test('zones that are not known are counted', () => {
  const scope = new Stack();
  const vpc = new ec2.Vpc(scope, 'Vpc', { maxAzs: 2 });
  const of = eks2.Cluster.fromClusterAttributes(scope, 'Cluster', { clusterName: 'my-cluster', vpc });
  const groups = ManagedNodeGroup.perAvailabilityZone(scope, 'Stateful', { cluster: of, provider: GIVEN });
  assert.deepEqual(Object.keys(groups), ['az1', 'az2']);
  new CfnOutput(scope, 'Out', { value: groups.az1.nodegroupName });
});

test('groups of several zones cannot have one name', () => {
  const scope = stack();
  const props = { cluster: cluster(scope), provider: GIVEN, nodegroupName: 'web' };
  assert.throws(
    () => ManagedNodeGroup.perAvailabilityZone(scope, 'Web', props),
    /give nodegroupNamePrefix in its place/,
  );
});

test('one group a zone can be made before its VPC is looked up', () => {
  const scope = stack();
  const vpc = ec2.Vpc.fromLookup(scope, 'Vpc', { vpcId: 'vpc-1' });
  const of = eks2.Cluster.fromClusterAttributes(scope, 'Cluster', { clusterName: 'my-cluster', vpc });
  const groups = ManagedNodeGroup.perAvailabilityZone(scope, 'Data', { cluster: of, provider: GIVEN });
  new CfnOutput(scope, 'Out', { value: groups['eu-central-1a'].nodegroupId });
  assert.equal((groups as any).then, undefined);
  assert.ok(Object.values(groups).every((each) => each instanceof ManagedNodeGroup));
  Template.fromStack(scope).hasOutput('Out', { Value: { Ref: Match.anyValue() } });
});
