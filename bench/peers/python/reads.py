"""Every read before a create: the same questions that the Rust function asks.

A reader is a function without arguments under a name. The handler decides how to run them, one
after another or side by side, by the `run` that it hands in.
"""

from botocore.exceptions import ClientError

QUOTAS = {
    "nodegroups_quota": ("eks", "L-6D54EA21"),
    "nodes_quota": ("eks", "L-BD136A63"),
    "vcpus_quota": ("ec2", "L-1216C47A"),
}
ABSENT = {"ResourceNotFoundException", "NoSuchResourceException", "NoSuchEntity"}


def one_by_one(readers):
    return {name: reader() for name, reader in readers.items()}


def look(aws, request, run):
    """Runs the reads in the three rounds that their answers allow."""
    seen = run(first_readers(aws, request))
    seen |= run(network_readers(aws, request["ResourceProperties"], seen))
    seen |= run({"dhcp": lambda: dhcp_options(aws.ec2, seen["vpc"])})
    return seen


def first_readers(aws, request):
    properties = request["ResourceProperties"]
    return {
        "stack": lambda: stack_status(aws, request),
        **eks_readers(aws.eks, properties),
        **iam_readers(aws.iam, properties["NodeRole"].rsplit("/", 1)[-1]),
        **ec2_readers(aws.ec2, properties),
        **{name: quota_reader(aws.quotas, *code) for name, code in QUOTAS.items()},
    }


def stack_status(aws, request):
    stacks = aws.cloudformation.describe_stacks(StackName=request["StackId"])["Stacks"]
    return stacks[0]["StackStatus"]


def eks_readers(eks, properties):
    cluster, role = properties["ClusterName"], properties["NodeRole"]
    return {
        "cluster": lambda: eks.describe_cluster(name=cluster)["cluster"],
        "nodegroups": lambda: eks.list_nodegroups(clusterName=cluster)["nodegroups"],
        "nodegroup": lambda: nodegroup(eks, properties),
        "access_entry": lambda: or_none(
            eks.describe_access_entry, clusterName=cluster, principalArn=role
        ),
    }


def nodegroup(eks, properties):
    cluster, name = properties["ClusterName"], properties["NodegroupName"]
    answer = or_none(eks.describe_nodegroup, clusterName=cluster, nodegroupName=name)
    return answer and answer["nodegroup"]


def iam_readers(iam, role):
    linked = "AWSServiceRoleForAmazonEKSNodegroup"
    return {
        "inline": lambda: iam.list_role_policies(RoleName=role)["PolicyNames"],
        "attached": lambda: iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"],
        "role": lambda: iam.get_role(RoleName=role)["Role"],
        "profiles": lambda: iam.list_instance_profiles_for_role(RoleName=role)["InstanceProfiles"],
        "linked_role": lambda: or_none(iam.get_role, RoleName=linked),
    }


def ec2_readers(ec2, properties):
    types, subnets = properties["InstanceTypes"], sorted(properties["Subnets"])
    key = properties["RemoteAccess"]["Ec2SshKey"]
    return {
        "types": lambda: ec2.describe_instance_types(Filters=equal("instance-type", *types))["InstanceTypes"],
        "subnets": lambda: ec2.describe_subnets(Filters=equal("subnet-id", *subnets))["Subnets"],
        "key": lambda: ec2.describe_key_pairs(Filters=equal("key-name", key))["KeyPairs"],
    }


def quota_reader(quotas, service, code):
    return lambda: or_none(quotas.get_service_quota, ServiceCode=service, QuotaCode=code)


def network_readers(aws, properties, seen):
    if not seen["subnets"]:
        raise ValueError("None of the subnets exists.")
    vpc = seen["subnets"][0]["VpcId"]
    group = seen["cluster"]["resourcesVpcConfig"]["clusterSecurityGroupId"]
    zones = sorted({subnet["AvailabilityZone"] for subnet in seen["subnets"]})
    return {
        **vpc_readers(aws.ec2, vpc),
        "cluster_group": lambda: aws.ec2.describe_security_groups(Filters=equal("group-id", group))["SecurityGroups"],
        "offerings": lambda: offerings(aws.ec2, properties["InstanceTypes"], zones),
    }


def vpc_readers(ec2, vpc):
    own = equal("vpc-id", vpc)
    return {
        "routes": lambda: ec2.describe_route_tables(Filters=own)["RouteTables"],
        "endpoints": lambda: ec2.describe_vpc_endpoints(Filters=own)["VpcEndpoints"],
        "host_names": lambda: vpc_flag(ec2, vpc, "enableDnsHostnames"),
        "resolver": lambda: vpc_flag(ec2, vpc, "enableDnsSupport"),
        "vpc": lambda: ec2.describe_vpcs(Filters=own)["Vpcs"][0],
    }


def vpc_flag(ec2, vpc, name):
    answer = ec2.describe_vpc_attribute(VpcId=vpc, Attribute=name)
    return answer[name[0].upper() + name[1:]]["Value"]


def offerings(ec2, types, zones):
    return ec2.describe_instance_type_offerings(
        LocationType="availability-zone",
        Filters=equal("instance-type", *types) + equal("location", *zones),
    )["InstanceTypeOfferings"]


def dhcp_options(ec2, vpc):
    own = equal("dhcp-options-id", vpc["DhcpOptionsId"])
    return ec2.describe_dhcp_options(Filters=own)["DhcpOptions"]


def existing_readers(aws, properties):
    """What an earlier try may have left; asked last, just before anything is made."""
    name = owner(properties)
    tagged = equal("tag:managed-node-group:nodegroup", name)
    return {
        "nodegroup": lambda: nodegroup(aws.eks, properties),
        "templates": lambda: aws.ec2.describe_launch_templates(
            Filters=equal("launch-template-name", name)
        )["LaunchTemplates"],
        "groups": lambda: aws.ec2.describe_security_groups(Filters=equal("group-name", name))["SecurityGroups"],
        "own_keys": lambda: aws.ec2.describe_key_pairs(Filters=tagged)["KeyPairs"],
    }


def owner(properties):
    return f"{properties['ClusterName']}/{properties['NodegroupName']}"


def equal(name, *values):
    return [{"Name": name, "Values": list(values)}]


def or_none(call, **arguments):
    try:
        return call(**arguments)
    except ClientError as error:
        if error.response["Error"]["Code"] in ABSENT:
            return None
        raise
