/** Conditions of a node that say what it lacks (k8s.io/api 0.36 core/v1 NodeConditionType), and what that is called here. */
export const NODE_PRESSURE = { MemoryPressure: 'memory', DiskPressure: 'disk', PIDPressure: 'pid', NetworkUnavailable: 'network' } as const;

export type NodePressure = (typeof NODE_PRESSURE)[keyof typeof NODE_PRESSURE];

export function isNodePressure(type: unknown): type is keyof typeof NODE_PRESSURE {
  return typeof type === 'string' && Object.hasOwn(NODE_PRESSURE, type);
}
