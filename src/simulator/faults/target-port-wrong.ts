import { defineFault } from './fault.ts';

/** The Service sends connections to a port on which no container listens. */
export const targetPortWrong = defineFault({
  id: 'target-port-wrong',
  cause: 'service-port-mismatch',
  scope: 'api',
  inject(_cluster, api) {
    api.editService((copy) => {
      for (const port of copy.spec.ports) port.targetPort = api.plan.port - 1;
    });
    for (const pod of api.pods()) pod.listener?.cut('end');
    return () => api.restoreService();
  },
});
