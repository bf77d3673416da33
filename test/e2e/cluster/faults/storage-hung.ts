import type { Fault } from '../fault.ts';

export const fault: Fault = {
  id: 'storage-hung',
  title: "The server's own etcd hangs",
  causes: ['backend-storage-failing', 'backend-dependency-failing'],
  category: 'backend-dependency',
  within: 40,
  inject: async (cluster) => {
    cluster.storage.signal('SIGSTOP');
    return () => cluster.storage.signal('SIGCONT');
  },
};
