// The Lambda Runtime API's loop: next, then response or error. AWS's own client for Node.js needs a
// native build, and this is less work than it does, so Node's figures are a lower bound.

import { Agent, request } from 'node:http';
import { handler } from './src/framework.mjs';

const api = process.env.AWS_LAMBDA_RUNTIME_API;
const agent = new Agent({ keepAlive: true });

void run();

async function run() {
  for (;;) await once();
}

async function once() {
  const { headers, body } = await call('GET', 'next');
  const id = headers['lambda-runtime-aws-request-id'];
  try {
    await call('POST', `${id}/response`, (await handler(JSON.parse(body))) ?? null);
  } catch (error) {
    await call('POST', `${id}/error`, { errorType: error.name, errorMessage: error.message });
  }
}

function call(method, path, body) {
  const url = `http://${api}/2018-06-01/runtime/invocation/${path}`;
  return new Promise((resolve, reject) => {
    const asked = request(url, { method, agent }, (answer) => collect(answer, resolve, reject));
    asked.on('error', reject);
    asked.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

function collect(answer, resolve, reject) {
  const parts = [];
  answer.on('data', (part) => parts.push(part));
  answer.on('error', reject);
  answer.on('end', () => resolve({ headers: answer.headers, body: Buffer.concat(parts).toString() }));
}
