import { FAULTS } from '../../../src/simulator/faults/list.ts';
import { createRandom } from '../../../src/simulator/random.ts';
import type { Simulator } from '../../../src/simulator/simulator.ts';
import type { WatchedExporter } from '../exporter-inside.ts';
import { apiName, planOf } from '../fleet.ts';

/** So many faults at most at once. */
const MOST_FAULTS = 4;
/** So many come and go beside those that stay. */
const MOST_PASSING = 3;
/** Need a second kube-apiserver. */
const KINDS = FAULTS.filter(({ apiservers }) => apiservers === undefined);

export interface Churn {
  /** One more thing happens to the cluster, or ends. */
  step(): Promise<void>;
  readonly deeds: number;
}

/** What happens in a cluster day by day, drawn by dice: faults come and go, APIs too, connections are cut, pods write, people look. */
export function createChurn(simulator: Simulator, exporter: WatchedExporter, seed: number): Churn {
  const random = createRandom(seed);
  const names = () => [...simulator.cluster.apis.keys()];
  const passing: string[] = [];
  let made = 0;
  let deeds = 0;

  async function fault(): Promise<void> {
    const [oldest] = simulator.injected();
    if (oldest && (simulator.injected().length >= MOST_FAULTS || random.chance(0.4)))
      return simulator.clear(oldest.fault as (typeof KINDS)[number]['id'], oldest.api);
    const api = random.pick(names());
    const { id, replicas } = random.pick(KINDS);
    const isFree = !simulator.injected().some((one) => one.api === api);
    if (isFree && (replicas === undefined || simulator.podsOf(api).length >= replicas)) await simulator.inject(id, api);
  }

  async function passingApi(): Promise<void> {
    const [oldest] = passing;
    if (oldest !== undefined && (passing.length >= MOST_PASSING || random.chance(0.5))) {
      if (simulator.injected().some(({ api }) => api === apiName(oldest))) return;
      passing.shift();
      return simulator.removeApi(apiName(oldest));
    }
    const name = `lighter-${made++}`;
    await simulator.addApi(planOf(name));
    passing.push(name);
  }

  /** Pods that were evicted stay until somebody takes them away. */
  const tidy = () => {
    const { pods } = simulator.cluster.store;
    for (const { metadata, status } of pods.values()) if (status.phase === 'Failed') pods.delete(`${metadata.namespace}/${metadata.name}`);
  };

  const write = () => {
    const [pod] = simulator.podsOf(random.pick(names()));
    if (pod)
      simulator.log(
        pod.key,
        ...Array.from({ length: random.integer(1, 400) }, (_, line) => `I0101 00:00:00.000000 1 tide.go:${line}] ${random.suffix(60)}`),
      );
  };
  const look = async () => {
    for (const path of [
      '/',
      '/incidents',
      `/apis/${random.pick(names())}`,
      '/api/v1/diagnoses',
      '/api/v1/status',
      '/api/v1/incidents?since=24h',
    ])
      await exporter.get(path);
  };
  const follow = () => {
    const leave = new AbortController();
    const url = `http://127.0.0.1:${exporter.port}/live?page=${encodeURIComponent('/')}&at=0`;
    fetch(url, { signal: leave.signal })
      .then((answer) => answer.text())
      .catch(() => {});
    setTimeout(() => leave.abort(), 20_000).unref();
  };
  const choices: readonly (readonly [share: number, deed: () => void | Promise<void>])[] = [
    [8, fault],
    [3, passingApi],
    [6, write],
    [6, look],
    [3, follow],
    [1, tidy],
    [1, () => simulator.disconnectAll()],
    [1, () => simulator.expireResourceVersions(random.chance(0.5) ? 'event' : 'status')],
    [1, () => simulator.apiServer.restart(1000)],
    [1, () => void exporter.child.kill('SIGHUP')],
  ];
  const drawn = choices.flatMap(([share, deed]) => Array.from({ length: share }, () => deed));
  return {
    async step() {
      await random.pick(drawn)();
      deeds++;
    },
    get deeds() {
      return deeds;
    },
  };
}
