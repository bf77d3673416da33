import type { ServerProfile } from './profile.ts';

export const olmPackageserver: ServerProfile = {
  id: 'olm-packageserver',
  title: "OLM's packageserver",
  source:
    'operator-framework/operator-lifecycle-manager: deploy/chart (_packageserver.deployment-spec.yaml, packageserver CSV), as of 2025',
  groups: /^packages\.operators\.coreos\.com$/,
  called: /packageserver/,
  startUp: { seconds: 30, because: 'its probe asks /healthz each 10 s from its start' },
  normal: [
    {
      about: 'certificates',
      says: 'OLM makes its certificate, its Service and the caBundle of its APIService from the ClusterServiceVersion packageserver, and makes them anew when they end or are changed: a change by hand does not last',
    },
    { about: 'data', says: 'a CatalogSource that does not answer costs the packages of that catalogue only: the API stays available' },
    { about: 'updates', says: 'each update of OLM replaces its pods' },
  ],
  flags: [
    { name: 'secure-port', says: "5443: the Service's target port" },
    { name: 'global-namespace', says: 'whose packages are seen from everywhere' },
  ],
};
