import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NestedStack, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { ManagedNodeGroupProvider, PollingMode } from 'cdk-managed-node-group';
import { code, generated, provided, stack, statements } from './support';

test("it can wait in a state machine, which reads as the template's", () => {
  const template = provided({ pollingMode: PollingMode.STEP_FUNCTIONS });
  const [[, { Properties: machine }]] = Object.entries<any>(template.findResources('AWS::StepFunctions::StateMachine'));
  assert.match(machine.StateMachineName, /^Test-[0-9A-F]{8}$/);
  const [functionId] = Object.keys(template.findResources('AWS::Lambda::Function'));
  const text = machine.DefinitionString['Fn::Join'][1]
    .map((part: any) => part.Ref ?? part['Fn::GetAtt']?.[0] ?? part)
    .join('');
  const definition = JSON.parse(text);
  const { Definition } = generated('template').TEMPLATE.resources.PollingStateMachine;
  assert.deepEqual(Object.keys(definition.States), Object.keys(Definition.States));
  const tasks = Object.values<any>(definition.States).filter((state) => state.Type === 'Task');
  assert.equal(tasks.length, 2, 'a look, and the answer when it failed');
  for (const task of tasks) {
    assert.equal(task.Parameters.FunctionName, functionId);
    assert.equal(task.Resource, 'arn:AWS::Partition:states:::lambda:invoke');
  }
  assert.equal(definition.TimeoutSeconds, Definition.TimeoutSeconds);
  assert.equal(machine.LoggingConfiguration.IncludeExecutionData, false);

  const arn = {
    'Fn::Join': [
      '',
      ['arn:', { Ref: 'AWS::Partition' }, `:states:eu-central-1:111122223333:stateMachine:${machine.StateMachineName}`],
    ],
  };
  template.hasResourceProperties('AWS::Lambda::Function', {
    Environment: { Variables: { POLLING_MODE: 'StepFunctions', STATE_MACHINE_ARN: arn } },
  });
  const started = statements(template).find((of) => of.Action.includes('states:StartExecution'));
  assert.equal(
    started.Resource[0],
    `arn:AWS::Partition:states:eu-central-1:111122223333:stateMachine:${machine.StateMachineName}`,
  );
  template.hasResourceProperties('AWS::Logs::LogGroup', {
    LogGroupName: `/aws/vendedlogs/states/${machine.StateMachineName}`,
  });
  template.hasResourceProperties('AWS::IAM::Role', {
    AssumeRolePolicyDocument: {
      Statement: [
        Match.objectLike({
          Principal: { Service: 'states.amazonaws.com' },
          Condition: { StringEquals: { 'aws:SourceAccount': '111122223333' } },
        }),
      ],
    },
  });
});

test('two stacks of one app have state machines of different names, nested ones too', () => {
  const names = ['One', 'Two'].map((name) => {
    const made = provided({ pollingMode: PollingMode.STEP_FUNCTIONS }, stack(name));
    const [machine] = Object.values<any>(made.findResources('AWS::StepFunctions::StateMachine'));
    return machine.Properties.StateMachineName;
  });
  assert.notEqual(names[0], names[1]);
  const nested = new NestedStack(stack('Parent'), 'Nested') as Stack;
  provided({ pollingMode: PollingMode.STEP_FUNCTIONS }, nested).hasResourceProperties(
    'AWS::StepFunctions::StateMachine',
    {
      StateMachineName: {
        'Fn::Join': [
          '-',
          [
            'managed-node-group',
            { 'Fn::Select': [2, { 'Fn::Split': ['/', { Ref: 'AWS::StackId' }] }] },
            Match.stringLikeRegexp('^[0-9A-F]{8}$'),
          ],
        ],
      },
    },
  );
});

test('two providers of one nested stack have state machines of different names', () => {
  const nested = new NestedStack(stack('Parent'), 'Nested') as Stack;
  const asset = code(nested);
  for (const id of ['One', 'Two']) {
    new ManagedNodeGroupProvider(nested, id, { code: asset, pollingMode: PollingMode.STEP_FUNCTIONS });
  }
  const made = Template.fromStack(nested).findResources('AWS::StepFunctions::StateMachine');
  const names = Object.values(made).map((of) => JSON.stringify(of.Properties.StateMachineName));
  assert.equal(new Set(names).size, 2, `${names}`);
});
