/**
 * What the nodes run.
 */
export enum AmiType {
  /** Amazon Linux 2 for x86. AWS ended these images on 2025-11-26. */
  AL2_X86_64 = 'AL2_x86_64',
  /** Amazon Linux 2 for x86 with GPUs. AWS ended these images on 2025-11-26. */
  AL2_X86_64_GPU = 'AL2_x86_64_GPU',
  /** Amazon Linux 2 for Graviton. AWS ended these images on 2025-11-26. */
  AL2_ARM_64 = 'AL2_ARM_64',
  /** Amazon Linux 2023 for x86. */
  AL2023_X86_64_STANDARD = 'AL2023_x86_64_STANDARD',
  /** Amazon Linux 2023 for Graviton. */
  AL2023_ARM_64_STANDARD = 'AL2023_ARM_64_STANDARD',
  /** Amazon Linux 2023 for AWS Inferentia and Trainium. */
  AL2023_X86_64_NEURON = 'AL2023_x86_64_NEURON',
  /** Amazon Linux 2023 for x86 with NVIDIA's GPUs. */
  AL2023_X86_64_NVIDIA = 'AL2023_x86_64_NVIDIA',
  /** Amazon Linux 2023 for Graviton with NVIDIA's GPUs. */
  AL2023_ARM_64_NVIDIA = 'AL2023_ARM_64_NVIDIA',
  /** Bottlerocket for x86. */
  BOTTLEROCKET_X86_64 = 'BOTTLEROCKET_x86_64',
  /** Bottlerocket for Graviton. */
  BOTTLEROCKET_ARM_64 = 'BOTTLEROCKET_ARM_64',
  /** Bottlerocket for x86, with FIPS. */
  BOTTLEROCKET_X86_64_FIPS = 'BOTTLEROCKET_x86_64_FIPS',
  /** Bottlerocket for Graviton, with FIPS. */
  BOTTLEROCKET_ARM_64_FIPS = 'BOTTLEROCKET_ARM_64_FIPS',
  /** Bottlerocket for x86 with NVIDIA's GPUs. */
  BOTTLEROCKET_X86_64_NVIDIA = 'BOTTLEROCKET_x86_64_NVIDIA',
  /** Bottlerocket for Graviton with NVIDIA's GPUs. */
  BOTTLEROCKET_ARM_64_NVIDIA = 'BOTTLEROCKET_ARM_64_NVIDIA',
  /** Bottlerocket for x86 with NVIDIA's GPUs, with FIPS. */
  BOTTLEROCKET_X86_64_NVIDIA_FIPS = 'BOTTLEROCKET_x86_64_NVIDIA_FIPS',
  /** Bottlerocket for Graviton with NVIDIA's GPUs, with FIPS. */
  BOTTLEROCKET_ARM_64_NVIDIA_FIPS = 'BOTTLEROCKET_ARM_64_NVIDIA_FIPS',
  /** Windows Server 2019 Core. */
  WINDOWS_CORE_2019_X86_64 = 'WINDOWS_CORE_2019_x86_64',
  /** Windows Server 2019 Full. */
  WINDOWS_FULL_2019_X86_64 = 'WINDOWS_FULL_2019_x86_64',
  /** Windows Server 2022 Core. */
  WINDOWS_CORE_2022_X86_64 = 'WINDOWS_CORE_2022_x86_64',
  /** Windows Server 2022 Full. */
  WINDOWS_FULL_2022_X86_64 = 'WINDOWS_FULL_2022_x86_64',
  /** Windows Server 2025 Core. */
  WINDOWS_CORE_2025_X86_64 = 'WINDOWS_CORE_2025_x86_64',
  /** Windows Server 2025 Full. */
  WINDOWS_FULL_2025_X86_64 = 'WINDOWS_FULL_2025_x86_64',
  /** An AMI of your own, which a launch template of your own names. */
  CUSTOM = 'CUSTOM',
}

/**
 * How the instances are bought.
 */
export enum CapacityType {
  /** At the price of the moment, for as long as they run. */
  ON_DEMAND = 'ON_DEMAND',
  /** Spare capacity, which EC2 may take back. */
  SPOT = 'SPOT',
  /** Reserved by a capacity block, which a launch template of your own names. */
  CAPACITY_BLOCK = 'CAPACITY_BLOCK',
}

/**
 * What becomes of pods that don't tolerate a taint.
 */
export enum TaintEffect {
  /** None is placed on the node. */
  NO_SCHEDULE = 'NO_SCHEDULE',
  /** None is placed on the node as long as there is room elsewhere. */
  PREFER_NO_SCHEDULE = 'PREFER_NO_SCHEDULE',
  /** None is placed on the node, and those that run there are evicted. */
  NO_EXECUTE = 'NO_EXECUTE',
}

/**
 * In which order a roll replaces nodes.
 */
export enum UpdateStrategy {
  /** New nodes are there before old ones go. */
  DEFAULT = 'DEFAULT',
  /** Old nodes go first, so that no more run than before. */
  MINIMAL = 'MINIMAL',
}

/**
 * What EKS does with a node that it finds unhealthy.
 */
export enum RepairAction {
  /** Another node takes its place. */
  REPLACE = 'Replace',
  /** It is started again. */
  REBOOT = 'Reboot',
  /** It is left alone. */
  NO_ACTION = 'NoAction',
}

/**
 * How the instances of a warm pool wait.
 */
export enum PoolState {
  /** Stopped: their volumes cost, they don't. */
  STOPPED = 'STOPPED',
  /** Running. */
  RUNNING = 'RUNNING',
  /** Stopped, with their memory saved on the root volume. */
  HIBERNATED = 'HIBERNATED',
}

/**
 * Processes of the Auto Scaling group that a node group can do without.
 */
export enum ScalingProcess {
  /** Registering new instances with load balancers. */
  ADD_TO_LOAD_BALANCER = 'AddToLoadBalancer',
  /** Scaling by CloudWatch alarms. */
  ALARM_NOTIFICATION = 'AlarmNotification',
  /** Ending instances to have as many in each zone. */
  AZ_REBALANCE = 'AZRebalance',
  /** Looking whether instances are healthy. */
  HEALTH_CHECK = 'HealthCheck',
  /** Instance refreshes. */
  INSTANCE_REFRESH = 'InstanceRefresh',
  /** Ending instances that are unhealthy. */
  REPLACE_UNHEALTHY = 'ReplaceUnhealthy',
  /** Scaling by schedule. */
  SCHEDULED_ACTIONS = 'ScheduledActions',
}

/**
 * When the stack goes on.
 */
export enum WaitFor {
  /** When the group is there. */
  ACTIVE = 'Active',
  /** As soon as EKS has taken the last step. */
  SUBMITTED = 'Submitted',
  /** When as many nodes are Ready as the group wants. The function needs access to the cluster for it. */
  NODES_READY = 'NodesReady',
}

/**
 * What becomes of a request that can't work.
 */
export enum Preflight {
  /** It is refused before anything is made. */
  STRICT = 'Strict',
  /** It is told with the answer. */
  WARN = 'Warn',
  /** It isn't looked for. */
  OFF = 'Off',
}

/**
 * Where the provider waits for EKS.
 */
export enum PollingMode {
  /** In the function, which hands over to itself before it runs out of time. */
  SELF_INVOKE = 'SelfInvoke',
  /** In a state machine, where an operator can see and stop a wait. */
  STEP_FUNCTIONS = 'StepFunctions',
}

/**
 * What the provider's function logs.
 */
export enum LogLevel {
  /** What failed. */
  ERROR = 'error',
  /** What may become a trouble, too. */
  WARN = 'warn',
  /** Each step, too. */
  INFO = 'info',
  /** Each call to AWS, too. */
  DEBUG = 'debug',
}
