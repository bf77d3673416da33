import type { Fault } from '../fault.ts';
import { changeService } from '../inject.ts';

export const fault: Fault = {
  id: 'service-port-changed',
  title: 'The Service no longer has the port that the APIService names',
  causes: ['service-port-mismatch'],
  category: 'misconfiguration',
  within: 30,
  inject: (cluster) => changeService(cluster, { ports: [{ name: 'https', port: 8080, targetPort: 8443, protocol: 'TCP' }] }),
};
