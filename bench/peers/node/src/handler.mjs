// What a user of the CDK's provider framework writes: onEvent begins and isComplete looks.

import { CreateNodegroupCommand } from '@aws-sdk/client-eks';
import { check, must } from './checks.mjs';
import { eks } from './clients.mjs';
import { existing, look, nodegroup, owner, stackStatus } from './reads.mjs';
import { launchTemplate, tags, token } from './template.mjs';

export async function onEvent(event) {
  must(event.RequestType === 'Create', `A ${event.RequestType} is not among what the benchmark measures.`);
  const properties = event.ResourceProperties;
  const seen = await look(event);
  check(seen, properties);
  await mustBeNew(properties);
  const template = await launchTemplate(event, seen);
  must(!(await stackStatus(event)).includes('ROLLBACK'), 'The stack is being rolled back.');
  const made = await createNodegroup(event, seen, template);
  return { PhysicalResourceId: owner(properties), Data: { NodegroupArn: made.nodegroupArn } };
}

export async function isComplete({ ResourceProperties }) {
  const found = await nodegroup(ResourceProperties);
  must(found, 'The node group is gone.');
  must(['ACTIVE', 'CREATING'].includes(found.status), `The node group is in ${found.status}.`);
  return { IsComplete: found.status === 'ACTIVE' };
}

async function mustBeNew(properties) {
  const { nodegroup: left, ...others } = await existing(properties);
  const clean = !left && Object.values(others).every((found) => !found.length);
  must(clean, 'Something of an earlier node group of this name is left.');
}

async function createNodegroup(event, seen, template) {
  const properties = event.ResourceProperties;
  const input = {
    clusterName: properties.ClusterName,
    nodegroupName: properties.NodegroupName,
    nodeRole: properties.NodeRole,
    subnets: [...properties.Subnets].sort(),
    scalingConfig: scaling(properties.ScalingConfig),
    amiType: amiType(seen.types[0]),
    capacityType: 'ON_DEMAND',
    updateConfig: { maxUnavailable: 1 },
    launchTemplate: { id: template.LaunchTemplateId, version: String(template.LatestVersionNumber) },
    tags: tags(event),
    clientRequestToken: token(event, 'nodegroup'),
  };
  return (await eks.send(new CreateNodegroupCommand(input))).nodegroup;
}

// CloudFormation turns every number of a custom resource into a string.
function scaling({ DesiredSize, MinSize, MaxSize }) {
  return { desiredSize: Number(DesiredSize), minSize: Number(MinSize), maxSize: Number(MaxSize) };
}

function amiType({ ProcessorInfo }) {
  const arm = ProcessorInfo.SupportedArchitectures.includes('arm64');
  return `AL2023_${arm ? 'ARM_64' : 'x86_64'}_STANDARD`;
}
