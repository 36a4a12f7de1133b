// The answer to CloudFormation, whose URL is signed for an empty Content-Type.

import { request as http } from 'node:http';
import { request as https } from 'node:https';

export async function answer(resource, status, more) {
  const { StackId, RequestId, LogicalResourceId, PhysicalResourceId = RequestId } = resource;
  const body = { Status: status, PhysicalResourceId, StackId, RequestId, LogicalResourceId, ...more };
  const code = await put(new URL(resource.ResponseURL), JSON.stringify(body));
  if (code >= 300) throw new Error(`The ResponseURL answered ${code}.`);
}

function put(url, body) {
  const headers = { 'content-type': '', 'content-length': Buffer.byteLength(body) };
  const request = url.protocol === 'http:' ? http : https;
  return new Promise((resolve, reject) => {
    const asked = request(url, { method: 'PUT', headers }, (got) => {
      got.resume().on('end', () => resolve(got.statusCode));
    });
    asked.on('error', reject).end(body);
  });
}
