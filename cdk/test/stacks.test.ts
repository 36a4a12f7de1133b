import assert from 'node:assert/strict';
import { test } from 'node:test';
import { App, CfnParameter, NestedStack, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as eks from 'aws-cdk-lib/aws-eks';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as ssm from 'aws-cdk-lib/aws-ssm';
import { ManagedNodeGroup, ManagedNodeGroupProvider } from 'cdk-managed-node-group';
import { classic, cluster, code, GIVEN, group, ROLE, stack } from './support';

const TYPE = 'Custom::ManagedNodeGroup';

test('the function of another stack is told apart, with the way to share one', () => {
  const app = new App();
  const shared = stack('Shared', app);
  const provider = new ManagedNodeGroupProvider(shared, 'Provider', { code: code(shared) });
  for (const scope of [stack('Nodes', app), new NestedStack(shared, 'Nested') as Stack]) {
    assert.throws(
      () => new ManagedNodeGroup(scope, 'Nodes', { cluster: cluster(scope), provider }),
      /Shared\/Provider is of stack Shared.*fromServiceToken\(.*allowCluster, allowNodeRole and allowStack/,
    );
  }
});

/** A classic cluster in one stack, and a group of it in another, with a role of its own there. */
function apart(mode?: eks.AuthenticationMode): App {
  const app = new App();
  const of = classic(stack('Clusters', app), mode);
  new ManagedNodeGroup(stack('Nodes', app), 'Nodes', { cluster: of, provider: GIVEN });
  return app;
}

test('aws-auth of another stack takes no role of this one, and the way out is told', () => {
  const refused = /nodeRole: .*Clusters\/Cluster.*aws-auth.*stack Clusters.*stack Nodes.*API_AND_CONFIG_MAP/;
  assert.throws(() => apart(), refused);
  assert.throws(() => apart(eks.AuthenticationMode.CONFIG_MAP), refused);
});

test('a cluster of another stack with access entries needs no aws-auth', () => {
  for (const mode of [eks.AuthenticationMode.API_AND_CONFIG_MAP, eks.AuthenticationMode.API]) {
    const app = apart(mode);
    app.synth();
    const clusters = Template.fromStack(app.node.findChild('Clusters') as Stack);
    assert.ok(!JSON.stringify(clusters.toJSON()).includes('system:nodes'), mode);
  }
});

test('a cluster by another copy of aws-cdk-lib has its role in aws-auth, too', () => {
  const scope = stack();
  const of = new Proxy(classic(scope), {
    getPrototypeOf: () => Object.prototype,
    get: (target, name) => Reflect.get(target, name),
  });
  assert.ok(!(of instanceof eks.Cluster), 'its class is another one');
  group(scope, { cluster: of });
  const written = Template.fromStack(scope).findResources('Custom::AWSCDK-EKS-KubernetesResource');
  assert.ok(JSON.stringify(written).includes(ROLE));
});

/** A group with a role of the same stack, after which `more` is added. */
function withRole(more: (scope: Stack, role: iam.Role, nodes: ManagedNodeGroup) => void): [Template, any] {
  const scope = stack();
  const role = new iam.Role(scope, 'OwnRole', { assumedBy: new iam.ServicePrincipal('ec2.amazonaws.com') });
  const nodes = group(scope, { nodeRole: role });
  more(scope, role, nodes);
  const template = Template.fromStack(scope);
  return [template, Object.values(template.findResources(TYPE))[0]];
}

const pull = () => new iam.PolicyStatement({ actions: ['ecr:BatchGetImage'], resources: ['*'] });

test('a group comes after the policies of its role, wherever they are', () => {
  const [template, { DependsOn }] = withRole((scope, role) => {
    role.addToPolicy(pull());
    new iam.ManagedPolicy(scope, 'Managed', { roles: [role], statements: [pull()] });
    new iam.ManagedPolicy(scope, 'Stranger', { statements: [pull()] });
  });
  const [policy] = Object.keys(template.findResources('AWS::IAM::Policy'));
  const managed = Object.keys(template.findResources('AWS::IAM::ManagedPolicy'));
  assert.ok(DependsOn.includes(policy), `${DependsOn}`);
  assert.deepEqual(
    managed.map((id) => DependsOn.includes(id)),
    managed.map((id) => id.startsWith('Managed')),
  );
});

test('a policy is waited for with the parameters and resources that it names', () => {
  const [template, { DependsOn }] = withRole((scope, role) => {
    const name = new CfnParameter(scope, 'Name').valueAsString;
    new ssm.StringParameter(scope, 'Kept', { stringValue: name }).grantRead(role);
    s3.Bucket.fromBucketName(scope, 'Bucket', name).grantRead(role);
  });
  const [policy] = Object.keys(template.findResources('AWS::IAM::Policy'));
  assert.ok(DependsOn.includes(policy), `${DependsOn}`);
});

test('a policy that comes after the group itself is not waited for', () => {
  const direct = withRole((_scope, role, nodes) => nodes.grants.read(role));
  const indirect = withRole((scope, role, nodes) => {
    const named = new ssm.StringParameter(scope, 'Named', { stringValue: nodes.nodegroupName });
    named.grantRead(role);
  });
  const later = withRole((scope, role, nodes) => {
    const after = new ssm.StringParameter(scope, 'After', { stringValue: 'ready' });
    after.node.addDependency(nodes);
    after.grantRead(role);
  });
  for (const [template, { DependsOn = [] }] of [direct, indirect, later]) {
    const [policy] = Object.keys(template.findResources('AWS::IAM::Policy'));
    assert.ok(policy && !DependsOn.includes(policy), `${DependsOn}`);
  }
});
