import assert from 'node:assert/strict';
import { test } from 'node:test';
import { App, CfnParameter, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as events from 'aws-cdk-lib/aws-events';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { LogLevel, ManagedNodeGroupProvider, ManagedNodeGroupProviderProps, PollingMode } from 'cdk-managed-node-group';
import { code, stack } from './support';

type Props = (scope: Stack) => ManagedNodeGroupProviderProps;

/** A stack with a provider alone. */
function provided(props: Props): Template {
  const scope = stack('Test', new App());
  new ManagedNodeGroupProvider(scope, 'Provider', { code: code(scope), ...props(scope) });
  return Template.fromStack(scope);
}

/** The function's environment variables. */
function variables(template: Template): any {
  const [{ Properties }] = Object.values(template.findResources('AWS::Lambda::Function')).filter(
    (of) => of.Properties.Environment?.Variables?.POLLING_MODE,
  );
  return Properties.Environment.Variables;
}

/** The statements of all roles, by their ids. */
function statement(template: Template, sid: string): any {
  const policies = Object.values(template.findResources('AWS::IAM::Policy'));
  return policies.flatMap((of) => of.Properties.PolicyDocument.Statement).find((of) => of.Sid === sid);
}

const PLAIN = provided(() => ({}));

test('nothing is told, traced or measured but as by default', () => {
  const { EVENT_BUS, METRICS_NAMESPACE, LOG_LEVEL } = variables(PLAIN);
  assert.deepEqual([EVENT_BUS, METRICS_NAMESPACE, LOG_LEVEL], [undefined, 'ManagedNodeGroup', 'info']);
  PLAIN.hasResourceProperties('AWS::Lambda::Function', { TracingConfig: { Mode: 'PassThrough' } });
  for (const sid of ['CallPutEvents', 'LambdaTrace', 'Trace']) {
    assert.equal(statement(PLAIN, sid), undefined, sid);
  }
});

test('outcomes are told on a bus, in no other name than its own', () => {
  const template = provided((scope) => ({ eventBus: new events.EventBus(scope, 'Bus') }));
  const [id] = Object.keys(template.findResources('AWS::Events::EventBus'));
  assert.deepEqual(variables(template).EVENT_BUS, { Ref: id });
  const { Action, Resource, Condition } = statement(template, 'CallPutEvents');
  assert.equal(Action, 'events:PutEvents');
  const parts = ['arn:', { Ref: 'AWS::Partition' }, ':events:eu-central-1:111122223333:event-bus/', { Ref: id }];
  assert.deepEqual(Resource, { 'Fn::Join': ['', parts] });
  assert.deepEqual(Condition, { StringEquals: { 'events:source': 'managed-node-group' } });
});

test('a key of its own encrypts all that is at rest', () => {
  const template = provided((scope) => ({
    encryptionKey: new kms.Key(scope, 'Key'),
    pollingMode: PollingMode.STEP_FUNCTIONS,
  }));
  const [id] = Object.keys(template.findResources('AWS::KMS::Key'));
  const key = { 'Fn::GetAtt': [id, 'Arn'] };
  template.allResourcesProperties('AWS::Logs::LogGroup', { KmsKeyId: key });
  template.hasResourceProperties('AWS::SQS::Queue', { KmsMasterKeyId: key, SqsManagedSseEnabled: Match.absent() });
  template.hasResourceProperties('AWS::StepFunctions::StateMachine', {
    EncryptionConfiguration: { Type: 'CUSTOMER_MANAGED_KMS_KEY', KmsKeyId: key },
  });
  for (const sid of ['LambdaQueueKey', 'StateKey', 'LogKey']) {
    assert.deepEqual(statement(template, sid)?.Resource, key, sid);
    assert.equal(statement(PLAIN, sid), undefined, sid);
  }
});

test('it is traced with the state machine', () => {
  const traced = { tracing: lambda.Tracing.ACTIVE, pollingMode: PollingMode.STEP_FUNCTIONS };
  const template = provided(() => traced);
  template.hasResourceProperties('AWS::Lambda::Function', { TracingConfig: { Mode: 'Active' } });
  template.hasResourceProperties('AWS::StepFunctions::StateMachine', { TracingConfiguration: { Enabled: true } });
  assert.ok(statement(template, 'LambdaTrace') && statement(template, 'Trace'));
  const xray = JSON.stringify(template.findResources('AWS::IAM::Policy')).split('xray:PutTraceSegments').length - 1;
  assert.equal(xray, 2, 'one for each role');
});

test('its metrics are where they are wanted, or nowhere', () => {
  assert.equal(variables(provided(() => ({ metricsNamespace: 'Mine/Nodes' }))).METRICS_NAMESPACE, 'Mine/Nodes');
  assert.equal(variables(provided(() => ({ metricsNamespace: '' }))).METRICS_NAMESPACE, undefined);
  const later = provided((scope) => ({ metricsNamespace: new CfnParameter(scope, 'Namespace').valueAsString }));
  assert.deepEqual(variables(later).METRICS_NAMESPACE, { Ref: 'Namespace' });
});

const REFUSED: [RegExp, Props][] = [
  [/metricsNamespace: Test\/Provider expected up to 255 .*got "AWS\/Mine"/, () => ({ metricsNamespace: 'AWS/Mine' })],
  [
    /eventBus: .*account 111122223333 and Region eu-central-1, got Test\/Bus of 444455556666 and eu-west-1; give one/,
    (scope) => ({
      eventBus: events.EventBus.fromEventBusArn(scope, 'Bus', 'arn:aws:events:eu-west-1:444455556666:event-bus/theirs'),
    }),
  ],
];

for (const [message, props] of REFUSED) {
  test(`refused: ${message}`, () => assert.throws(() => provided(props), message));
}

test('logs say as much and are kept as long as wanted', () => {
  const pollingMode = PollingMode.STEP_FUNCTIONS;
  const template = provided(() => ({ logLevel: LogLevel.DEBUG, logRetention: 7, pollingMode }));
  assert.equal(variables(template).LOG_LEVEL, 'debug');
  template.allResourcesProperties('AWS::Logs::LogGroup', Match.objectLike({ RetentionInDays: 7 }));
});
