// Every read before a create: the same questions that the Rust function asks, side by side in as
// few rounds as their answers allow.

import { DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import {
  DescribeAccessEntryCommand, DescribeClusterCommand, DescribeNodegroupCommand, ListNodegroupsCommand,
} from '@aws-sdk/client-eks';
import {
  GetRoleCommand, ListAttachedRolePoliciesCommand, ListInstanceProfilesForRoleCommand, ListRolePoliciesCommand,
} from '@aws-sdk/client-iam';
import { GetServiceQuotaCommand } from '@aws-sdk/client-service-quotas';
import { cloudformation, eks, iam, orNull, quotas, together } from './clients.mjs';
import { dhcpOptions, ec2Reads, leftovers, networkReads } from './ec2-reads.mjs';

export async function look(event) {
  const properties = event.ResourceProperties;
  const first = await together({
    stack: stackStatus(event),
    ...eksReads(properties),
    ...iamReads(properties.NodeRole.split('/').pop()),
    ...ec2Reads(properties),
    ...quotaReads(),
  });
  const network = await together(networkReads(properties, first));
  return { ...first, ...network, dhcp: await dhcpOptions(network.vpc) };
}

// What an earlier try may have left; asked last, just before anything is made.
export function existing(properties) {
  return together({ nodegroup: nodegroup(properties), ...leftovers(owner(properties)) });
}

export async function stackStatus({ StackId }) {
  const { Stacks } = await cloudformation.send(new DescribeStacksCommand({ StackName: StackId }));
  return Stacks[0].StackStatus;
}

export async function nodegroup({ ClusterName: clusterName, NodegroupName: nodegroupName }) {
  const asked = eks.send(new DescribeNodegroupCommand({ clusterName, nodegroupName }));
  return (await orNull(asked))?.nodegroup ?? null;
}

export function owner({ ClusterName, NodegroupName }) {
  return `${ClusterName}/${NodegroupName}`;
}

function eksReads(properties) {
  const { ClusterName: clusterName, NodeRole: principalArn } = properties;
  return {
    cluster: eks.send(new DescribeClusterCommand({ name: clusterName })).then((got) => got.cluster),
    nodegroups: eks.send(new ListNodegroupsCommand({ clusterName })).then((got) => got.nodegroups),
    nodegroup: nodegroup(properties),
    accessEntry: orNull(eks.send(new DescribeAccessEntryCommand({ clusterName, principalArn }))),
  };
}

function iamReads(RoleName) {
  const linked = { RoleName: 'AWSServiceRoleForAmazonEKSNodegroup' };
  return {
    inline: iam.send(new ListRolePoliciesCommand({ RoleName })).then((got) => got.PolicyNames),
    attached: iam.send(new ListAttachedRolePoliciesCommand({ RoleName })).then((got) => got.AttachedPolicies),
    role: iam.send(new GetRoleCommand({ RoleName })).then((got) => got.Role),
    profiles: iam.send(new ListInstanceProfilesForRoleCommand({ RoleName })),
    linkedRole: orNull(iam.send(new GetRoleCommand(linked))),
  };
}

function quotaReads() {
  return {
    nodegroupsQuota: quota('eks', 'L-6D54EA21'),
    nodesQuota: quota('eks', 'L-BD136A63'),
    vcpusQuota: quota('ec2', 'L-1216C47A'),
  };
}

function quota(ServiceCode, QuotaCode) {
  return orNull(quotas.send(new GetServiceQuotaCommand({ ServiceCode, QuotaCode })));
}
