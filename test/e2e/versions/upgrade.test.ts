import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Cluster, METRICS, WARDLE } from '../cluster/harness/cluster.ts';
import type { OtherVersion } from '../cluster/harness/components.ts';
import { APISERVER_ADDRESSES, APISERVER_PORT, APISERVER_UID } from '../cluster/harness/control-plane.ts';
import { Exporter } from '../cluster/harness/exporter.ts';
import { filter, POD_NETWORK } from '../cluster/harness/network.ts';
import { until } from '../cluster/harness/process.ts';

const version: OtherVersion = '1.37';
const INSTANCES = APISERVER_ADDRESSES.map((address) => `${address}:${APISERVER_PORT}`);
/** The second one, of the other version. */
const ODD = 1;

/** As in the middle of an upgrade: one kube-apiserver of each version, one etcd. */
describe(`kube-apiservers 1.36 and ${version} on one etcd`, () => {
  let cluster: Cluster;
  let exporter: Exporter;

  beforeAll(async () => {
    cluster = new Cluster({ second: version });
    await cluster.start();
    exporter = await Exporter.prepare(cluster);
    await exporter.start();
    await until('a control probe of each', 90, async () => {
      const page = await (await fetch(`${exporter.url}/apis/${WARDLE}`)).text();
      return INSTANCES.every((instance) => page.includes(instance));
    });
  });
  afterAll(async () => {
    await exporter?.daemon.stop();
    await cluster?.stop();
  });

  it('do not disagree because they are of two versions', async () => {
    const seen = new Set<string>();
    for (const end = Date.now() + 60_000; Date.now() < end; await sleep(1000))
      for (const { apiservice, cause } of (await exporter.diagnoses()).diagnoses) seen.add(`${apiservice}: ${cause}`);
    expect([...seen]).toEqual([]);
  });

  it('disagree, by name, when one is cut off from the pods', async () => {
    const undo = filter({ to: POD_NETWORK, action: 'drop', uid: APISERVER_UID + ODD });
    try {
      for (const api of [WARDLE, METRICS]) {
        const { vantages } = await until(`apiservers-disagree of ${api}`, 150, async () => {
          const found = await exporter.diagnosisOf(api);
          if (found?.cause !== 'apiservers-disagree') throw new Error(`it is ${found?.cause}`);
          return found.vantages?.includes(INSTANCES[ODD]!) && found;
        });
        expect(vantages).not.toContain(INSTANCES[1 - ODD]);
      }
    } finally {
      undo();
    }
  });
});
