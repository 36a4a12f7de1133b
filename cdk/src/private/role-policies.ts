import { CfnElement, CfnResource, Stack } from 'aws-cdk-lib';
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
    const elements = elementsOf(stack);
    const name = JSON.stringify(stack.resolve(role.roleName));
    const resources = [...elements.values()].filter((each) => CfnResource.isCfnResource(each));
    const given = resources.filter((each) => POLICIES.includes(each.cfnResourceType) && isGivenTo(each, name));
    return given.filter((each) => !needs(each, type, elements));
  });
}

/** What the stack's own template has, by logical id. */
function elementsOf(stack: Stack): Map<string, CfnElement> {
  const all = stack.node.findAll().filter((each) => CfnElement.isCfnElement(each));
  return new Map(all.filter((each) => each.stack === stack).map((each) => [stack.resolve(each.logicalId), each]));
}

function isGivenTo(policy: CfnResource, name: string): boolean {
  const { roles, roleName } = policy as iam.CfnPolicy & iam.CfnRolePolicy;
  const named: any[] = Stack.of(policy).resolve(roles ?? [roleName]) ?? [];
  return named.some((each) => JSON.stringify(each) === name);
}

/** Whether a resource needs one of a type, by however many others, or something that isn't in the stack. */
function needs(from: CfnResource, type: string, elements: Map<string, CfnElement>): boolean {
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
    const ids = [...named(next.stack.resolve(next._toCloudFormation()))].filter((id) => !id.startsWith('AWS::'));
    if (ids.some((id) => !elements.has(id))) {
      return true;
    }
    const referred = ids.map((id) => elements.get(id)).filter((each) => CfnResource.isCfnResource(each));
    open.push(...referred, ...orderedBefore(next));
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

/** What was said to come before a resource, or before something around it. */
function orderedBefore(resource: CfnResource): CfnResource[] {
  const before = resource.node.scopes.flatMap((each) => each.node.dependencies);
  return before.flatMap((each) => each.node.findAll()).filter((each) => CfnResource.isCfnResource(each));
}
