import type { Fault } from '../fault.ts';
import { path } from '../harness/workloads.ts';
import { deleteObject } from '../inject.ts';

export const fault: Fault = {
  id: 'service-deleted',
  title: 'The Service is deleted, the APIService stays',
  causes: ['service-not-found', 'orphaned-apiservice'],
  category: 'misconfiguration',
  within: 30,
  inject: (cluster) => deleteObject(cluster, path.service('wardle', 'wardle')),
};
