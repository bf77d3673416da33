import type { Fault } from '../fault.ts';
import { apiService, path } from '../harness/workloads.ts';

const NAME = 'v1beta9.wardle.example.com';

export const fault: Fault = {
  id: 'version-not-served',
  title: 'An APIService for a version that the server does not serve',
  api: NAME,
  causes: ['version-not-served'],
  category: 'misconfiguration',
  within: 30,
  inject: async (cluster) => {
    await cluster.kube.apply(path.apiService(NAME), apiService(cluster.wardle, 'wardle.example.com', 'v1beta9'));
    return () => cluster.kube.remove(path.apiService(NAME));
  },
};
