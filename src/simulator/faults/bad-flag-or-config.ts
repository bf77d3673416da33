import { defineFault } from './fault.ts';

/** An update brought a flag that the server does not know: it ends at once, with its usage. */
export const badFlagOrConfig = defineFault({
  id: 'bad-flag-or-config',
  cause: 'bad-flag-or-config',
  scope: 'api',
  async inject(_cluster, api) {
    const lines = [
      'Error: unknown flag: --secure-prot',
      'Usage:',
      `  ${api.plan.service} [flags]`,
      '',
      'Flags:',
      '      --secure-port int   The port on which to serve HTTPS',
    ];
    await api.workload.rollout({
      args: [`--secure-prot=${api.plan.port}`],
      surge: false,
      manager: 'helm',
      prepare: (pod) => {
        pod.program = { endsAfter: 0, ending: { exitCode: 1, lines } };
      },
    });
    return () => api.workload.rollout({ args: api.workload.plan.args, surge: false, manager: 'helm' });
  },
});
