import { App, CfnOutput, Fn, Size, Stack, StackProps, Tags } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as eks from 'aws-cdk-lib/aws-eks-v2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import {
  ClusterAutoscaler,
  ManagedNodeGroup,
  ManagedNodeGroupProvider,
  PollingMode,
  TaintEffect,
} from 'cdk-managed-node-group';
import { Construct } from 'constructs';

/** A cluster that is there already. One that the app makes, of aws-eks or of aws-eks-v2, does as well. */
function existing(scope: Construct): eks.ICluster {
  const vpc = ec2.Vpc.fromVpcAttributes(scope, 'Vpc', {
    vpcId: 'vpc-0a1b2c3d4e5f60718',
    availabilityZones: ['us-east-1a', 'us-east-1b'],
    privateSubnetIds: ['subnet-0a1b2c3d4e5f60718', 'subnet-0b2c3d4e5f6071829'],
  });
  return eks.Cluster.fromClusterAttributes(scope, 'Cluster', { clusterName: 'my-cluster', vpc });
}

/** One group, and the function behind it in the same stack. */
class Nodes extends Stack {
  constructor(scope: Construct, id: string, props: StackProps) {
    super(scope, id, props);
    // Only for what shall be other than by default.
    ManagedNodeGroupProvider.getOrCreate(this, {
      architecture: lambda.Architecture.X86_64,
      pollingMode: PollingMode.STEP_FUNCTIONS,
    });

    const nodes = new ManagedNodeGroup(this, 'Nodes', {
      cluster: existing(this),
      nodeRole: iam.Role.fromRoleName(this, 'NodeRole', 'eks-node'),
      instanceTypes: [ec2.InstanceType.of(ec2.InstanceClass.M5, ec2.InstanceSize.LARGE)],
      scalingConfig: { minSize: 1, maxSize: 3, desiredSize: 2 },
      diskSize: Size.gibibytes(50),
      blockPodImds: true,
    });
    nodes.addLabel('team', 'blue');
    nodes.addTaint({ key: 'dedicated', value: 'batch', effect: TaintEffect.NO_SCHEDULE });
    Tags.of(nodes).add('owner', 'platform');

    new CfnOutput(this, 'Id', { value: nodes.nodegroupId });
    new CfnOutput(this, 'ReleaseVersion', { value: nodes.releaseVersion });
    new CfnOutput(this, 'LaunchTemplateId', { value: nodes.launchTemplateId });
  }
}

/** One group a zone, with the function that template.yaml has deployed for all stacks of the account and Region. */
class Stateful extends Stack {
  constructor(scope: Construct, id: string, props: StackProps) {
    super(scope, id, props);
    const groups = ManagedNodeGroup.perAvailabilityZone(this, 'Stateful', {
      cluster: existing(this),
      provider: ManagedNodeGroupProvider.fromServiceToken(Fn.importValue('ManagedNodeGroupServiceToken')),
      nodeRole: iam.Role.fromRoleName(this, 'NodeRole', 'eks-node'),
      nodegroupNamePrefix: 'stateful',
      scalingConfig: { minSize: 1, maxSize: 4 },
      clusterAutoscaler: ClusterAutoscaler.ENABLED,
      stateful: true,
    });
    new CfnOutput(this, 'GroupA', { value: groups['us-east-1a'].nodegroupId });
    new CfnOutput(this, 'GroupB', { value: groups['us-east-1b'].nodegroupId });
  }
}

const app = new App();
const env = { account: '123456789012', region: 'us-east-1' };
new Nodes(app, 'Nodes', { env });
new Stateful(app, 'Stateful', { env });
