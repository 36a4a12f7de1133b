import { createHash } from 'crypto';
import { Duration, RemovalPolicy, Stack, Token } from 'aws-cdk-lib';
import * as eks from 'aws-cdk-lib/aws-eks';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import * as stepfunctions from 'aws-cdk-lib/aws-stepfunctions';
import { aws_eks } from 'aws-cdk-lib/interfaces';
import { Construct } from 'constructs';
import { PollingMode } from './choices';
import { ACCESS } from './private/access';
import { bundled } from './private/bundle';
import { lateStatements, Permissions, roleOf } from './private/permissions';
import { Known, Reading } from './private/reading';
import { TEMPLATE } from './private/template';
import { environment, parameters } from './private/template-settings';
import { stateMachineArn, stateMachineName, Waiting } from './private/waiting';
import { ManagedNodeGroupProviderProps } from './provider-props';

/** Below the stack, so that there is one. */
const SINGLETON = 'ManagedNodeGroupProvider';
/** The Kubernetes group of `KUBERNETES_ACCESS`. */
const KUBERNETES_GROUP = 'managed-node-group';

/**
 * The function behind `Custom::ManagedNodeGroup`.
 */
export interface IManagedNodeGroupProvider {
  /** What CloudFormation sends the requests of a resource to. */
  readonly serviceToken: string;

  /**
   * Lets the function make and change node groups of a cluster. A node group asks for it by itself.
   *
   * @param clusterName its name, or a pattern with `*`
   */
  allowCluster(clusterName: string): void;

  /**
   * Lets the function give node groups a role. A node group asks for it by itself.
   *
   * @param roleArn its ARN, or a pattern with `*`
   */
  allowNodeRole(roleArn: string): void;
}

/**
 * The function behind `Custom::ManagedNodeGroup`, with all that it needs: the queue for requests on which it failed,
 * its logs, a role that is limited to the clusters and node roles that are used, and perhaps the state machine in which
 * it waits.
 *
 * Node groups make one for their stack by themselves. Deploy `template.yaml` once and use `fromServiceToken` to have
 * one for all stacks of an account and Region.
 */
export class ManagedNodeGroupProvider extends Construct implements IManagedNodeGroupProvider, iam.IGrantable {
  /**
   * What the Kubernetes group of `grantClusterAccess` may do, for `cluster.addManifest(id, ...KUBERNETES_ACCESS)`.
   */
  public static readonly KUBERNETES_ACCESS: any[] = ACCESS;

  /**
   * The provider of a stack, made at the first call.
   *
   * @param scope anything in the stack
   * @param props how it runs; only the first call can say that, so make it before the first node group
   */
  public static getOrCreate(scope: Construct, props?: ManagedNodeGroupProviderProps): ManagedNodeGroupProvider {
    const stack = Stack.of(scope);
    const existing = stack.node.tryFindChild(SINGLETON);
    if (!existing) {
      return new ManagedNodeGroupProvider(stack, SINGLETON, props);
    }
    if (props) {
      const advice =
        'call getOrCreate with these settings before the first node group is made, or make a provider of its own';
      throw new Error(
        `the provider of stack ${stack.node.path} is there already, and its settings can't be changed: ${advice}`,
      );
    }
    return existing as ManagedNodeGroupProvider;
  }

  /**
   * A provider that is there already.
   *
   * @param serviceToken its ARN, such as `Fn.importValue('ManagedNodeGroupServiceToken')` after `template.yaml` was
   * deployed
   */
  public static fromServiceToken(serviceToken: string): IManagedNodeGroupProvider {
    return new GivenProvider(serviceToken);
  }

  public readonly serviceToken: string;
  public readonly grantPrincipal: iam.IPrincipal;

  /** The function. */
  public readonly handler: lambda.Function;

  /** The function's role. */
  public readonly role: iam.Role;

  /** What the function failed on three times waits here, to be answered without its engine. */
  public readonly failedInvocations: sqs.Queue;

  /** In which it waits, with `PollingMode.STEP_FUNCTIONS`. */
  public readonly stateMachine?: stepfunctions.IStateMachine;

  private readonly permissions: Permissions;

  constructor(scope: Construct, id: string, props: ManagedNodeGroupProviderProps = {}) {
    super(scope, id);
    const { encryptionKey, logRetention: retention = TEMPLATE.parameters.LogRetentionDays } = props;
    const removalPolicy = RemovalPolicy.DESTROY;
    const logGroup = new logs.LogGroup(this, 'Log', { retention, removalPolicy, encryptionKey });
    this.failedInvocations = this.queue(encryptionKey);
    this.role = roleOf(this, 'Role', 'FunctionRole', new Reading(Stack.of(this), {}));
    this.grantPrincipal = this.role;

    const waitsIn = props.pollingMode === PollingMode.STEP_FUNCTIONS ? stateMachineName(this) : undefined;
    const known: Known = {
      parameters: parameters(this, props),
      attributes: {
        'FunctionRole.Arn': this.role.roleArn,
        'FunctionLogGroup.Arn': logGroup.logGroupArn,
        'FailedInvocations.Arn': this.failedInvocations.queueArn,
      },
      named: waitsIn ? { stateMachine: stateMachineArn(this, waitsIn) } : {},
    };
    const early = new Reading(Stack.of(this), known);
    this.permissions = new Permissions(this.role, 'FunctionRole', early);
    this.handler = this.makeFunction(props, logGroup, early);
    this.serviceToken = this.handler.functionArn;

    const late = { ...known, named: { ...known.named, function: this.handler.functionArn } };
    const statements = lateStatements('FunctionRole', new Reading(Stack.of(this), late));
    new iam.Policy(this, 'HandOver', { roles: [this.role], statements });
    if (waitsIn) {
      this.stateMachine = new Waiting(this, 'Waiting', waitsIn, { ...late, retention, encryptionKey }).stateMachine;
    }
  }

  public allowCluster(clusterName: string): void {
    this.permissions.allowCluster(clusterName);
  }

  public allowNodeRole(roleArn: string): void {
    this.permissions.allowNodeRole(roleArn);
  }

  /**
   * Lets the function change and delete what it made for another stack, whose groups use it by `fromServiceToken`. Its
   * own stack's it may by itself.
   *
   * @param stackId its id, or a pattern with `*`, such as `arn:aws:cloudformation:*:*:stack/Nodes/*`; of groups that
   * are asked for by events, `event:<account>:<source>`
   */
  public allowStack(stackId: string): void {
    this.permissions.allowStack(stackId);
  }

  /**
   * Makes the function known to a cluster, by an access entry. `WaitFor.NODES_READY`, `nvidiaDevicePlugin` and
   * `windowsSupport` need it, and Kubernetes has to say what the function may do there: see `KUBERNETES_ACCESS`. The
   * cluster's authentication mode has to be `API` or `API_AND_CONFIG_MAP`.
   *
   * @param cluster which one
   */
  public grantClusterAccess(cluster: aws_eks.IClusterRef): void {
    const { clusterName } = cluster.clusterRef;
    const id = `AccessTo${keyOf(cluster)}`;
    if (this.node.tryFindChild(id)) {
      return;
    }
    new eks.CfnAccessEntry(this, id, {
      clusterName,
      principalArn: this.role.roleArn,
      type: 'STANDARD',
      kubernetesGroups: [KUBERNETES_GROUP],
    });
  }

  private queue(encryptionMasterKey?: kms.IKey): sqs.Queue {
    const { VisibilityTimeout, MessageRetentionPeriod } = TEMPLATE.resources.FailedInvocations;
    return new sqs.Queue(this, 'FailedInvocations', {
      // Records carry response URLs, which are credentials.
      encryption: encryptionMasterKey ? sqs.QueueEncryption.KMS : sqs.QueueEncryption.SQS_MANAGED,
      encryptionMasterKey,
      visibilityTimeout: Duration.seconds(VisibilityTimeout),
      retentionPeriod: Duration.seconds(MessageRetentionPeriod),
      removalPolicy: RemovalPolicy.DESTROY,
    });
  }

  private makeFunction(props: ManagedNodeGroupProviderProps, logGroup: logs.ILogGroup, reading: Reading) {
    const settings = TEMPLATE.resources.ProviderFunction;
    const architecture = props.architecture ?? lambda.Architecture.ARM_64;
    const made = new lambda.Function(this, 'Function', {
      description: settings.Description,
      code: props.code ?? bundled(architecture),
      handler: settings.Handler,
      runtime: new lambda.Runtime(settings.Runtime),
      architecture,
      timeout: Duration.seconds(settings.Timeout),
      memorySize: settings.MemorySize,
      role: this.role,
      environment: environment(reading),
      logGroup,
      loggingFormat: lambda.LoggingFormat.JSON,
      vpc: props.vpc,
      vpcSubnets: props.vpcSubnets,
      securityGroups: props.securityGroups,
    });
    // Not by the prop of the same name, which would give the role what it has already by the template's statement.
    (made.node.defaultChild as lambda.CfnFunction).tracingConfig = { mode: reading.read(settings.Tracing) };
    // The role says already what Lambda may do with the queue.
    const onFailure = { bind: () => ({ destination: this.failedInvocations.queueArn }) };
    const { MaximumRetryAttempts, MaximumEventAgeInSeconds: age } = settings.EventInvokeConfig;
    const maxEventAge = age === undefined ? undefined : Duration.seconds(age);
    made.configureAsyncInvoke({ retryAttempts: MaximumRetryAttempts, maxEventAge, onFailure });
    made.addEventSourceMapping('FailedInvocation', {
      eventSourceArn: this.failedInvocations.queueArn,
      batchSize: settings.Events.FailedInvocation.Properties.BatchSize,
    });
    return made;
  }
}

/** Somebody else's, who says what it may do. */
class GivenProvider implements IManagedNodeGroupProvider {
  constructor(public readonly serviceToken: string) {}

  public allowCluster(_clusterName: string): void {}

  public allowNodeRole(_roleArn: string): void {}
}

/**
 * Of a cluster's name, not of its construct: EKS takes one access entry for a role, whoever imports the cluster under
 * which id. A name that is known only when it is deployed is unique in the stack that makes the cluster.
 */
function keyOf(cluster: aws_eks.IClusterRef): string {
  const { clusterName } = cluster.clusterRef;
  const stack = Stack.of(cluster);
  const name = Token.isUnresolved(clusterName)
    ? `${stack.node.path} ${JSON.stringify(stack.resolve(clusterName))}`
    : clusterName;
  return createHash('sha256').update(name).digest('hex').slice(0, 8).toUpperCase();
}
