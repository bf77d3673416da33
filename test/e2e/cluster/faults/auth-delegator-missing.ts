import type { Fault } from '../fault.ts';
import { path } from '../harness/workloads.ts';
import { deleteObject } from '../inject.ts';

export const fault: Fault = {
  id: 'auth-delegator-missing',
  title: 'The binding to system:auth-delegator is deleted: administrators notice nothing',
  causes: ['delegated-auth-failing'],
  category: 'authn-authz',
  within: 40,
  inject: (cluster) => deleteObject(cluster, path.clusterRoleBinding('wardle:system:auth-delegator')),
};
