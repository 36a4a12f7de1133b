// One client for each service, made once, and a way to ask that takes "absent" for an answer.

import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { EC2Client } from '@aws-sdk/client-ec2';
import { EKSClient } from '@aws-sdk/client-eks';
import { IAMClient } from '@aws-sdk/client-iam';
import { ServiceQuotasClient } from '@aws-sdk/client-service-quotas';

export const cloudformation = new CloudFormationClient({});
export const ec2 = new EC2Client({});
export const eks = new EKSClient({});
export const iam = new IAMClient({});
export const quotas = new ServiceQuotasClient({});

const ABSENT = ['ResourceNotFoundException', 'NoSuchResourceException', 'NoSuchEntityException'];

export async function orNull(asked) {
  try {
    return await asked;
  } catch (error) {
    if (ABSENT.includes(error.name)) return null;
    throw error;
  }
}

export function equal(Name, ...Values) {
  return { Name, Values };
}

// Waits for all values of an object, under their names.
export async function together(asked) {
  const values = await Promise.all(Object.values(asked));
  return Object.fromEntries(Object.keys(asked).map((name, at) => [name, values[at]]));
}
