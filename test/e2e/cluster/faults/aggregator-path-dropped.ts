import type { Fault } from '../fault.ts';
import { APISERVER_UID } from '../harness/control-plane.ts';
import { cutPod } from '../inject.ts';

export const fault: Fault = {
  id: 'aggregator-path-dropped',
  title: 'Only the packets of the kube-apiserver to the pod vanish',
  causes: ['aggregator-path-blocked'],
  category: 'network-connectivity',
  within: 30,
  inject: async (cluster) => cutPod(cluster, { action: 'drop' }, [APISERVER_UID]),
};
