import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { App, Stack, Tags } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as eks from 'aws-cdk-lib/aws-eks';
import * as eks2 from 'aws-cdk-lib/aws-eks-v2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { ManagedNodeGroup, TaintEffect } from 'cdk-managed-node-group';
import { classic, cluster, GIVEN, group, ROLE, stack } from './support';

const TYPE = 'Custom::ManagedNodeGroup';

/** The one node group of a stack. */
function only(scope: Stack): any {
  const found = Object.values(Template.fromStack(scope).findResources(TYPE));
  assert.equal(found.length, 1);
  return found[0];
}

test('labels, taints and tags are added', () => {
  const scope = stack();
  const nodes = group(scope, { labels: { team: 'blue' }, tags: { env: 'prod' } });
  nodes.addLabel('tier', 'web');
  nodes.addTaint({ key: 'gpu', effect: TaintEffect.NO_EXECUTE });
  nodes.addTag('cost', '42');
  Tags.of(scope).add('owner', 'platform');
  const { Labels, Taints, Tags: tags } = only(scope).Properties;
  assert.deepEqual(Labels, { team: 'blue', tier: 'web' });
  assert.deepEqual(Taints, [{ Key: 'gpu', Effect: 'NO_EXECUTE' }]);
  assert.deepEqual(tags, { env: 'prod', cost: '42', owner: 'platform' });
});

test('props that are given stay as they are', () => {
  const labels = { team: 'blue' };
  group(stack(), { labels }).addLabel('tier', 'web');
  assert.deepEqual(labels, { team: 'blue' });
});

test('every return value has a getter', () => {
  const scope = stack();
  const nodes = group(scope);
  const getters: { [attribute: string]: unknown } = {
    Arn: nodes.nodegroupArn,
    NodegroupName: nodes.nodegroupName,
    ClusterName: nodes.clusterName,
    Status: nodes.nodegroupStatus,
    Version: nodes.version,
    ReleaseVersion: nodes.releaseVersion,
    AmiType: nodes.amiType,
    CapacityType: nodes.capacityType,
    InstanceTypes: nodes.instanceTypes,
    AutoScalingGroupName: nodes.autoScalingGroupName,
    LaunchTemplateId: nodes.launchTemplateId,
    LaunchTemplateVersion: nodes.launchTemplateVersion,
    RemoteAccessSecurityGroup: nodes.remoteAccessSecurityGroup,
    NodeRole: nodes.nodeRoleArn,
    DesiredSize: nodes.desiredSize,
    ReadyNodes: nodes.readyNodes,
    MaxPods: nodes.maxPods,
    Warnings: nodes.warnings,
  };
  const id = scope.getLogicalId(nodes.node.defaultChild as any);
  for (const [attribute, value] of Object.entries(getters)) {
    assert.deepEqual(scope.resolve(value), { 'Fn::GetAtt': [id, attribute] });
  }
  assert.deepEqual(scope.resolve(nodes.nodegroupId), { Ref: id });

  const readme = readFileSync(join(__dirname, '../../../README.md'), 'utf8');
  const section = readme.split('## Return values')[1].split('## ')[0].split('Each is there')[0];
  const named = [...section.matchAll(/`([A-Z]\w+)`/g)].map(([, name]) => name).filter((name) => name !== 'Ref');
  // Id is what Ref gives.
  assert.deepEqual(new Set(Object.keys(getters)), new Set(named.filter((name) => name !== 'Id')));
});

test('an imported group is known by cluster and name', () => {
  const scope = stack();
  const attributes = { clusterName: 'my-cluster', nodegroupName: 'web' };
  const nodes = ManagedNodeGroup.fromManagedNodeGroupAttributes(scope, 'Imported', attributes);
  assert.equal(nodes.nodegroupRef.nodegroupId, 'my-cluster/web');
  const arn = scope.resolve(nodes.nodegroupArn);
  assert.deepEqual(arn['Fn::Join'][1].at(-1), ':eks:eu-central-1:111122223333:nodegroup/my-cluster/web/*');
  const grant = () => s3.Bucket.fromBucketName(scope, 'Bucket', 'bucket').grantRead(nodes);
  assert.throws(grant, /imported without a role/);
});

test('others are let at the group', () => {
  const scope = stack();
  const nodes = group(scope);
  const user = new iam.User(scope, 'User');
  nodes.grants.read(user);
  nodes.grants.scale(user);
  nodes.grants.actions(user, 'eks:UpdateNodegroupVersion');
  const arn = { 'Fn::GetAtt': [scope.getLogicalId(nodes.node.defaultChild as any), 'Arn'] };
  // EKS authorises what is about updates on the cluster as well.
  const both = [
    {
      'Fn::Join': [
        '',
        [
          'arn:',
          { Ref: 'AWS::Partition' },
          ':eks:eu-central-1:111122223333:cluster/',
          { 'Fn::GetAtt': [arn['Fn::GetAtt'][0], 'ClusterName'] },
        ],
      ],
    },
    arn,
  ];
  const allowed = (Action: string | string[], Resource: object) => ({ Effect: 'Allow', Action, Resource });
  Template.fromStack(scope).hasResourceProperties('AWS::IAM::Policy', {
    PolicyDocument: {
      Statement: [
        allowed(['eks:DescribeNodegroup', 'eks:ListTagsForResource'], arn),
        allowed(['eks:DescribeUpdate', 'eks:ListUpdates'], both),
        allowed(['eks:DescribeNodegroup', 'eks:UpdateNodegroupConfig'], arn),
        allowed('eks:DescribeUpdate', both),
        allowed('eks:UpdateNodegroupVersion', arn),
      ],
    },
  });
});

test("grants of a group that is elsewhere name its own Region's cluster", () => {
  const scope = stack();
  const nodegroupArn = 'arn:aws-cn:eks:cn-north-1:444455556666:nodegroup/my-cluster/web/0a1b';
  const attributes = { clusterName: 'my-cluster', nodegroupName: 'web', nodegroupArn };
  const nodes = ManagedNodeGroup.fromManagedNodeGroupAttributes(scope, 'Imported', attributes);
  nodes.grants.scale(new iam.User(scope, 'User'));
  const named = ['arn:aws-cn:eks:cn-north-1:444455556666:cluster/my-cluster', nodegroupArn];
  Template.fromStack(scope).hasResourceProperties('AWS::IAM::Policy', {
    PolicyDocument: { Statement: Match.arrayWith([Match.objectLike({ Resource: named })]) },
  });
});

test('nodes have a role with what EKS demands, and may be granted more', () => {
  const scope = stack();
  const nodes = new ManagedNodeGroup(scope, 'Nodes', { cluster: cluster(scope), provider: GIVEN });
  s3.Bucket.fromBucketName(scope, 'Bucket', 'bucket').grantRead(nodes);
  const template = Template.fromStack(scope);
  const policies = ['AmazonEKSWorkerNodePolicy', 'AmazonEC2ContainerRegistryPullOnly', 'AmazonEKS_CNI_Policy'];
  template.hasResourceProperties('AWS::IAM::Role', {
    AssumeRolePolicyDocument: { Statement: [Match.objectLike({ Principal: { Service: 'ec2.amazonaws.com' } })] },
    ManagedPolicyArns: policies.map((name) => ({
      'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:iam::aws:policy/${name}`]],
    })),
  });
  template.hasResourceProperties('AWS::IAM::Policy', {
    PolicyDocument: { Statement: [Match.objectLike({ Action: ['s3:GetObject*', 's3:GetBucket*', 's3:List*'] })] },
  });
  assert.deepEqual(only(scope).Properties.NodeRole, {
    'Fn::GetAtt': [scope.getLogicalId(nodes.nodeRole.node.defaultChild as any), 'Arn'],
  });
});

test("the nodes are reached by their own security groups, or else by the cluster's", () => {
  const scope = stack();
  const own = ec2.SecurityGroup.fromSecurityGroupId(scope, 'Own', 'sg-own');
  const vpc = new ec2.Vpc(scope, 'Vpc');
  const attributes = { clusterName: 'other', clusterSecurityGroupId: 'sg-cluster', vpc };
  const other = eks.Cluster.fromClusterAttributes(scope, 'Other', attributes);
  const reached = [
    group(scope, { securityGroups: [own] }, 'A'),
    group(scope, { cluster: other }, 'B'),
    group(scope, {}, 'C'),
  ];
  const ids = reached.map((nodes) => nodes.connections.securityGroups.map((each) => each.securityGroupId));
  assert.deepEqual(ids, [['sg-own'], ['sg-cluster'], []]);
});

/** A cluster of each kind, made in the stack, and the type of its resource. */
const CLUSTERS: [string, string, (scope: Stack) => eks.ICluster | eks2.ICluster | eks.CfnCluster][] = [
  ['aws-eks', 'Custom::AWSCDK-EKS-Cluster', (scope) => classic(scope, eks.AuthenticationMode.API_AND_CONFIG_MAP)],
  ['aws-eks-v2', 'AWS::EKS::Cluster', modern],
  [
    'a CfnCluster',
    'AWS::EKS::Cluster',
    (scope) => new eks.CfnCluster(scope, 'Cluster', { roleArn: ROLE, resourcesVpcConfig: { subnetIds: ['subnet-1'] } }),
  ],
];

function modern(scope: Stack): eks2.Cluster {
  const version = eks2.KubernetesVersion.V1_33;
  return new eks2.Cluster(scope, 'Cluster', {
    version,
    defaultCapacityType: eks2.DefaultCapacityType.NODEGROUP,
    defaultCapacity: 0,
  });
}

for (const [kind, type, made] of CLUSTERS) {
  test(`it takes a cluster of ${kind}, and comes after it and its access`, () => {
    const scope = stack();
    const of = made(scope);
    const subnets = [
      ec2.Subnet.fromSubnetAttributes(scope, 'S', { subnetId: 'subnet-1', availabilityZone: 'eu-central-1a' }),
    ];
    group(scope, { cluster: of, ...(kind === 'a CfnCluster' && { subnets: { subnets } }) });
    // What comes later counts as well.
    new eks.CfnAccessEntry(of, 'Admin', { clusterName: of.clusterRef.clusterName, principalArn: ROLE });
    const { Properties, DependsOn } = only(scope);
    const template = Template.fromStack(scope);
    const [id] = Object.keys(template.findResources(type));
    assert.deepEqual(Properties.ClusterName, { Ref: id });
    const [entry] = Object.entries(template.findResources('AWS::EKS::AccessEntry')).filter(
      ([, { Properties: of }]) => of.PrincipalArn === ROLE,
    );
    assert.ok(DependsOn.includes(entry[0]), DependsOn);
    if (kind !== 'a CfnCluster') {
      assert.equal(Properties.Subnets.length, (of as eks2.ICluster).vpc.privateSubnets.length);
      assert.ok(
        DependsOn.some((each: string) => /PrivateSubnet\d+DefaultRoute/.test(each)),
        DependsOn,
      );
    }
  });
}

test('aws-auth keeps the node role where the CDK writes it, once', () => {
  const scope = stack();
  const of = classic(scope);
  group(scope, { cluster: of }, 'A');
  group(scope, { cluster: of }, 'B');
  const template = Template.fromStack(scope);
  const [[id, { Properties }]] = Object.entries<any>(template.findResources('Custom::AWSCDK-EKS-KubernetesResource'));
  assert.equal(JSON.stringify(Properties.Manifest).split(ROLE).length - 1, 1);
  for (const { DependsOn } of Object.values(template.findResources(TYPE))) {
    assert.ok(DependsOn.includes(id), DependsOn);
  }
});

test('what waits for nodes itself is not waited for', () => {
  const scope = stack();
  const of = modern(scope);
  const addon = new eks2.Addon(of, 'Dns', { addonName: 'coredns', cluster: of });
  group(scope, { cluster: of });
  assert.ok(!only(scope).DependsOn.includes(scope.getLogicalId(addon.node.defaultChild as any)));
});

test('a cluster of another stack', () => {
  const app = new App();
  const of = modern(stack('Clusters', app));
  const scope = stack('Nodes', app);
  group(scope, { cluster: of });
  app.synth();
  assert.ok(scope.dependencies.some((each) => each.stackName === 'Clusters'));
});

test('a cluster whose VPC is not known needs subnets', () => {
  const scope = stack();
  const of = eks2.Cluster.fromClusterAttributes(scope, 'Cluster', { clusterName: 'my-cluster' });
  assert.throws(
    () => group(scope, { cluster: of }),
    /subnets: the VPC of cluster Test\/Cluster isn't known.*give subnets: \{ subnets/,
  );
});

test('subnets that are known by their ids alone do', () => {
  const scope = stack();
  const of = eks2.Cluster.fromClusterAttributes(scope, 'Cluster', { clusterName: 'my-cluster' });
  const subnets = ['subnet-1', 'subnet-2'].map((id) => ec2.Subnet.fromSubnetId(scope, id, id));
  group(scope, { cluster: of, subnets: { subnets } });
  assert.deepEqual(only(scope).Properties.Subnets, ['subnet-1', 'subnet-2']);
});

test('IPv6 nodes may assign addresses to their interfaces', () => {
  const scope = stack();
  const attributes = { clusterName: 'six', ipFamily: eks2.IpFamily.IP_V6, vpc: cluster(scope).vpc };
  const of = eks2.Cluster.fromClusterAttributes(scope, 'Six', attributes);
  new ManagedNodeGroup(scope, 'Nodes', { cluster: of, provider: GIVEN });
  Template.fromStack(scope).hasResourceProperties('AWS::IAM::Role', {
    Policies: [Match.objectLike({ PolicyName: 'ipv6' })],
  });
});
