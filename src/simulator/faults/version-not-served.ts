import { defineFault } from './fault.ts';

/** An update of the server dropped the version that the APIService registers. */
export const versionNotServed = defineFault({
  id: 'version-not-served',
  cause: 'version-not-served',
  scope: 'api',
  inject(_cluster, api) {
    api.behaviour.servedVersions = ['v9'];
    return () => {
      delete api.behaviour.servedVersions;
    };
  },
});
