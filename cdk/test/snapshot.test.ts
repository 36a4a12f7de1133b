import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { App, Size, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as eks from 'aws-cdk-lib/aws-eks-v2';
import * as events from 'aws-cdk-lib/aws-events';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import {
  ClusterAutoscaler,
  ManagedNodeGroup,
  ManagedNodeGroupProvider,
  PollingMode,
  WaitFor,
} from 'cdk-managed-node-group';
import { cluster, code, stack } from './support';

const ROOT = join(__dirname, '../..');

/** What begins the block about two stacks in README.md. */
const ACROSS = '// In the stack of the provider.';

/** A cluster and two groups, all of the stack's own, and the provider with everything that it can have. */
function made(): Stack {
  const scope = stack();
  const cluster = new eks.Cluster(scope, 'Cluster', {
    version: eks.KubernetesVersion.V1_33,
    defaultCapacityType: eks.DefaultCapacityType.NODEGROUP,
    defaultCapacity: 0,
  });
  const vpc = cluster.vpc;
  const provider = ManagedNodeGroupProvider.getOrCreate(scope, {
    code: code(scope),
    eventBus: new events.EventBus(scope, 'Bus'),
    pollingMode: PollingMode.STEP_FUNCTIONS,
    tracing: lambda.Tracing.ACTIVE,
    vpc,
  });
  provider.grantClusterAccess(cluster);
  new ManagedNodeGroup(scope, 'Web', {
    cluster,
    instanceTypes: [ec2.InstanceType.of(ec2.InstanceClass.M5, ec2.InstanceSize.LARGE)],
    diskSize: Size.gibibytes(50),
    waitFor: WaitFor.NODES_READY,
  });
  ManagedNodeGroup.perAvailabilityZone(scope, 'Data', { cluster, clusterAutoscaler: ClusterAutoscaler.ENABLED });
  return scope;
}

test('the template is the one of before', () => {
  const path = join(ROOT, 'test/snapshot.json');
  const now = Template.fromStack(made()).toJSON();
  if (process.env.UPDATE_SNAPSHOT) {
    writeFileSync(path, `${JSON.stringify(now, null, 1)}\n`);
  }
  const before = JSON.parse(readFileSync(path, 'utf8'));
  const ids = Object.keys({ ...now.Resources, ...before.Resources });
  const differ = ids.filter((id) => !isDeepStrictEqual(now.Resources[id], before.Resources[id]));
  assert.deepEqual(differ, [], 'UPDATE_SNAPSHOT=1 npm test takes it over, and git diff shows what has changed');
  assert.deepEqual(now, before);
});

test('what is generated follows template.yaml, the schema and the Kubernetes access', () => {
  execFileSync(process.execPath, [join(ROOT, 'tools/generate.mjs'), '--check'], { encoding: 'utf8', stdio: 'pipe' });
});

test('README.md has the whole example that is deployed', () => {
  const text = readFileSync(join(ROOT, '../README.md'), 'utf8');
  const blocks = [...text.matchAll(/```typescript\n(.*?)```/gs)].map(([, block]) => block);
  assert.deepEqual(blocks, [readFileSync(join(ROOT, 'example/app.ts'), 'utf8')]);
});

test("what the READMEs show is the example's", () => {
  const example = readFileSync(join(ROOT, 'example/app.ts'), 'utf8');
  for (const readme of ['../README.md', 'README.md']) {
    const text = readFileSync(join(ROOT, readme), 'utf8');
    const all = [...text.matchAll(/```typescript\n(.*?)```/gs)].map(([, block]) => block.trim()).filter(Boolean);
    // What stands across two stacks is run by a test of its own.
    const blocks = all.filter((block) => !block.startsWith(ACROSS));
    assert.ok(blocks.length > 0, `${readme} shows nothing`);
    for (const block of blocks) {
      const lines = block.split('\n').filter((line) => line.trim() !== '');
      const at = example
        .split('\n')
        .filter((line) => line.trim() !== '')
        .join('\n');
      assert.ok(at.includes(lines.join('\n')), `${readme} shows what example/app.ts doesn't have:\n${block}`);
    }
  }
});

test('what the README shows across two stacks works', () => {
  const text = readFileSync(join(ROOT, 'README.md'), 'utf8');
  const blocks = [...text.matchAll(/```typescript\n(.*?)```/gs)].map(([, of]) => of.trim());
  const [block] = blocks.filter((of) => of.startsWith(ACROSS));
  const app = new App();
  const shared = stack('Shared', app);
  const provider = new ManagedNodeGroupProvider(shared, 'Provider', { code: code(shared) });
  const lines = block.split('\n');
  const last = lines.pop();
  const given = new Function('provider', 'ManagedNodeGroupProvider', `${lines.join('\n')}\nreturn ${last}`);
  const scope = stack('Nodes', app);
  const token = given(provider, ManagedNodeGroupProvider);
  new ManagedNodeGroup(scope, 'Nodes', { cluster: cluster(scope), provider: token });
  app.synth();
  assert.deepEqual(scope.dependencies, [shared]);
  const policies = JSON.stringify(Template.fromStack(shared).findResources('AWS::IAM::Policy'));
  for (const named of ['cluster/my-cluster', 'role/Nodes-*', 'stack/Nodes/*']) {
    assert.ok(policies.includes(named), named);
  }
});

test('the package has the version of the function that it brings', () => {
  const { version, peerDependencies, devDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const manifest = readFileSync(join(ROOT, '../Cargo.toml'), 'utf8');
  assert.equal(version, /^version = "(.*)"$/m.exec(manifest)?.[1]);
  for (const [name, range] of Object.entries(peerDependencies)) {
    assert.equal(range, `^${devDependencies[name]}`, 'what it is tested with is the least that it takes');
  }
});

test('nobody publishes under a name that stands for another', () => {
  const isUnsettled = readFileSync(join(ROOT, 'package.json'), 'utf8').includes('OWNER');
  const publish = [join(ROOT, 'tools/dry-run.mjs'), '--publish'];
  const { stderr, status } = spawnSync(process.execPath, publish, { cwd: ROOT, encoding: 'utf8' });
  assert.equal(/OWNER in package\.json/.test(stderr), isUnsettled, stderr);
  assert.ok(!isUnsettled || status === 1, `${status}`);
});
