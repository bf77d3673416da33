import type { Fault } from '../fault.ts';
import { changeService } from '../inject.ts';

export const fault: Fault = {
  id: 'wrong-target-port',
  title: 'The Service sends to a port that no container listens on',
  causes: ['service-port-mismatch', 'connection-refused'],
  category: 'misconfiguration',
  within: 30,
  inject: (cluster) => changeService(cluster, { ports: [{ name: 'https', port: 443, targetPort: 9999, protocol: 'TCP' }] }),
};
