import { all, type Fault } from '../fault.ts';
import { until } from '../harness/process.ts';
import { addArguments } from '../inject.ts';

const CLIENTS = 40;

export const fault: Fault = {
  id: 'too-many-requests',
  title: 'The server takes one request at a time, and forty clients ask: ordinary ones get 429',
  causes: ['rate-limited', 'apiserver-overloaded'],
  category: 'rate-limiting',
  within: 60,
  inject: async (cluster) => {
    const undo = await addArguments(
      cluster,
      '--enable-priority-and-fairness=false',
      '--max-requests-inflight=1',
      '--max-mutating-requests-inflight=1',
    );
    await until('the new pod to be ready', 40, () => {
      const pod = cluster.kubelets[0]!.podOf('app', 'wardle');
      return pod?.container.ready && pod.object.spec.containers[0].args?.length > 0;
    });
    const end = Date.now() + 120_000;
    let asking = true;
    const list = cluster.ordinaryClient();
    for (let i = 0; i < CLIENTS; i++)
      void (async () => {
        while (asking && Date.now() < end) await list.raw('GET', '/apis/wardle.example.com/v1alpha1/flunders').catch(() => undefined);
      })();
    return all(undo, () => {
      asking = false;
      list.close();
    });
  },
};
