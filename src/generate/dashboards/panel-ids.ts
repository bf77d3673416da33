/** Stable uids (at most 40 characters) and the panels that alerts link to. */
export const UIDS = {
  fleet: 'aggregated-api-fleet',
  api: 'aggregated-api-one',
  causes: 'aggregated-api-causes',
  exporter: 'aggregated-api-exporter',
} as const;

export const PANELS = {
  failing: { uid: UIDS.api, panel: 1 },
  errorRatio: { uid: UIDS.api, panel: 2 },
  causes: { uid: UIDS.api, panel: 3 },
  latency: { uid: UIDS.api, panel: 4 },
  certificates: { uid: UIDS.api, panel: 5 },
  sources: { uid: UIDS.exporter, panel: 1 },
} as const;
