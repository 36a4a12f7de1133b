import { Token } from 'aws-cdk-lib';
import { AmiType, CapacityType, WaitFor } from '../choices';
import { ManagedNodeGroupProps, Taint } from '../props';

type Sizes = [string, number | undefined];

/** What is wrong across properties, and can be told before anything is deployed. The function knows more rules. */
export function broken(props: ManagedNodeGroupProps, taints: Taint[]): string[] {
  return [...sizes(props), ...launchTemplate(props), ...early(props), ...others(props), ...twice(taints)];
}

function sizes({ scalingConfig: of = {}, updateConfig }: ManagedNodeGroupProps): string[] {
  const pairs: [Sizes, Sizes][] = [
    [
      ['scalingConfig.minSize', of.minSize],
      ['scalingConfig.maxSize', of.maxSize],
    ],
    [
      ['scalingConfig.minSize', of.minSize],
      ['scalingConfig.desiredSize', of.desiredSize],
    ],
    [
      ['scalingConfig.desiredSize', of.desiredSize],
      ['scalingConfig.maxSize', of.maxSize],
    ],
    [
      ['updateConfig.maxUnavailable', updateConfig?.maxUnavailable],
      ['scalingConfig.maxSize', of.maxSize],
    ],
  ];
  const known = (size?: number): size is number => size !== undefined && !Token.isUnresolved(size);
  return pairs.flatMap(([[small, less], [large, more]]) =>
    known(less) && known(more) && less > more ? [`${small}: expected at most ${large}, ${more}, got ${less}`] : [],
  );
}

/** What a launch template of the user's decides by itself. */
function launchTemplate(props: ManagedNodeGroupProps): string[] {
  if (!props.launchTemplate) {
    const needs = (what: string) => `${what} needs a launchTemplate`;
    return [
      ...(props.amiType === AmiType.CUSTOM ? [`amiType: ${needs('CUSTOM')} that names the AMI`] : []),
      ...(props.capacityType === CapacityType.CAPACITY_BLOCK
        ? [`capacityType: ${needs('CAPACITY_BLOCK')} of the block`]
        : []),
      ...(props.launchTemplateVersion === undefined ? [] : [`launchTemplateVersion: ${needs('a version')}`]),
    ];
  }
  const own = ['diskSize', 'volume', 'remoteAccess', 'securityGroups', 'maxPods', 'userData', 'propagateTags'] as const;
  const given = own.filter((name) => props[name] !== undefined && props[name] !== false);
  return given.map((name) => `${name}: can't stand beside launchTemplate: set it in the launch template`);
}

/** What is done once the group is there, when the stack doesn't wait for it. */
function early(props: ManagedNodeGroupProps): string[] {
  if (props.waitFor !== WaitFor.SUBMITTED) {
    return [];
  }
  const later = ['propagateTags', 'suspendProcesses', 'windowsSupport'] as const;
  const asked: string[] = later.filter((name) => [props[name]].flat().some(Boolean));
  const rendered = { clusterAutoscaler: props.clusterAutoscaler, nvidiaDevicePlugin: props.nvidiaDevicePlugin };
  asked.push(...Object.entries(rendered).flatMap(([name, value]) => (value?._render() ? [name] : [])));
  return asked.map(
    (name) => `${name}: is done once the group is there, and SUBMITTED ends before; set waitFor to ACTIVE`,
  );
}

function others(props: ManagedNodeGroupProps): string[] {
  const found: [boolean, string][] = [
    [
      props.diskSize !== undefined && props.volume?.size !== undefined,
      'diskSize: is the same as volume.size; keep one of the two',
    ],
    [
      props.capacityType === CapacityType.CAPACITY_BLOCK && !!props.instanceTypes?.length,
      'instanceTypes: expected none with CAPACITY_BLOCK, whose launch template names the type',
    ],
  ];
  return found.filter(([is]) => is).map(([, message]) => message);
}

function twice(taints: Taint[]): string[] {
  const names = taints.filter(({ key }) => !Token.isUnresolved(key)).map(({ key, effect }) => `${key}:${effect}`);
  const repeated = new Set(names.filter((name, at) => names.indexOf(name) !== at));
  return [...repeated].map((name) => `taints: expected each pair of key and effect once, got ${name} again`);
}
