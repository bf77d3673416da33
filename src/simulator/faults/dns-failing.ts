import { defineFault } from './fault.ts';

/** The Service was turned into an alias of a host name that nobody resolves. */
export const dnsFailing = defineFault({
  id: 'dns-failing',
  cause: 'dns-failing',
  scope: 'api',
  inject(_cluster, api) {
    api.editService((copy) => {
      const { ports } = copy.spec;
      copy.spec = { type: 'ExternalName', externalName: `${api.plan.service}.moved.invalid`, ports };
    });
    return () => api.restoreService();
  },
});
