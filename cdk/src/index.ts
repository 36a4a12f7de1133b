export * from './choices';
export * from './grants';
export * from './node-group';
export * from './props';
export * from './provider';
export * from './provider-props';
export * from './settings';
