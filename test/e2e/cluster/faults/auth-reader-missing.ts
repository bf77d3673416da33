import { all, type Fault } from '../fault.ts';
import { path } from '../harness/workloads.ts';
import { deleteObject, restartPod } from '../inject.ts';

export const fault: Fault = {
  id: 'auth-reader-missing',
  title: 'The binding to extension-apiserver-authentication-reader is gone when the server restarts',
  causes: ['request-header-config-unreadable'],
  category: 'authn-authz',
  within: 40,
  inject: async (cluster) => {
    const undo = await deleteObject(cluster, path.roleBinding('kube-system', 'wardle-auth-reader'));
    await restartPod(cluster);
    return all(() => restartPod(cluster), undo);
  },
};
