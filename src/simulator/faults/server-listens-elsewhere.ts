import { defineFault } from './fault.ts';

/** An update gave the server another --secure-port, and nobody told the Service. Its health port is as it was, so the pods count as ready. */
export const serverListensElsewhere = defineFault({
  id: 'server-listens-elsewhere',
  cause: 'service-port-mismatch',
  scope: 'api',
  async inject(_cluster, api) {
    const port = api.plan.port + 1;
    await api.workload.rollout({
      args: api.workload.plan.args.map((arg) => arg.replace(/^(--secure-port=).*/, `$1${port}`)),
      surge: false,
      manager: 'helm',
      prepare: (pod) => {
        pod.probesPass = true;
      },
    });
    for (const pod of api.pods()) await pod.listener?.set('closed');
    return () => api.workload.rollout({ args: api.workload.plan.args, surge: false, manager: 'helm' });
  },
});
