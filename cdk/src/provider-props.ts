import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as events from 'aws-cdk-lib/aws-events';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { LogLevel, PollingMode } from './choices';

/**
 * How the function runs.
 */
export interface ManagedNodeGroupProviderProps {
  /**
   * What the function runs on.
   *
   * @default lambda.Architecture.ARM_64
   */
  readonly architecture?: lambda.Architecture;

  /**
   * The function's code, for one that you build yourself.
   *
   * @default - the one that this package brings
   */
  readonly code?: lambda.Code;

  /**
   * Where it waits for EKS.
   *
   * @default PollingMode.SELF_INVOKE
   */
  readonly pollingMode?: PollingMode;

  /**
   * What it logs.
   *
   * @default LogLevel.INFO
   */
  readonly logLevel?: LogLevel;

  /**
   * The bus of this account and Region on which outcomes are told. Requests by events are for `template.yaml` alone. In
   * a VPC the function needs a way to the service `events`, too.
   *
   * @default - none is told
   */
  readonly eventBus?: events.IEventBus;

  /**
   * CloudWatch's namespace for the metrics that the function writes into its log; empty, there are none.
   *
   * @default 'ManagedNodeGroup'
   */
  readonly metricsNamespace?: string;

  /**
   * Whether function and state machine are traced by X-Ray. `DISABLED` is the same as `PASS_THROUGH`.
   *
   * @default lambda.Tracing.PASS_THROUGH
   */
  readonly tracing?: lambda.Tracing;

  /**
   * How long logs are kept.
   *
   * @default logs.RetentionDays.ONE_MONTH
   */
  readonly logRetention?: logs.RetentionDays;

  /**
   * A key of yours for the logs, for the state machine's definition and history, and for the queue. Its policy has to let
   * CloudWatch Logs use it, which the construct doesn't write: `docs/security.md` of the project has it whole.
   *
   * @default - the services' own keys
   */
  readonly encryptionKey?: kms.IKey;

  /**
   * For clusters whose endpoint is private alone: the VPC in which it runs.
   *
   * @default - none
   */
  readonly vpc?: ec2.IVpc;

  /**
   * With `vpc`: the subnets, with a way to AWS by a NAT gateway or by VPC endpoints.
   *
   * @default - the private subnets
   */
  readonly vpcSubnets?: ec2.SubnetSelection;

  /**
   * With `vpc`: the function's security groups, which the cluster's security group lets in on port 443.
   *
   * @default - one that is made
   */
  readonly securityGroups?: ec2.ISecurityGroup[];
}
