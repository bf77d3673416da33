/**
 * Nine APIs of an invented harbour. Faults come and go in rounds, the first one ten seconds after the start, so that a newcomer
 * sees a diagnosis within a minute; one API fails now and then, one every thirty seconds with its CronJob, one never.
 */
export const DEMO = `
name: demo
compression: 10
nodes: [quay-a, quay-b, quay-c]
apis:
  - {group: charts.harbour.example, version: v1, namespace: navigation, service: chart-server, resource: charts, kind: Chart}
  - {group: metrics.cranes.example, version: v1beta1, namespace: cranes, service: crane-metrics, resource: cranes, kind: Crane, replicas: 2}
  - {group: tides.harbour.example, version: v1, namespace: navigation, service: tide-gauge, resource: gauges, kind: Gauge}
  - {group: manifests.cargo.example, version: v1alpha1, namespace: cargo, service: manifest-store, resource: manifests, kind: Manifest}
  - {group: weather.harbour.example, version: v1, namespace: navigation, service: weather-adapter, resource: forecasts, kind: Forecast}
  - {group: pilots.harbour.example, version: v1, namespace: pilots, service: pilot-roster, resource: rosters, kind: Roster}
  - {group: berths.harbour.example, version: v1beta1, namespace: berths, service: berth-planner, resource: berths, kind: Berth}
  - {group: customs.cargo.example, version: v1, namespace: cargo, service: customs-gateway, resource: declarations, kind: Declaration, replicas: 2}
  - {group: external.metrics.k8s.io, version: v1beta1, namespace: cranes, service: queue-metrics, resource: externalmetrics, kind: ExternalMetricValueList}
autoscalers:
  - {namespace: cranes, name: gantry, min: 2, max: 12, replicas: 3, api: v1beta1.external.metrics.k8s.io}
  - {namespace: cargo, name: stacker, min: 1, max: 6, replicas: 6, api: v1beta1.external.metrics.k8s.io}
namespaces:
  - {name: trial-run-17, deletedAt: 40s, every: 5m}
timeline:
  - {at: 10s, fault: serving-certificate-expired, api: v1.charts.harbour.example, for: 150s, every: 5m}
  - {at: 15s, fault: scheduled-operation, api: v1.weather.harbour.example}
  - {at: 20s, fault: one-replica-bad, api: v1beta1.metrics.cranes.example}
  - {at: 30s, fault: panic, api: v1.tides.harbour.example, for: 150s, every: 5m}
  - {at: 45s, fault: network-policy-blocking, api: v1.pilots.harbour.example, for: 150s, every: 5m}
  - {at: 60s, fault: delegated-auth-failing, api: v1alpha1.manifests.cargo.example, for: 150s, every: 5m}
  - {at: 35s, fault: connection-refused, api: v1beta1.external.metrics.k8s.io, for: 150s, every: 5m}
  - {at: 75s, fault: selector-matches-no-pods, api: v1beta1.berths.harbour.example, for: 120s, every: 5m}
`;
