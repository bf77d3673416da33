import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Cluster, METRICS, WARDLE } from './harness/cluster.ts';
import { APISERVER_ADDRESSES, APISERVER_PORT, APISERVER_UID } from './harness/control-plane.ts';
import { Exporter } from './harness/exporter.ts';
import { filter, POD_NETWORK } from './harness/network.ts';
import { until } from './harness/process.ts';

/** Whose packets to the pods vanish: the second one, the exporter's own server is the first. */
const ODD = 1;
const INSTANCES = APISERVER_ADDRESSES.map((address) => `${address}:${APISERVER_PORT}`);

describe('two kube-apiservers on one etcd', () => {
  let cluster: Cluster;
  let exporter: Exporter;

  beforeAll(async () => {
    cluster = new Cluster({ apiservers: 2 });
    await cluster.start();
    await until('both kube-apiservers to be known', 60, async () => {
      const { items } = await cluster.kube.get('/apis/discovery.k8s.io/v1/namespaces/default/endpointslices');
      return items.flatMap((slice: { endpoints: unknown[] }) => slice.endpoints).length === INSTANCES.length;
    });
    exporter = await Exporter.prepare(cluster);
    await exporter.start();
  });
  afterAll(async () => {
    await exporter?.daemon.stop();
    await cluster?.stop();
  });

  it('asks both', async () => {
    await until('a control probe of each', 60, async () => {
      const page = await (await fetch(exporter.url)).text();
      return INSTANCES.every((instance) => page.includes(instance));
    });
    expect((await exporter.diagnoses()).diagnoses).toEqual([]);
  });

  it('names their disagreement, and the odd one, when one is cut off from the pods', async () => {
    const undo = filter({ to: POD_NETWORK, action: 'drop', uid: APISERVER_UID + ODD });
    try {
      for (const api of [WARDLE, METRICS]) {
        const diagnosis = await until(`apiservers-disagree of ${api}`, 150, async () => {
          const found = await exporter.diagnosisOf(api);
          if (found?.cause !== 'apiservers-disagree') throw new Error(`it is ${found?.cause}`);
          return found.vantages?.includes(INSTANCES[ODD]!) && found;
        });
        expect(diagnosis.category).toBe('network-connectivity');
        expect(diagnosis.vantages).not.toContain(INSTANCES[1 - ODD]);
      }
    } finally {
      undo();
    }
  });
});
