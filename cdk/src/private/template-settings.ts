import { Stack, Token } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { IConstruct } from 'constructs';
import { ManagedNodeGroupProviderProps } from '../provider-props';
import { Reading } from './reading';
import { TEMPLATE } from './template';

/** The settings, as whoever deploys template.yaml gives them, and refused as CloudFormation refuses them there. */
export function parameters(scope: IConstruct, props: ManagedNodeGroupProviderProps): { [name: string]: any } {
  const given: [string, string, any][] = [
    ['pollingMode', 'PollingMode', props.pollingMode],
    ['logLevel', 'LogLevel', props.logLevel],
    ['metricsNamespace', 'MetricsNamespace', props.metricsNamespace],
    ['tracing', 'Tracing', props.tracing === lambda.Tracing.ACTIVE ? 'Active' : undefined],
    ['eventBus', 'EventBusName', props.eventBus && nameOf(scope, props.eventBus)],
    ['encryptionKey', 'KmsKeyArn', props.encryptionKey?.keyArn],
    ['vpc', 'VpcSubnetIds', props.vpc && ['given']],
  ];
  const set = given.filter(([, , value]) => value !== undefined);
  for (const [prop, parameter, value] of set) {
    const { pattern, constraint } = TEMPLATE.patterns[parameter] ?? {};
    if (pattern && !Token.isUnresolved(value) && !new RegExp(`^(?:${pattern})$`).test(value)) {
      throw new Error(`${prop}: ${scope.node.path} expected ${constraint ?? pattern}, got ${JSON.stringify(value)}`);
    }
  }
  return Object.fromEntries(set.map(([, parameter, value]) => [parameter, value]));
}

/** The function knows a bus by its name, which is one of its own account and Region. */
function nameOf(scope: IConstruct, bus: events.IEventBus): string {
  const own = Stack.of(scope);
  const differs = (a: string, b: string) => !Token.isUnresolved(a) && !Token.isUnresolved(b) && a !== b;
  if (differs(bus.env.account, own.account) || differs(bus.env.region, own.region)) {
    const advice = 'give one of those, with a rule that hands events on to the other bus';
    throw new Error(
      `eventBus: ${scope.node.path} expected a bus of account ${own.account} and Region ${own.region}, got ` +
        `${bus.node.path} of ${bus.env.account} and ${bus.env.region}; ${advice}`,
    );
  }
  return bus.eventBusName;
}

/** The function's settings, without those that are left empty: they are for what the construct doesn't make. */
export function environment(reading: Reading): { [name: string]: string } {
  const variables: { [name: string]: any } = reading.read(TEMPLATE.resources.ProviderFunction.Environment.Variables);
  const set = Object.entries(variables).filter(([, value]) => value !== '');
  return Object.fromEntries(set.map(([name, value]) => [name, String(value)]));
}
