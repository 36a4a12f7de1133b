// The launch template and the security group that it names.

import { createHash } from 'node:crypto';
import {
  AuthorizeSecurityGroupIngressCommand, CreateLaunchTemplateCommand, CreateSecurityGroupCommand,
} from '@aws-sdk/client-ec2';
import { ec2 } from './clients.mjs';
import { owner } from './reads.mjs';

export async function launchTemplate(event, seen) {
  const group = await sshGroup(event, seen.vpc.VpcId);
  const own = seen.cluster.resourcesVpcConfig.clusterSecurityGroupId;
  const made = await ec2.send(new CreateLaunchTemplateCommand({
    LaunchTemplateName: owner(event.ResourceProperties),
    ClientToken: token(event, 'template'),
    VersionDescription: 'managed-node-group',
    LaunchTemplateData: templateData(event.ResourceProperties, [own, group]),
    TagSpecifications: tagged('launch-template', event),
  }));
  return made.LaunchTemplate;
}

export function tags({ LogicalResourceId, StackId }) {
  return { 'managed-node-group:logical-id': LogicalResourceId, 'managed-node-group:stack-id': StackId };
}

// The same request asked twice must not make anything twice.
export function token({ RequestId }, step) {
  return createHash('sha256').update(`${RequestId}/${step}`).digest('hex');
}

async function sshGroup(event, VpcId) {
  const { GroupId } = await ec2.send(new CreateSecurityGroupCommand({
    GroupName: owner(event.ResourceProperties),
    Description: 'Remote access to the nodes of a managed node group',
    VpcId,
    TagSpecifications: tagged('security-group', event),
  }));
  const ssh = { IpProtocol: 'tcp', FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: '0.0.0.0/0' }] };
  await ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions: [ssh] }));
  return GroupId;
}

function templateData({ InstanceTypes, RemoteAccess, BlockPodImds }, groups) {
  const disk = { DeleteOnTermination: true, VolumeSize: 20, VolumeType: 'gp3' };
  return {
    BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: disk }],
    InstanceType: InstanceTypes[0],
    KeyName: RemoteAccess.Ec2SshKey,
    SecurityGroupIds: groups,
    MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: BlockPodImds === 'true' ? 1 : 2 },
  };
}

function tagged(ResourceType, event) {
  const all = { ...tags(event), 'managed-node-group:nodegroup': owner(event.ResourceProperties) };
  return [{ ResourceType, Tags: Object.entries(all).map(([Key, Value]) => ({ Key, Value })) }];
}
