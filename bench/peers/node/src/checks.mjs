// What the answers must say before a node group is made.

const WORKER_POLICY = 'AmazonEKSWorkerNodePolicy';

export function check(seen, properties) {
  for (const rule of [stackAndCluster, role, instances, network, namesAndRoutes, quotas]) rule(seen, properties);
}

export function must(condition, reason) {
  if (!condition) throw new Error(reason);
}

function stackAndCluster({ stack, cluster, nodegroup, accessEntry }) {
  must(!stack.includes('ROLLBACK'), `The stack is in ${stack}.`);
  must(cluster.status === 'ACTIVE', 'The cluster is not ACTIVE.');
  must(!nodegroup, 'A node group of this name exists already.');
  const linux = !accessEntry || accessEntry.accessEntry.type === 'EC2_LINUX';
  must(linux, 'The access entry of the node role is not of type EC2_LINUX.');
}

function role({ role: { AssumeRolePolicyDocument }, attached = [], inline = [] }) {
  const trust = decodeURIComponent(AssumeRolePolicyDocument);
  must(trust.includes('ec2.amazonaws.com'), 'The node role does not trust EC2.');
  const may = inline.length || attached.some((policy) => policy.PolicyName === WORKER_POLICY);
  must(may, `The node role lacks ${WORKER_POLICY}.`);
}

function instances({ types, key, offerings, subnets }, { InstanceTypes }) {
  const known = types.map((type) => type.InstanceType);
  must(InstanceTypes.every((type) => known.includes(type)), 'An instance type is not known here.');
  must(key.length, 'The SSH key pair does not exist.');
  const offered = offerings.map((offering) => offering.Location);
  const everywhere = subnets.every((subnet) => offered.includes(subnet.AvailabilityZone));
  must(everywhere, "A subnet's zone offers none of the instance types.");
}

function network({ subnets, vpc, cluster, clusterGroup }, { Subnets, ScalingConfig }) {
  const { VpcId } = vpc;
  must(subnets.length === new Set(Subnets).size, 'A subnet does not exist.');
  must(cluster.resourcesVpcConfig.vpcId === VpcId, "The subnets are not in the cluster's VPC.");
  must(subnets.every((subnet) => subnet.VpcId === VpcId), 'The subnets are in more than one VPC.');
  must(clusterGroup[0]?.VpcId === VpcId, "The cluster's security group is gone.");
  const free = subnets.reduce((sum, subnet) => sum + subnet.AvailableIpAddressCount, 0);
  must(free >= Number(ScalingConfig.MaxSize), 'The subnets have too few free addresses.');
}

function namesAndRoutes({ hostNames, resolver, dhcp, routes, endpoints }) {
  must(hostNames && resolver, "The VPC's DNS support is switched off.");
  must(dhcp.some((options) => options.DhcpConfigurations?.length), 'The VPC has no DHCP options.');
  const all = routes.flatMap((table) => table.Routes ?? []);
  const out = all.some((route) => route.DestinationCidrBlock === '0.0.0.0/0');
  must(out || endpoints.length, 'The nodes could reach neither the internet nor an endpoint.');
}

function quotas({ nodegroupsQuota, nodesQuota, vcpusQuota, nodegroups, types }, { ScalingConfig }) {
  const vcpus = Math.max(...types.map((type) => type.VCpuInfo.DefaultVCpus));
  under(nodegroupsQuota, nodegroups.length + 1, 'node groups in the cluster');
  under(nodesQuota, Number(ScalingConfig.MaxSize), 'nodes in the group');
  under(vcpusQuota, Number(ScalingConfig.DesiredSize) * vcpus, 'vCPUs');
}

// A quota that Service Quotas does not know is no obstacle.
function under(quota, wanted, what) {
  if (!quota) return;
  const limit = quota.Quota.Value;
  must(wanted <= limit, `${wanted} ${what} are more than the quota of ${limit}.`);
}
