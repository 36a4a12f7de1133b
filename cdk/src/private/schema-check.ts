import { Token } from 'aws-cdk-lib';

type Schema = { [keyword: string]: any };

/** What the construct's props call otherwise than the resource does. */
const CALLED: { [property: string]: string } = {
  ClusterName: 'cluster',
  Type: 'volumeType',
  KmsKeyId: 'kmsKey',
  MinRepairWaitTimeMins: 'minRepairWaitTime',
  scaledownutilizationthreshold: 'scaleDownUtilizationThreshold',
  scaledowngpuutilizationthreshold: 'scaleDownGpuUtilizationThreshold',
};

/** Each problem is the path of the property, in the construct's words, and what was expected there. */
export function problems(schema: Schema, value: any, path = ''): string[] {
  if (value === undefined || Token.isUnresolved(value)) {
    return [];
  }
  if (schema.anyOf) {
    const fitting = schema.anyOf.find((each: Schema) => isOfType(each, value));
    return problems({ examples: schema.examples, ...(fitting ?? schema.anyOf[0]) }, value, path);
  }
  if (!isOfType(schema, value)) {
    return [`${path}: expected ${[schema.type].flat().join(' or ')}, got ${JSON.stringify(value)}`];
  }
  if (Array.isArray(value)) {
    return list(schema, value, path);
  }
  return typeof value === 'object' ? object(schema, value, path) : scalar(schema, value, path);
}

function isOfType(schema: Schema, value: any): boolean {
  if (schema.anyOf) {
    return schema.anyOf.some((each: Schema) => isOfType(each, value));
  }
  const is = Array.isArray(value) ? 'array' : typeof value;
  return [schema.type].flat().some((type) => type === is || (type === 'integer' && Number.isInteger(value)));
}

function scalar(schema: Schema, value: any, path: string): string[] {
  const got = `got ${JSON.stringify(value)}`;
  const text = String(value);
  const rules: [boolean, string][] = [
    [schema.enum && !schema.enum.includes(value), `one of ${schema.enum?.join(', ')}`],
    [
      schema.pattern && !new RegExp(schema.pattern).test(text),
      `something like ${schema.examples?.[0] ?? schema.pattern}`,
    ],
    [text.length < schema.minLength, `at least ${schema.minLength} characters`],
    [text.length > schema.maxLength, `at most ${schema.maxLength} characters`],
    [value < schema.minimum, `at least ${schema.minimum}`],
    [value > schema.maximum, `at most ${schema.maximum}`],
  ];
  return rules.filter(([broken]) => broken).map(([, expected]) => `${path}: expected ${expected}, ${got}`);
}

function list(schema: Schema, value: any[], path: string): string[] {
  const found = value.flatMap((item, at) => problems(schema.items, item, `${path}[${at}]`));
  if (value.length < schema.minItems || value.length > schema.maxItems) {
    found.push(
      `${path}: expected from ${schema.minItems ?? 0} to ${schema.maxItems ?? 'any number of'}, got ${value.length}`,
    );
  }
  if (schema.uniqueItems && new Set(value).size < value.length) {
    found.push(`${path}: expected each once`);
  }
  return found;
}

function object(schema: Schema, value: { [key: string]: any }, path: string): string[] {
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  const found = entries.flatMap(([key, item]) => {
    const known = schema.properties?.[key];
    const at = [path, known ? camel(key) : key].filter(Boolean).join('.');
    const named = schema.propertyNames ? scalar(schema.propertyNames, key, at) : [];
    return [...named, ...problems(known ?? schema.additionalProperties, item, at)];
  });
  return [
    ...found,
    ...combinations(
      schema,
      entries.map(([key]) => key),
      path,
    ),
  ];
}

/** What has to be there, and what can't be there together. */
function combinations(schema: Schema, keys: string[], path: string): string[] {
  const of = path ? `${path}: ` : '';
  const missing = (schema.required ?? []).filter((key: string) => !keys.includes(key));
  const found = missing.map((key: string) => `${of}${camel(key)} is required`);
  const apart = [schema.not, ...(schema.allOf ?? []).map((each: Schema) => each.not)].filter(Boolean);
  for (const { required } of apart.filter((each: Schema) => each.required.every((key: string) => keys.includes(key)))) {
    found.push(`${of}expected either ${required.map(camel).join(' or ')}, got both`);
  }
  const either: string[] = (schema.oneOf ?? []).flatMap((each: Schema) => each.required);
  const given = either.filter((key) => keys.includes(key));
  if (either.length > 0 && given.length !== 1) {
    found.push(`${of}expected either ${either.map(camel).join(' or ')}, got ${given.length ? 'both' : 'neither'}`);
  }
  return found;
}

function camel(key: string): string {
  return CALLED[key] ?? key.charAt(0).toLowerCase() + key.slice(1);
}
