import { defineFault } from './fault.ts';

/** The binding to extension-apiserver-authentication-reader is gone, and the next start of the server fails over it. */
export const requestHeaderConfigUnreadable = defineFault({
  id: 'request-header-config-unreadable',
  cause: 'request-header-config-unreadable',
  scope: 'api',
  async inject({ store }, api) {
    const name = `${api.plan.namespace}:${api.plan.service}:auth-reader`;
    const binding = store.rolebindings.delete(`kube-system/${name}`);
    await Promise.all(api.pods().map((pod) => pod.restart({ exitCode: 0 })));
    return async () => {
      if (binding) store.rolebindings.create({ ...binding, metadata: { namespace: 'kube-system', name } }, { manager: 'helm' });
      await Promise.all(api.pods().map((pod) => pod.recover()));
    };
  },
});
