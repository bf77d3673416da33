import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { createServer as createTlsServer, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { catalogueOptions } from '../../../src/commands/catalogue-options.ts';
import { createDiagnostician } from '../../../src/diagnose/diagnostician.ts';
import type { Snapshot } from '../../../src/domain/snapshot.ts';
import { createKubeClient } from '../../../src/kube/client.ts';
import { loadKubeConfig } from '../../../src/kube/kube-config.ts';
import { createObserver } from '../../../src/observe/observer.ts';
import { FAULTS } from '../../../src/simulator/faults/list.ts';
import { type Simulator, startSimulator } from '../../../src/simulator/simulator.ts';
import { SILENT } from '../../../src/source/logger.ts';
import { apiFor, nameOf } from '../../simulator/support/fault-signs.ts';
import { smallScenario } from '../../simulator/support/scenario.ts';
import { rightFor } from '../../simulator/support/verdicts.ts';
import { createAuthority } from '../../support/certificates.ts';

/** Seen on a real network: for each of them the verdict was serving-certificate-name-mismatch, 0.99. */
const MISTAKEN = ['pod-crash-looping', 'pod-evicted', 'pod-probe-failing', 'rollout-in-progress'];
const faults = FAULTS.filter(({ id }) => MISTAKEN.includes(id));
const TICK_MS = 1000;
const WATCHED_MS = 25_000;

/**
 * An exporter on a network of its own: to its eyes every backend has the address of a transparent proxy, which answers TLS for
 * any host with a certificate for other sites. It asks the simulated kube-apiserver through plain HTTP, as through `kubectl
 * proxy`, and the addresses of backends are other ones on the way.
 */
describe('beside a transparent proxy, outside the cluster', () => {
  let simulator: Simulator;
  const ends: (() => unknown)[] = [];
  const rounds: { api: string; cause: string }[] = [];
  let last: Snapshot;
  let asked = 0;

  beforeAll(async () => {
    const office = await createAuthority({ name: 'office-proxy' });
    const { cert, key } = await office.issue({ names: ['*.example.net'] });
    const proxyPort = await listen(
      createTlsServer({ cert, key }, (_, response) => {
        asked += 1;
        response.writeHead(502).end('no such host');
      }),
      ends,
    );
    simulator = await startSimulator({ scenario: smallScenario({ apis: faults.map(apiFor) }) });
    ends.push(() => simulator.stop());
    const gate = await listen(createServer(rewriting(simulator, proxyPort)), ends);
    const client = createKubeClient(
      { getCurrentCluster: () => ({ server: `http://127.0.0.1:${gate}` }), applyToHTTPSOptions: async () => {} },
      { log: SILENT },
    );
    const abort = new AbortController();
    ends.push(
      () => abort.abort(),
      () => client.close(),
    );
    const observer = createObserver({
      client,
      clock: Date.now,
      log: SILENT,
      options: { exclude: [], disabled: [], probe: { intervalMs: 1000, allowAddresses: ['127.0.0.0/8'] }, logs: {} },
    });
    observer.start(abort.signal);
    const doctor = createDiagnostician(catalogueOptions());
    const tick = async (): Promise<void> => {
      await sleep(TICK_MS);
      last = observer.snapshot();
      for (const { apiservice, cause } of doctor.observe(last).diagnoses.diagnoses) rounds.push({ api: apiservice, cause });
    };
    while (!observer.ready()) await tick();
    for (let ticks = 0; ticks < 5; ticks += 1) await tick();
    await Promise.all(faults.map(({ id }) => simulator.inject(id, nameOf({ id }))));
    for (const end = Date.now() + WATCHED_MS; Date.now() < end; ) await tick();
  });
  afterAll(async () => {
    for (const end of ends.reverse()) await end();
  });

  it('every backend was asked there, and nobody was believed', () => {
    expect(asked).toBeGreaterThan(faults.length);
    expect(last.apis.flatMap(({ probes }) => probes.filter(({ vantage }) => vantage !== 'aggregator'))).toEqual([]);
    expect(last.apis.some(({ unbelieved = [] }) => unbelieved.some(({ answersAs }) => answersAs?.startsWith('*.example.net')))).toBe(true);
  });

  it.each(MISTAKEN)('%s is never called a certificate of another name', (id) => {
    const causes = rounds.filter(({ api }) => api === nameOf({ id })).map(({ cause }) => cause);
    expect(causes).not.toEqual([]);
    expect(causes.filter((cause) => cause.startsWith('serving-certificate'))).toEqual([]);
    // The cause, one that the replayed courses accept beside it, or what all four are from outside.
    const right = new Set([...rightFor(id), 'no-ready-endpoints']);
    expect(causes.filter((cause) => right.has(cause))).not.toEqual([]);
  });
});

async function listen(
  server: ReturnType<typeof createServer> | ReturnType<typeof createTlsServer>,
  ends: (() => unknown)[],
): Promise<number> {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  ends.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** Passes everything to the simulated kube-apiserver as the exporter, and what it says of addresses back with other ones. */
function rewriting(simulator: Simulator, proxyPort: number): RequestListener {
  const kubeConfig = loadKubeConfig({ kubeconfig: simulator.kubeconfig });
  return (incoming, outgoing) => {
    void (async () => {
      const options = { method: incoming.method, headers: { ...incoming.headers, host: simulator.server.host } };
      await kubeConfig.applyToHTTPSOptions(options);
      const sent = request(new URL(incoming.url ?? '/', simulator.server), options, (answer) => {
        const { 'content-length': _, 'transfer-encoding': __, ...headers } = answer.headers;
        outgoing.writeHead(answer.statusCode ?? 500, headers);
        const isAddressed = /\/(endpointslices|services|apiservices)\b/.test(incoming.url ?? '');
        void pass(answer, outgoing, isAddressed ? (line) => elsewhere(line, proxyPort) : (line) => line);
      });
      sent.on('error', () => outgoing.destroy());
      outgoing.on('close', () => sent.destroy());
      incoming.pipe(sent);
    })().catch(() => outgoing.destroy());
  };
}

const elsewhere = (line: string, port: number): string =>
  line.replace(/"127\.\d+\.\d+\.\d+"/g, '"127.0.0.1"').replace(/"port":\d+/g, `"port":${port}`);

async function pass(answer: IncomingMessage, to: NodeJS.WritableStream, change: (line: string) => string): Promise<void> {
  let rest = '';
  try {
    for await (const piece of answer.setEncoding('utf8')) {
      const lines = (rest + String(piece)).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) to.write(`${change(line)}\n`);
    }
    to.end(change(rest));
  } catch {
    to.end();
  }
}
