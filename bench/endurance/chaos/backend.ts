import { setTimeout as sleep } from 'node:timers/promises';
import { StartFailure } from '../../../src/simulator/backend/start-failure.ts';
import { FAULTS } from '../../../src/simulator/faults/list.ts';
import type { Deed } from './deed.ts';

/** Those that a cluster of one kube-apiserver can have. */
const KINDS = FAULTS.filter(({ apiservers }) => apiservers === undefined);
/** What happens to a node happens to all on it. */
const OF_NODES: ReadonlySet<string> = new Set(['node-not-ready', 'node-under-pressure']);

/** Each fault of the simulator, at an API that has none. */
export const BACKEND: readonly Deed[] = KINDS.map((fault) => ({
  subject: 'backend' as const,
  name: fault.id,
  async play({ fleet, random, touched }) {
    const { simulator } = fleet;
    const injected = simulator.injected();
    const isWide = fault.scope === 'cluster' || OF_NODES.has(fault.id);
    if (isWide && injected.some(({ fault: id }) => KINDS.some((kind) => kind.id === id && (kind.scope === 'cluster' || OF_NODES.has(id)))))
      return undefined;
    const free = fleet.residents.filter(
      (api) => !injected.some((one) => one.api === api) && simulator.podsOf(api).length >= (fault.replicas ?? 1),
    );
    if (free.length === 0) return undefined;
    const api = random.pick(free);
    await patiently(() => simulator.inject(fault.id, api), isRefusedStart);
    for (const one of isWide ? fleet.residents : [api]) touched.add(one);
    return () => patiently(() => simulator.clear(fault.id, api));
  },
}));

const TRIES = 40;
const PAUSE_MS = 500;

const isRefusedStart = (error: unknown): boolean => error instanceof StartFailure;

/** A server that is started again asks the kube-apiserver first, which may be spoilt just then. */
async function patiently(deed: () => Promise<void>, passes: (error: unknown) => boolean = () => true): Promise<void> {
  for (let left = TRIES; ; left--)
    try {
      return await deed();
    } catch (error) {
      if (left <= 0 || !passes(error)) throw error;
      await sleep(PAUSE_MS);
    }
}
