"""What the answers must say before a node group is made."""

import json

WORKER_POLICY = "AmazonEKSWorkerNodePolicy"


def check(seen, properties):
    for rule in (stack_and_cluster, role, instances, network, names_and_routes, quotas):
        rule(seen, properties)


def must(true, reason):
    if not true:
        raise ValueError(reason)


def stack_and_cluster(seen, _properties):
    must("ROLLBACK" not in seen["stack"], f"The stack is in {seen['stack']}.")
    must(seen["cluster"]["status"] == "ACTIVE", "The cluster is not ACTIVE.")
    must(seen["nodegroup"] is None, "A node group of this name exists already.")
    entry = seen["access_entry"]
    linux = entry is None or entry["accessEntry"].get("type") == "EC2_LINUX"
    must(linux, "The access entry of the node role is not of type EC2_LINUX.")


def role(seen, _properties):
    trust = json.dumps(seen["role"]["AssumeRolePolicyDocument"])
    must("ec2.amazonaws.com" in trust, "The node role does not trust EC2.")
    attached = {policy["PolicyName"] for policy in seen["attached"]}
    may = WORKER_POLICY in attached or seen["inline"]
    must(may, f"The node role lacks {WORKER_POLICY}.")


def instances(seen, properties):
    known = {item["InstanceType"] for item in seen["types"]}
    must(known >= set(properties["InstanceTypes"]), "An instance type is not known here.")
    must(seen["key"], "The SSH key pair does not exist.")
    offered = {item["Location"] for item in seen["offerings"]}
    zones = {subnet["AvailabilityZone"] for subnet in seen["subnets"]}
    must(offered >= zones, "A subnet's zone offers none of the instance types.")


def network(seen, properties):
    subnets, vpc = seen["subnets"], seen["vpc"]["VpcId"]
    must(len(subnets) == len(set(properties["Subnets"])), "A subnet does not exist.")
    must(seen["cluster"]["resourcesVpcConfig"]["vpcId"] == vpc, "The subnets are not in the cluster's VPC.")
    must({subnet["VpcId"] for subnet in subnets} == {vpc}, "The subnets are in more than one VPC.")
    must([group["VpcId"] for group in seen["cluster_group"]] == [vpc], "The cluster's security group is gone.")
    free = sum(subnet["AvailableIpAddressCount"] for subnet in subnets)
    must(free >= int(properties["ScalingConfig"]["MaxSize"]), "The subnets have too few free addresses.")


def names_and_routes(seen, _properties):
    must(seen["host_names"] and seen["resolver"], "The VPC's DNS support is switched off.")
    must(any(options["DhcpConfigurations"] for options in seen["dhcp"]), "The VPC has no DHCP options.")
    routes = [route for table in seen["routes"] for route in table["Routes"]]
    out = any(route.get("DestinationCidrBlock") == "0.0.0.0/0" for route in routes)
    must(out or seen["endpoints"], "The nodes could reach neither the internet nor an endpoint.")


def quotas(seen, properties):
    size = properties["ScalingConfig"]
    vcpus = max(item["VCpuInfo"]["DefaultVCpus"] for item in seen["types"])
    under(seen["nodegroups_quota"], len(seen["nodegroups"]) + 1, "node groups in the cluster")
    under(seen["nodes_quota"], int(size["MaxSize"]), "nodes in the group")
    under(seen["vcpus_quota"], int(size["DesiredSize"]) * vcpus, "vCPUs")


def under(quota, wanted, what):
    """A quota that Service Quotas does not know is no obstacle."""
    if quota:
        limit = quota["Quota"]["Value"]
        must(wanted <= limit, f"{wanted} {what} are more than the quota of {limit:g}.")
