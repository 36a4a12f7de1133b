import { ArnFormat, Fn, Names, RemovalPolicy, Stack, Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as stepfunctions from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { lateStatements, Permissions, roleOf } from './permissions';
import { Known, Reading } from './reading';
import { TEMPLATE } from './template';

/** Step Functions takes names of so many characters, and eight of them and a hyphen are the construct's. */
const LONGEST = 80 - 9;

/**
 * What the state machine is called. The function has to know it, and it the function, so it can't be left to
 * CloudFormation. A name of the CDK's own would be the same in every stack that an app is deployed to.
 */
export function stateMachineName(scope: Construct): string {
  const { stackName, stackId } = Stack.of(scope);
  const own = Names.nodeUniqueId(scope.node).slice(-8);
  if (Token.isUnresolved(stackName)) {
    return Fn.join('-', ['managed-node-group', Fn.select(2, Fn.split('/', stackId)), own]);
  }
  return `${stackName.slice(0, LONGEST)}-${own}`;
}

/** Where a state machine of that name is, in the scope's own stack. */
export function stateMachineArn(scope: Construct, name: string): string {
  const arnFormat = ArnFormat.COLON_RESOURCE_NAME;
  return Stack.of(scope).formatArn({ service: 'states', resource: 'stateMachine', resourceName: name, arnFormat });
}

/** How its log is kept. */
interface Logged {
  readonly retention: logs.RetentionDays;
  readonly encryptionKey?: kms.IKey;
}

/** The state machine in which operations wait, as template.yaml has it. */
export class Waiting extends Construct {
  readonly stateMachine: stepfunctions.IStateMachine;

  constructor(scope: Construct, id: string, name: string, known: Known & Logged) {
    super(scope, id);
    const stack = Stack.of(this);
    // Step Functions extends CloudWatch's resource policy for every log group outside this prefix.
    const logGroup = new logs.LogGroup(this, 'Log', {
      logGroupName: `/aws/vendedlogs/states/${name}`,
      retention: known.retention,
      removalPolicy: RemovalPolicy.DESTROY,
      encryptionKey: known.encryptionKey,
    });
    const reading = new Reading(stack, known);
    const role = roleOf(this, 'Role', 'StateMachineRole', reading);
    new Permissions(role, 'StateMachineRole', reading);
    lateStatements('StateMachineRole', reading).forEach((statement) => role.addToPrincipalPolicy(statement));
    const machine = this.machine(name, role, logGroup, reading);
    machine.node.addDependency(role);
    this.stateMachine = stepfunctions.StateMachine.fromStateMachineArn(this, 'StateMachine', machine.attrArn);
  }

  private machine(name: string, role: iam.IRole, logGroup: logs.ILogGroup, reading: Reading) {
    const settings = TEMPLATE.resources.PollingStateMachine;
    const { Level, IncludeExecutionData } = settings.LoggingConfiguration;
    const { Type: encryption, KmsKeyId: kmsKeyId } = reading.read(settings.EncryptionConfiguration);
    return new stepfunctions.CfnStateMachine(this, 'Resource', {
      stateMachineName: name,
      stateMachineType: settings.StateMachineType,
      roleArn: role.roleArn,
      definitionString: Stack.of(this).toJsonString(reading.read(settings.Definition)),
      tracingConfiguration: { enabled: reading.read(settings.TracingConfiguration.Enabled) },
      encryptionConfiguration: kmsKeyId && { type: encryption, kmsKeyId },
      loggingConfiguration: {
        level: Level,
        includeExecutionData: IncludeExecutionData,
        destinations: [{ cloudWatchLogsLogGroup: { logGroupArn: logGroup.logGroupArn } }],
      },
    });
  }
}
