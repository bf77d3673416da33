import { setTimeout as sleep } from 'node:timers/promises';
import { createKubeClient } from '../src/kube/client.ts';
import { loadKubeConfig } from '../src/kube/kube-config.ts';
import { type ApiTarget, fixedTargets } from '../src/objects/targets.ts';
import { createProber } from '../src/probe/prober.ts';
import { openBlackhole } from '../src/simulator/network/blackhole.ts';
import { startSimulator } from '../src/simulator/simulator.ts';
import { SILENT } from '../src/source/logger.ts';
import { printRow } from './row.ts';

/**
 * What hundreds of backend addresses that swallow packets cost the others: how long an API waits for its next probe through the
 * kube-apiserver at most, beside a prober without such addresses. Both run at once, each with real sockets.
 *   tsx bench/fleet-unreachable.ts [addresses, default 400] [seconds, default 60]
 */
const ADDRESSES = Number(process.argv[2] ?? 400);
const SECONDS = Number(process.argv[3] ?? 60);
const APIS = 40;
/** Both have the same interval and jitter; a probe itself takes milliseconds. */
const LATER_AT_MOST_S = 1;
const GROUP = 'tides.harbour.example';

const simulator = await startSimulator({
  scenario: {
    name: 'unreachable',
    traffic: false,
    apis: [{ group: GROUP, version: 'v1', namespace: 'harbour', service: 'tide-gauge', resource: 'gauges', kind: 'Gauge' }],
  },
});
// Of every loopback address, on this port.
const nowhere = await openBlackhole('0.0.0.0', 0);
const running = new AbortController();
try {
  const without = probing([]);
  const beside = probing(Array.from({ length: ADDRESSES }, (_, index) => `127.77.${index >> 8}.${index & 255}`));
  await sleep(SECONDS * 1000);
  running.abort();
  const longest = ({ longestWaitMs }: ReturnType<typeof probing>) => longestWaitMs / 1000;
  printRow({
    what: `longest wait of ${APIS} APIs for their next probe through the kube-apiserver, beside ${ADDRESSES} addresses that swallow packets`,
    ours: `${longest(beside).toFixed(1)} s (${beside.viaAggregator} probes in ${SECONDS} s, and ${beside.directly} of these addresses)`,
    peer: `${longest(without).toFixed(1)} s (${without.viaAggregator}), no such address`,
    bar: `≤ ${LATER_AT_MOST_S} s longer`,
    met: beside.viaAggregator > 0 && longest(beside) <= longest(without) + LATER_AT_MOST_S,
  });
} finally {
  running.abort();
  await nowhere.close();
  await simulator.stop();
}

/** A prober of its own; the addresses are shared out among its APIs. What it has done is counted as it runs. */
function probing(unreachable: readonly string[]) {
  const done = { viaAggregator: 0, directly: 0, longestWaitMs: 0 };
  const last = new Map<string, number>();
  const client = createKubeClient(loadKubeConfig({ kubeconfig: simulator.kubeconfig }), { log: SILENT });
  running.signal.addEventListener('abort', () => client.close(), { once: true });
  const targets = Array.from({ length: APIS }, (_, index): ApiTarget => {
    const own = unreachable.filter((_ip, place) => place % APIS === index);
    return {
      name: `v1.tides-${index}.harbour.example`,
      group: GROUP,
      version: 'v1',
      backend: { namespace: 'harbour', service: 'tide-gauge', port: 443 },
      insecureSkipTLSVerify: false,
      addresses: own.map((ip) => ({ ip, port: nowhere.port, ready: true })),
      pods: [],
    };
  });
  createProber({
    client,
    targets: fixedTargets(targets),
    clock: Date.now,
    log: SILENT,
    options: { vantages: ['aggregator', 'endpoint'], allowAddresses: ['127.0.0.0/8'], inCluster: true },
    onResult: (api, { vantage, request, at, hop }) => {
      if (hop === 'us') return;
      if (vantage !== 'aggregator') {
        done.directly++;
        return;
      }
      done.viaAggregator++;
      const what = `${api} ${request}`;
      done.longestWaitMs = Math.max(done.longestWaitMs, at - (last.get(what) ?? at));
      last.set(what, at);
    },
  }).start(running.signal);
  return done;
}
