"""The first pass of a create: the reads, the checks, then what the node group needs and itself."""

from hashlib import sha256

from checks import check, must
from reads import existing_readers, look, nodegroup, owner, stack_status


def start(aws, request, run):
    """Leaves a node group that is being created and returns EKS's description of it."""
    properties = request["ResourceProperties"]
    seen = look(aws, request, run)
    check(seen, properties)
    left = run(existing_readers(aws, properties))
    must(not any(left.values()), "Something of an earlier node group of this name is left.")
    template = launch_template(aws.ec2, request, seen)
    must("ROLLBACK" not in stack_status(aws, request), "The stack is being rolled back.")
    return create_nodegroup(aws.eks, request, seen, template)


def is_active(aws, properties):
    """True for ACTIVE and False for CREATING; every other state is an error."""
    found = nodegroup(aws.eks, properties)
    must(found, "The node group is gone.")
    status = found["status"]
    must(status in ("ACTIVE", "CREATING"), f"The node group is in {status}.")
    return status == "ACTIVE"


def launch_template(ec2, request, seen):
    group = ssh_group(ec2, request, seen["vpc"]["VpcId"])
    own = seen["cluster"]["resourcesVpcConfig"]["clusterSecurityGroupId"]
    return ec2.create_launch_template(
        LaunchTemplateName=owner(request["ResourceProperties"]),
        ClientToken=token(request, "template"),
        VersionDescription="managed-node-group",
        LaunchTemplateData=template_data(request["ResourceProperties"], [own, group]),
        TagSpecifications=tagged("launch-template", request),
    )["LaunchTemplate"]


def ssh_group(ec2, request, vpc):
    group = ec2.create_security_group(
        GroupName=owner(request["ResourceProperties"]),
        Description="Remote access to the nodes of a managed node group",
        VpcId=vpc,
        TagSpecifications=tagged("security-group", request),
    )["GroupId"]
    world = [{"CidrIp": "0.0.0.0/0"}]
    ssh = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": world}
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[ssh])
    return group


def template_data(properties, groups):
    disk = {"DeleteOnTermination": True, "VolumeSize": 20, "VolumeType": "gp3"}
    hops = 1 if properties.get("BlockPodImds") == "true" else 2
    return {
        "BlockDeviceMappings": [{"DeviceName": "/dev/xvda", "Ebs": disk}],
        "InstanceType": properties["InstanceTypes"][0],
        "KeyName": properties["RemoteAccess"]["Ec2SshKey"],
        "SecurityGroupIds": groups,
        "MetadataOptions": {"HttpTokens": "required", "HttpPutResponseHopLimit": hops},
    }


def create_nodegroup(eks, request, seen, template):
    properties = request["ResourceProperties"]
    version = str(template["LatestVersionNumber"])
    return eks.create_nodegroup(
        clusterName=properties["ClusterName"],
        nodegroupName=properties["NodegroupName"],
        nodeRole=properties["NodeRole"],
        subnets=sorted(properties["Subnets"]),
        scalingConfig=scaling(properties["ScalingConfig"]),
        amiType=ami_type(seen["types"][0]),
        capacityType="ON_DEMAND",
        updateConfig={"maxUnavailable": 1},
        launchTemplate={"id": template["LaunchTemplateId"], "version": version},
        tags=tags(request),
        clientRequestToken=token(request, "nodegroup"),
    )["nodegroup"]


def scaling(sizes):
    """CloudFormation turns every number of a custom resource into a string."""
    return {name[0].lower() + name[1:]: int(value) for name, value in sizes.items()}


def ami_type(instance_type):
    arm = "arm64" in instance_type["ProcessorInfo"]["SupportedArchitectures"]
    return f"AL2023_{'ARM_64' if arm else 'x86_64'}_STANDARD"


def tags(request):
    return {
        "managed-node-group:logical-id": request["LogicalResourceId"],
        "managed-node-group:stack-id": request["StackId"],
    }


def tagged(kind, request):
    own = {"managed-node-group:nodegroup": owner(request["ResourceProperties"])}
    pairs = [{"Key": key, "Value": value} for key, value in (tags(request) | own).items()]
    return [{"ResourceType": kind, "Tags": pairs}]


def token(request, step):
    """The same request asked twice must not make anything twice."""
    return sha256(f"{request['RequestId']}/{step}".encode()).hexdigest()
