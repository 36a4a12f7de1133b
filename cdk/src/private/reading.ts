import { Stack } from 'aws-cdk-lib';
import { TEMPLATE } from './template';

/** What stands for the template's resources in a stack of the CDK. */
export interface Known {
  /** Parameters that are set, as somebody who deploys the template sets them. The others have their defaults. */
  readonly parameters?: { [name: string]: any };
  /** What `Ref` gives, by logical id. */
  readonly refs?: { [logicalId: string]: string };
  /** What `Fn::GetAtt` gives, by logical id and attribute with a dot between them. */
  readonly attributes?: { [attribute: string]: string };
  /** What the template calls by the stack's name, `function` and `stateMachine`, by their ARNs. */
  readonly named?: { [kind: string]: string };
}

/**
 * Reads values of template.yaml as CloudFormation would, in a stack in which its resources have other names.
 *
 * What is left out (`AWS::NoValue`), and what hangs on something that isn't there, is undefined.
 */
export class Reading {
  private readonly pseudo: { [name: string]: string };

  constructor(
    stack: Stack,
    private readonly known: Known,
  ) {
    this.pseudo = {
      'AWS::AccountId': stack.account,
      'AWS::Partition': stack.partition,
      'AWS::Region': stack.region,
      'AWS::URLSuffix': stack.urlSuffix,
    };
  }

  /** A value with every function in it computed. */
  public read(value: any): any {
    if (Array.isArray(value)) {
      return value.map((item) => this.read(item)).filter((item) => item !== undefined);
    }
    if (value === null || typeof value !== 'object') {
      return value;
    }
    const [name, of] = Object.entries(value)[0] ?? [];
    if (name === 'Ref' || name?.startsWith('Fn::')) {
      return this.call(name, of);
    }
    const entries = Object.entries(value).map(([key, item]) => [key, this.read(item)]);
    return Object.fromEntries(entries.filter(([, item]) => item !== undefined));
  }

  private call(name: string, of: any): any {
    switch (name) {
      case 'Ref':
        return this.ref(of);
      case 'Fn::GetAtt':
        return this.known.attributes?.[of.join('.')];
      case 'Fn::Sub':
        return this.substituted(of);
      case 'Fn::If':
        return this.read(this.holds({ Condition: of[0] }) ? of[1] : of[2]);
      case 'Fn::Select':
        return this.read(of[1])[of[0]];
      default:
        throw new Error(`template.yaml uses ${name}, which src/private/reading.ts doesn't know yet`);
    }
  }

  private ref(name: string): any {
    return this.known.parameters?.[name] ?? this.pseudo[name] ?? this.known.refs?.[name] ?? TEMPLATE.parameters[name];
  }

  private substituted(text: string): string | undefined {
    const named = /:(function|stateMachine):\$\{AWS::StackName\}$/.exec(text);
    if (named) {
      return this.known.named?.[named[1]];
    }
    const parts = text.split(/\$\{([^}]+)\}/).map((part, at) => (at % 2 ? this.named(part) : part));
    return parts.includes(undefined) ? undefined : parts.join('');
  }

  private named(name: string): string | undefined {
    return name.includes('.') ? this.known.attributes?.[name] : this.ref(name);
  }

  private holds(condition: any): boolean {
    const [name, of] = Object.entries<any>(condition)[0];
    switch (name) {
      case 'Condition':
        return this.holds(TEMPLATE.conditions[of]);
      case 'Fn::Not':
        return !this.holds(of[0]);
      case 'Fn::And':
        return of.every((each: any) => this.holds(each));
      case 'Fn::Or':
        return of.some((each: any) => this.holds(each));
      case 'Fn::Equals':
        return String(this.read(of[0])) === String(this.read(of[1]));
      default:
        throw new Error(`template.yaml has a condition with ${name}, which src/private/reading.ts doesn't know yet`);
    }
  }
}
