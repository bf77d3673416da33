import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fileOf, type Recording, type SeenFault } from '../../../scripts/versions/recording.ts';
import type { Fault } from '../cluster/fault.ts';
import { Cluster, WARDLE } from '../cluster/harness/cluster.ts';
import { Exporter } from '../cluster/harness/exporter.ts';
import { parseExposition } from '../cluster/harness/exposition.ts';
import { until } from '../cluster/harness/process.ts';
import { runFault, tableOf } from '../cluster/run-fault.ts';
import { ApiserverLog } from './support/apiserver-log.ts';
import { OwnServers } from './support/own-servers.ts';

/** `npm run e2e:versions`: ten faults on one version (`E2E_KUBERNETES`), written down for docs/real-world/versions.md. */
const TEN = [
  ...['packets-refused', 'packets-dropped', 'scaled-to-zero', 'service-deleted', 'ca-bundle'],
  ...['certificate-expired', 'version-not-served', 'server-hung', 'request-header-ca', 'unknown-flag'],
];
const FOLDER = new URL('../cluster/faults/', import.meta.url).pathname;
/** Each APIService is looked at every half minute; a condition that has not changed by then does not. */
const LOOK_SECONDS = 45;
/** Families of a kube-apiserver that the exporter reads, and their neighbours: one that is renamed stays near. */
const FAMILIES =
  /^(?:aggregator_|apiserver_(?:request_|flowcontrol_|egress_|current_|storage_|resource_|rerouted_|kube_aggregator|delegated_)|etcd_request|process_start_time|workqueue_depth|kubernetes_build_info)/;

const faults: Fault[] = [];
for (const file of readdirSync(FOLDER).sort()) {
  const { fault } = (await import(join(FOLDER, file))) as { fault: Fault };
  if ((process.env.E2E_FAULTS?.split(',') ?? TEN).includes(fault.id)) faults.push(fault);
}

describe('ten faults', () => {
  const [before = 0] = loadavg();
  const seen: Record<string, SeenFault> = {};
  const own = new OwnServers();
  let cluster: Cluster;
  let exporter: Exporter;
  let log: ApiserverLog;

  beforeAll(async () => {
    cluster = new Cluster();
    await cluster.start();
    log = new ApiserverLog(cluster.controlPlane.apiservers[0]!.logFile);
    exporter = await Exporter.prepare(cluster, { resources: { interval: '10s', kubelet_token: true } });
  });
  afterAll(async () => {
    own.stop();
    await exporter?.daemon.stop();
    await cluster?.stop();
  });

  it('servers of three ages are asked for their discovery, and answer', async () => {
    await own.start(cluster);
    for (const [kind, asked] of Object.entries(own.asked)) {
      const api = `v1.${kind}.quayside.example.com`;
      await cluster.available(api);
      await until(`${api} to be asked`, 90, () => asked.some(({ path }) => path === '/apis'));
    }
    // Those without the aggregated form are asked for it first.
    await sleep(3000);
    await own.remove(cluster);
  });

  it.each(faults.map((fault) => [fault.id, fault] as const))(
    '%s is named',
    async (_id, fault) => {
      const api = fault.api ?? WARDLE;
      await exporter.restart();
      await until('nothing to be diagnosed', 60, async () => (await exporter.diagnoses()).diagnoses.length === 0);
      log.mark();
      const injectedAt = Date.now();
      let looked: Pick<SeenFault, 'condition' | 'falseAfter' | 'lookedSeconds' | 'client' | 'lines'> | undefined;
      const outcome = await runFault(cluster, exporter, fault, {
        look: async () => {
          looked = await look(cluster, log, api, injectedAt);
        },
      });
      console.log(tableOf([outcome]).split('\n')[2]);
      if (!outcome.right) console.log(outcome.ledger);
      const { expected, verdict, category, right, rightCause, confidence, detected, rightAfter, blamed, commands } = outcome;
      seen[fault.id] = {
        api,
        ...looked!,
        ...{ expected, verdict, category, rightCategory: right, rightCause, confidence: round(confidence, 2), blamed, commands },
        ...(detected === undefined ? {} : { detected: round(detected, 1) }),
        ...(rightAfter === undefined ? {} : { rightAfter: round(rightAfter, 1) }),
      };
      expect(outcome.right, outcome.verdict).toBe(true);
      expect(outcome.blamed).toEqual([]);
      expect(outcome.commands).toEqual([]);
    },
    420_000,
  );

  it('is written down', async () => {
    const { kube } = cluster;
    const version = await kube.get('/version');
    const storage = (await (await fetch('http://127.0.0.1:2379/version')).json()) as { etcdserver: string };
    const readyz = (await kube.raw('GET', '/readyz?verbose')).body;
    const [after = 0] = loadavg();
    const recording: Recording = {
      versions: { kubernetes: version.gitVersion, go: version.goVersion, etcd: storage.etcdserver, sampleApiserver: 'v1.36.3' },
      load: { before: round(before, 0), after: round(after, 0), processors: availableParallelism() },
      faults: seen,
      readyz: [...readyz.matchAll(/^\[.\](\S+)/gm)].map(([, name]) => name!),
      metrics: families((await kube.raw('GET', '/metrics')).body),
      discovery: own.asked,
    };
    // Of a part of the faults nothing is written: a table of some would pass for one of all.
    if (Object.keys(seen).length === TEN.length) {
      const file = fileOf(process.env.E2E_KUBERNETES ?? '1.36');
      mkdirSync(new URL('.', file), { recursive: true });
      writeFileSync(file, `${JSON.stringify(recording, null, 2)}\n`);
    }
    expect(recording.readyz).toContain('ping');
    expect(Object.keys(recording.metrics)).toContain('aggregator_unavailable_apiservice');
  });
});

/** What is seen of a fault beside its diagnosis, after as long as its condition may need to change. */
async function look(
  cluster: Cluster,
  log: ApiserverLog,
  api: string,
  injectedAt: number,
): Promise<Pick<SeenFault, 'condition' | 'falseAfter' | 'lookedSeconds' | 'client' | 'lines'>> {
  let condition = await cluster.condition(api);
  while (condition?.status !== 'False' && Date.now() - injectedAt < LOOK_SECONDS * 1000) {
    await sleep(500);
    condition = await cluster.condition(api);
  }
  const lookedSeconds = round((Date.now() - injectedAt) / 1000, 0);
  const [version, ...group] = api.split('.');
  const list = `/apis/${group.join('.')}/${version}/namespaces/default/flunders`;
  const client = await cluster.kube
    .raw('GET', list, undefined, undefined, 65_000)
    .catch((error: unknown) => ({ status: 0, body: String(error) }));
  const { status, reason, message, lastTransitionTime } = condition ?? {};
  return {
    ...(condition && { condition: { status, reason, message } }),
    ...(status === 'False' && { falseAfter: Math.max(0, round((Date.parse(lastTransitionTime) - injectedAt) / 1000, 0)) }),
    lookedSeconds,
    client: { status: client.status, body: client.body.trim().slice(0, 1200) },
    lines: log.lines(),
  };
}

function families(text: string): Record<string, string[]> {
  const found = new Map<string, Set<string>>();
  for (const { name, labels } of parseExposition(text)) {
    if (!FAMILIES.test(name)) continue;
    const names = found.get(name) ?? new Set();
    found.set(name, names);
    for (const label of Object.keys(labels)) names.add(label);
  }
  return Object.fromEntries([...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, names]) => [name, [...names].sort()]));
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
