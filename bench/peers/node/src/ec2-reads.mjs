// The reads that go to EC2.

import {
  DescribeDhcpOptionsCommand, DescribeInstanceTypeOfferingsCommand, DescribeInstanceTypesCommand,
  DescribeKeyPairsCommand, DescribeLaunchTemplatesCommand, DescribeRouteTablesCommand,
  DescribeSecurityGroupsCommand, DescribeSubnetsCommand, DescribeVpcAttributeCommand,
  DescribeVpcEndpointsCommand, DescribeVpcsCommand,
} from '@aws-sdk/client-ec2';
import { ec2, equal } from './clients.mjs';

export function ec2Reads({ InstanceTypes, Subnets, RemoteAccess }) {
  const subnets = [...Subnets].sort();
  return {
    types: filtered(DescribeInstanceTypesCommand, 'InstanceTypes', equal('instance-type', ...InstanceTypes)),
    subnets: filtered(DescribeSubnetsCommand, 'Subnets', equal('subnet-id', ...subnets)),
    key: filtered(DescribeKeyPairsCommand, 'KeyPairs', equal('key-name', RemoteAccess.Ec2SshKey)),
  };
}

export function networkReads({ InstanceTypes }, { subnets, cluster }) {
  if (!subnets.length) throw new Error('None of the subnets exists.');
  const zones = [...new Set(subnets.map((subnet) => subnet.AvailabilityZone))].sort();
  const group = equal('group-id', cluster.resourcesVpcConfig.clusterSecurityGroupId);
  return {
    ...vpcReads(subnets[0].VpcId),
    clusterGroup: filtered(DescribeSecurityGroupsCommand, 'SecurityGroups', group),
    offerings: offerings(equal('instance-type', ...InstanceTypes), equal('location', ...zones)),
  };
}

export function dhcpOptions({ DhcpOptionsId }) {
  return filtered(DescribeDhcpOptionsCommand, 'DhcpOptions', equal('dhcp-options-id', DhcpOptionsId));
}

export function leftovers(owner) {
  const tagged = equal('tag:managed-node-group:nodegroup', owner);
  return {
    templates: filtered(DescribeLaunchTemplatesCommand, 'LaunchTemplates', equal('launch-template-name', owner)),
    groups: filtered(DescribeSecurityGroupsCommand, 'SecurityGroups', equal('group-name', owner)),
    keys: filtered(DescribeKeyPairsCommand, 'KeyPairs', tagged),
  };
}

function vpcReads(vpc) {
  const own = equal('vpc-id', vpc);
  return {
    routes: filtered(DescribeRouteTablesCommand, 'RouteTables', own),
    endpoints: filtered(DescribeVpcEndpointsCommand, 'VpcEndpoints', own),
    hostNames: vpcFlag(vpc, 'enableDnsHostnames', 'EnableDnsHostnames'),
    resolver: vpcFlag(vpc, 'enableDnsSupport', 'EnableDnsSupport'),
    vpc: filtered(DescribeVpcsCommand, 'Vpcs', own).then((vpcs) => vpcs[0]),
  };
}

async function vpcFlag(VpcId, Attribute, member) {
  const got = await ec2.send(new DescribeVpcAttributeCommand({ VpcId, Attribute }));
  return got[member].Value;
}

async function offerings(...Filters) {
  const input = { LocationType: 'availability-zone', Filters };
  return (await ec2.send(new DescribeInstanceTypeOfferingsCommand(input))).InstanceTypeOfferings ?? [];
}

// EC2's empty lists come back as undefined.
async function filtered(Command, member, filter) {
  return (await ec2.send(new Command({ Filters: [filter] })))[member] ?? [];
}
