import { Lazy, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { Reading } from './reading';
import * as statements from './statements';
import { TEMPLATE } from './template';

/** A statement that applies as soon as something is there to which it applies. */
class Growing {
  private statement?: iam.PolicyStatement;

  constructor(
    private readonly raw: statements.Raw,
    private readonly role: iam.Role,
  ) {}

  /** Adds resources; those that are there already stay as they are. */
  add(resources: string[]): void {
    if (this.statement) {
      this.statement.addResources(...resources);
    } else {
      this.statement = iam.PolicyStatement.fromJson({ ...this.raw, Resource: resources });
      this.role.addToPrincipalPolicy(this.statement);
    }
  }
}

/** A role of template.yaml, without any permission yet. */
export function roleOf(scope: Construct, id: string, name: string, reading: Reading): iam.Role {
  const { Description, AssumeRolePolicyDocument } = reading.read({ ...TEMPLATE.resources[name], Policies: [] });
  const [{ Principal, Condition }] = AssumeRolePolicyDocument.Statement;
  const assumedBy = new iam.ServicePrincipal(Principal.Service, { conditions: Condition });
  return new iam.Role(scope, id, { description: Description, assumedBy });
}

/** What a role of template.yaml may do, limited to the clusters and node roles that are in use. */
export class Permissions {
  private readonly clusters: [statements.Raw, Growing][] = [];
  private readonly nodeRoles: Growing[] = [];
  private readonly stacks: string[];

  constructor(role: iam.Role, name: string, reading: Reading) {
    this.stacks = [Stack.of(role).stackId];
    const stacks = Lazy.list({ produce: () => this.stacks });
    const early = statements.statementsOf(name).filter((raw) => !statements.namesWhatRuns(raw));
    for (const raw of early) {
      if (statements.isAboutNodeRoles(raw)) {
        this.nodeRoles.push(new Growing(reading.read({ ...raw, Resource: [] }), role));
        continue;
      }
      const found = statements.read(reading, raw);
      const { always, ofCluster } = found ? statements.scoped(found) : { always: [] };
      for (const each of always.map((of) => statements.ofStacks(of, stacks))) {
        role.addToPrincipalPolicy(iam.PolicyStatement.fromJson(each));
      }
      if (ofCluster) {
        const limited = statements.ofStacks(ofCluster, stacks);
        this.clusters.push([limited, new Growing(limited, role)]);
      }
    }
  }

  allowCluster(name: string): void {
    this.clusters.forEach(([raw, growing]) => growing.add(statements.resourcesOf(raw, name)));
  }

  allowStack(id: string): void {
    this.stacks.push(id);
  }

  allowNodeRole(arn: string): void {
    this.nodeRoles.forEach((growing) => growing.add([arn]));
  }
}

/**
 * What names the function or the state machine: a policy of its own, for the function is made only when its role is
 * there with all other policies.
 */
export function lateStatements(name: string, reading: Reading): iam.PolicyStatement[] {
  const late = statements.statementsOf(name).filter(statements.namesWhatRuns);
  const found = late.map((raw) => statements.read(reading, raw));
  return found.flatMap((each) => (each ? [iam.PolicyStatement.fromJson(each)] : []));
}
