import { Reading } from './reading';
import { TEMPLATE } from './template';

/** What template.yaml demands of a tag that says whose something is: that there is one. */
const SOMEBODYS = /^aws:(Request|Resource)Tag\/managed-node-group:stack-id$/;
/** The same of a node group. */
const OWNED = { Null: { 'aws:ResourceTag/managed-node-group:stack-id': 'false' } };
/** What a resource of Amazon EKS is called in template.yaml, for every cluster, and how it is for one. */
const OF_CLUSTER: [RegExp, (cluster: string) => string][] = [
  [/:cluster\/\*$/, (cluster) => `:cluster/${cluster}`],
  [/:nodegroup\/\*\/\*\/\*$/, (cluster) => `:nodegroup/${cluster}/*/*`],
  [/:access-entry\/\*$/, (cluster) => `:access-entry/${cluster}/*`],
];

/** A statement of template.yaml before its functions are computed. */
export type Raw = { [key: string]: any };

/** The statements of a role of template.yaml. */
export function statementsOf(role: string): Raw[] {
  return TEMPLATE.resources[role].Policies.flatMap((policy: any) => policy.PolicyDocument.Statement);
}

/** Whether a statement names the function or the state machine, which can be made only after the role. */
export function namesWhatRuns(statement: Raw): boolean {
  return /:(function|stateMachine):\$\{AWS::StackName\}/.test(JSON.stringify(statement));
}

/** Whether a statement is about the node roles that groups are given. */
export function isAboutNodeRoles(statement: Raw): boolean {
  return statement.Resource?.Ref === 'NodeRoleArns';
}

/** The statement, or none where it doesn't apply, or is about something that isn't there. */
export function read(reading: Reading, statement: Raw): Raw | undefined {
  const found = reading.read(statement);
  const resources = list(found?.Resource);
  return resources.length > 0 ? { ...found, Resource: resources } : undefined;
}

/** A statement as it is for one cluster, and what of it holds for every cluster. */
export interface Scoped {
  readonly always: Raw[];
  readonly ofCluster?: Raw;
}

/**
 * What changes something is limited to the clusters that are named. What reads isn't, and what ends something is
 * limited by tag instead: when a group moves to another cluster, or the last one of a cluster goes, CloudFormation
 * changes this policy first and deletes the old group after that.
 */
export function scoped(statement: Raw): Scoped {
  if (!list(statement.Resource).some((arn) => OF_CLUSTER.some(([pattern]) => pattern.test(arn)))) {
    return { always: [statement] };
  }
  const kinds = { Reads: [] as string[], Ends: [] as string[], Changes: [] as string[] };
  for (const action of list(statement.Action)) {
    kinds[/:(Describe|List)/.test(action) ? 'Reads' : /:(Delete|Untag)/.test(action) ? 'Ends' : 'Changes'].push(action);
  }
  const mixed = Object.values(kinds).filter((actions) => actions.length > 0).length > 1;
  const of = (kind: 'Reads' | 'Ends', condition: object) => {
    const Sid = mixed ? statement.Sid + kind : statement.Sid;
    return kinds[kind].length > 0 ? [{ ...statement, Sid, Action: kinds[kind], ...condition }] : [];
  };
  return {
    always: [...of('Reads', {}), ...of('Ends', { Condition: OWNED })],
    ofCluster: kinds.Changes.length > 0 ? { ...statement, Action: kinds.Changes } : undefined,
  };
}

/**
 * A statement that asks for the tag of any stack asks for the tag of certain stacks: template.yaml's function serves all
 * of an account, and each stack of the CDK has a function of its own. A demand that there be no tag stays as it is.
 *
 * @param stacks their ids
 */
export function ofStacks(statement: Raw, stacks: string[]): Raw {
  const demands = Object.entries(statement.Condition?.Null ?? {});
  const key = demands.map(([key]) => key).find((key) => isOwned(statement, key));
  if (!key) {
    return statement;
  }
  const { Null, ...others } = statement.Condition;
  const rest = Object.fromEntries(demands.filter(([each]) => each !== key));
  const unchanged = Object.keys(rest).length > 0 ? { Null: rest } : {};
  return { ...statement, Condition: { ...unchanged, ...others, StringLike: { [key]: stacks } } };
}

/** Whether a statement demands this tag, and that it says whose something is. */
function isOwned(statement: Raw, key: string): boolean {
  return SOMEBODYS.test(key) && statement.Condition.Null[key] === 'false';
}

/** The resources of a statement for one cluster. */
export function resourcesOf(statement: Raw, cluster: string): string[] {
  return list(statement.Resource).map((arn) => {
    const [pattern, name] = OF_CLUSTER.find(([each]) => each.test(arn)) ?? [];
    return pattern && name ? arn.replace(pattern, name(cluster).replace(/\$/g, '$$$$')) : arn;
  });
}

function list(value: any): string[] {
  return value === undefined ? [] : [value].flat();
}
