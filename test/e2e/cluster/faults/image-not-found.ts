import type { Fault } from '../fault.ts';
import { changeDeployment, containerChange } from '../inject.ts';

export const fault: Fault = {
  id: 'image-not-found',
  title: 'A rollout names an image that does not exist',
  causes: ['image-pull-failing'],
  category: 'pod-instability',
  within: 30,
  inject: (cluster) => changeDeployment(cluster, containerChange({ image: 'registry.invalid/wardle:2' })),
};
