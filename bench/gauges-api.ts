/** The plan of one of many healthy APIs of a simulated cluster, each in a namespace of its own. */
export const gaugesApi = (index: number) => ({
  group: `tides-${index}.harbour.example`,
  version: 'v1',
  namespace: `harbour-${index}`,
  service: 'tide-gauge',
  resource: 'gauges',
  kind: 'Gauge',
});
