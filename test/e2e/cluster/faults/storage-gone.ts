import type { Fault } from '../fault.ts';

export const fault: Fault = {
  id: 'storage-gone',
  title: "The server's own etcd is down",
  causes: ['backend-storage-failing', 'backend-dependency-failing'],
  category: 'backend-dependency',
  within: 40,
  inject: async (cluster) => {
    await cluster.storage.stop();
    return () => cluster.storage.start();
  },
};
