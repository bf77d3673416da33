import type { Fault } from '../fault.ts';
import { changeDeployment, containerChange } from '../inject.ts';

export const fault: Fault = {
  id: 'readiness-path',
  title: 'The readiness probe asks for a path that answers 403 or 404',
  causes: ['pod-probe-failing'],
  category: 'pod-instability',
  within: 40,
  inject: (cluster) =>
    changeDeployment(cluster, containerChange({ readinessProbe: { httpGet: { scheme: 'HTTPS', path: '/no-such-path', port: 8443 } } })),
};
