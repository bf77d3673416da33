import { defineFault } from './fault.ts';

/** A typing mistake in the Service's selector. */
export const selectorMatchesNoPods = defineFault({
  id: 'selector-matches-no-pods',
  cause: 'selector-matches-no-pods',
  scope: 'api',
  inject(_cluster, api) {
    api.editService((copy) => {
      copy.spec.selector = { app: `${api.plan.service}s` };
    });
    return () => api.restoreService();
  },
});
