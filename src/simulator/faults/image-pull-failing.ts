import { defineFault } from './fault.ts';

/** An update names an image tag that the registry does not have. */
export const imagePullFailing = defineFault({
  id: 'image-pull-failing',
  cause: 'image-pull-failing',
  scope: 'api',
  async inject(_cluster, api) {
    const image = `registry.example/${api.plan.service}:v1.5.0-rc9`;
    const pull = `failed to pull and unpack image "${image}": failed to resolve image: ${image}: not found`;
    await api.workload.rollout({
      image,
      surge: false,
      prepare: () => ({
        kind: 'waiting',
        reason: 'ImagePullBackOff',
        message: `Back-off pulling image "${image}": ErrImagePull: ${pull}`,
        events: [
          { type: 'Warning', reason: 'Failed', message: `Failed to pull image "${image}": ${pull}`, component: 'kubelet' },
          { type: 'Warning', reason: 'Failed', message: 'Error: ImagePullBackOff', component: 'kubelet' },
          { type: 'Normal', reason: 'BackOff', message: `Back-off pulling image "${image}"`, component: 'kubelet' },
        ],
      }),
    });
    return () => api.workload.rollout({ image: api.workload.plan.image, surge: false });
  },
});
