import { Token } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import { ManagedNodeGroupProps } from '../props';

/** The same props for each zone, with its subnets alone, and a prefix of its own where there is one. */
export function groupsByZone(
  scope: Construct,
  props: ManagedNodeGroupProps,
  subnets: ec2.ISubnet[],
): [string, ManagedNodeGroupProps][] {
  if (props.nodegroupName !== undefined) {
    const advice = 'give nodegroupNamePrefix in its place';
    throw new Error(
      `nodegroupName: the groups of ${scope.node.path} can't all be called ${props.nodegroupName}; ${advice}`,
    );
  }
  const zones = [...new Set(subnets.map((subnet) => subnet.availabilityZone))];
  return zones.map((zone, at) => {
    const name = Token.isUnresolved(zone) ? `az${at + 1}` : zone;
    const prefix = props.nodegroupNamePrefix && `${props.nodegroupNamePrefix}-${name}`;
    const its = subnets.filter((subnet) => subnet.availabilityZone === zone);
    return [name, { ...props, nodegroupNamePrefix: prefix, subnets: { subnets: its } }];
  });
}

/**
 * What stands in until a VPC has been looked up: the CDK synthesises once with zones of its own invention, and looks up
 * only if that comes to its end. So each zone that is asked for has to be there, and nothing of it is deployed.
 */
export function answering<T>(byZone: { [zone: string]: T }): { [zone: string]: T } {
  const [any] = Object.values(byZone);
  const isZone = (name: string | symbol) => typeof name === 'string' && /-\d+[a-z]$/.test(name);
  return new Proxy(byZone, {
    get: (target, name) => Reflect.get(target, name) ?? (isZone(name) ? any : undefined),
  });
}
