import type { Fault } from './fault.ts';

/** The Service behind the APIService is deleted. */
export const serviceNotFound: Fault = {
  id: 'service-not-found',
  cause: 'service-not-found',
  category: 'misconfiguration',
  scope: 'api',
  inject(_cluster, api) {
    api.deleteService();
    return () => api.restoreService();
  },
};
