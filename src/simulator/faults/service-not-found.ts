import { defineFault } from './fault.ts';

/** The Service behind the APIService is deleted. */
export const serviceNotFound = defineFault({
  id: 'service-not-found',
  cause: 'service-not-found',
  scope: 'api',
  inject(_cluster, api) {
    api.deleteService();
    return () => api.restoreService();
  },
});
