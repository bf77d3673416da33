import type { Fault } from '../fault.ts';
import { changeDeployment } from '../inject.ts';

export const fault: Fault = {
  id: 'scaled-to-zero',
  title: 'The Deployment is scaled to zero',
  causes: ['backend-scaled-to-zero'],
  category: 'misconfiguration',
  within: 30,
  inject: (cluster) => changeDeployment(cluster, { spec: { replicas: 0 } }),
};
