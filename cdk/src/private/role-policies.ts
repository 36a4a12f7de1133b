import { CfnParameter, CfnResource, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { IConstruct, IDependable } from 'constructs';
import { Later } from './later';

/** The types of resources that give a role more than it has by itself. */
const POLICIES = [iam.CfnPolicy, iam.CfnManagedPolicy, iam.CfnRolePolicy].map((of) => of.CFN_RESOURCE_TYPE_NAME);

/**
 * The policies that a stack gives a node role, whenever they come: whoever has the role's ARN doesn't wait for them,
 * and nodes that start without them fail to join or to pull.
 *
 * One that needs a node group itself, such as leave to look at it, can only come later. So can one that needs what
 * isn't to be seen here, a nested stack's or another one's: waiting for it could become a cycle.
 *
 * @param scope anything in the stack
 * @param role the node role
 * @param type of resource that node groups are
 */
export function policiesOf(scope: IConstruct, role: iam.IRole, type: string): IDependable {
  return new Later(() => {
    const stack = Stack.of(scope);
    const resources = resourcesOf(stack);
    const name = JSON.stringify(stack.resolve(role.roleName));
    const given = [...resources.values()].filter((each) => POLICIES.includes(each.cfnResourceType));
    return given.filter((each) => isGivenTo(each, name) && !needs(each, type, resources));
  });
}

/** The stack's own resources, by logical id. */
function resourcesOf(stack: Stack): Map<string, CfnResource> {
  const all = stack.node.findAll().filter((each) => CfnResource.isCfnResource(each) && Stack.of(each) === stack);
  return new Map(all.map((each) => [stack.resolve((each as CfnResource).logicalId), each as CfnResource]));
}

function isGivenTo(policy: CfnResource, name: string): boolean {
  const { roles, roleName } = policy as iam.CfnPolicy & iam.CfnRolePolicy;
  const named: any[] = Stack.of(policy).resolve(roles ?? [roleName]) ?? [];
  return named.some((each) => JSON.stringify(each) === name);
}

/** Whether a resource needs one of a type, by however many others, or something that isn't in the stack. */
function needs(from: CfnResource, type: string, resources: Map<string, CfnResource>): boolean {
  const seen = new Set<CfnResource>();
  const open = [from];
  for (let next = open.pop(); next; next = open.pop()) {
    if (next.cfnResourceType === type || next.cfnResourceType === 'AWS::CloudFormation::Stack') {
      return true;
    }
    if (seen.has(next)) {
      continue;
    }
    seen.add(next);
    const stack = Stack.of(next);
    const ids = [...named(stack.resolve(next._toCloudFormation()))].filter((id) => !isParameter(stack, id));
    const referred = ids.map((id) => resources.get(id));
    if (referred.includes(undefined)) {
      return true;
    }
    open.push(...(referred as CfnResource[]), ...orderedBefore(next));
  }
  return false;
}

/** The logical ids that a part of a template names. */
function* named(part: any): Generator<string> {
  if (part === null || typeof part !== 'object') {
    return;
  }
  for (const [key, value] of Object.entries<any>(part)) {
    if (key === 'Ref' || key === 'DependsOn') {
      yield* [value].flat();
    } else if (key === 'Fn::GetAtt') {
      yield (Array.isArray(value) ? value[0] : value.split('.')[0]);
    } else {
      if (key === 'Fn::Sub') {
        const text: string = Array.isArray(value) ? value[0] : value;
        yield* [...text.matchAll(/\$\{(\w+)[.}]/g)].map(([, id]) => id);
      }
      yield* named(value);
    }
  }
}

function isParameter(stack: Stack, id: string): boolean {
  const isIt = (each: IConstruct) => CfnParameter.isCfnElement(each) && stack.resolve(each.logicalId) === id;
  return id.startsWith('AWS::') || stack.node.findAll().some((each) => !CfnResource.isCfnResource(each) && isIt(each));
}

/** What was said to come before a resource, or before something around it. */
function orderedBefore(resource: CfnResource): CfnResource[] {
  const before = resource.node.scopes.flatMap((each) => each.node.dependencies);
  return before.flatMap((each) => each.node.findAll()).filter((each) => CfnResource.isCfnResource(each));
}
