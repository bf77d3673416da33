/** Two healthy APIs, and nothing happens. */
export const QUIET = `
name: quiet
nodes: [quay-a, quay-b]
apis:
  - {group: tides.harbour.example, version: v1, namespace: harbour, service: tide-gauge, resource: gauges, kind: Gauge}
  - {group: berths.harbour.example, version: v1beta1, namespace: harbour, service: berth-planner, resource: berths, kind: Berth, replicas: 2}
`;
