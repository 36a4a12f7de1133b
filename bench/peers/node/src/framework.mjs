// The part that the CDK's provider framework plays. There it is three more functions, which call
// the user's two over the network; here all are one, so that Node's figures are a lower bound.

import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { answer } from './answer.mjs';
import { isComplete, onEvent } from './handler.mjs';

const sfn = new SFNClient({});

export async function handler(event) {
  const resource = event.Continuation ?? event;
  try {
    return await (event.Continuation ? look(resource) : begin(resource));
  } catch (error) {
    await answer(resource, 'FAILED', { Reason: `${error.name}: ${error.message}`.slice(0, 1000) });
    return { Outcome: 'Answered', Status: 'FAILED' };
  }
}

async function begin(event) {
  const resource = { ...event, ...(await onEvent(event)) };
  await sfn.send(new StartExecutionCommand({
    stateMachineArn: process.env.STATE_MACHINE_ARN,
    name: resource.RequestId,
    input: JSON.stringify(waiting(resource)),
  }));
  return { Outcome: 'HandedOver' };
}

// The CDK's framework throws here and lets the state machine try again with the same input.
async function look(resource) {
  const { IsComplete, Data } = await isComplete(resource);
  if (!IsComplete) return waiting(resource);
  await answer(resource, 'SUCCESS', { Data: { ...resource.Data, ...Data } });
  return { Outcome: 'Answered', Status: 'SUCCESS' };
}

function waiting(resource) {
  return { Outcome: 'Waiting', WaitSeconds: 15, Continuation: resource };
}
