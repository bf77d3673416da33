import { defineFault } from './fault.ts';

/** The binding to system:auth-delegator is gone: administrators are served, everybody else gets 500. */
export const delegatedAuthFailing = defineFault({
  id: 'delegated-auth-failing',
  cause: 'delegated-auth-failing',
  scope: 'api',
  inject({ store }, api) {
    const key = `${api.plan.namespace}:${api.plan.service}:system:auth-delegator`;
    const binding = store.clusterrolebindings.delete(key);
    return () => {
      if (binding) store.clusterrolebindings.create({ ...binding, metadata: { name: key } }, { manager: 'helm' });
    };
  },
});
