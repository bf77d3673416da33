import { setTimeout as sleep } from 'node:timers/promises';
import { catalogueOptions } from '../src/commands/catalogue-options.ts';
import { CAUSES } from '../src/correlations/list.ts';
import { createDiagnostician, type DiagnosisRound } from '../src/diagnose/diagnostician.ts';
import { createKubeClient } from '../src/kube/client.ts';
import { loadKubeConfig } from '../src/kube/kube-config.ts';
import { createObserver } from '../src/observe/observer.ts';
import type { Fault } from '../src/simulator/faults/fault.ts';
import { FAULTS, type FaultId } from '../src/simulator/faults/list.ts';
import { type Simulator, startSimulator } from '../src/simulator/simulator.ts';
import { SILENT } from '../src/source/logger.ts';
import type { Judgement } from './measures.ts';

/** What became of one simulated fault. */
export interface SimulatedOutcome extends Judgement {
  readonly cause: string;
  readonly said: string | undefined;
  /** Seconds from the first failed observation to the cause that stayed; undefined when it never came. */
  readonly seconds: number | undefined;
  /** Who was weighed, with what evidence: for the reader of a miss. */
  readonly ledger: string;
  /** Causes that were named of the API beside it. */
  readonly bystander: readonly string[];
}

const CATEGORY_OF = new Map<string, string>(CAUSES.map(({ id, category }) => [id, category]));
const PATIENT = 'v1.patient.example';
const BYSTANDER = 'v1.bystander.example';
const TICK_MS = 2000;
const WELL_WITHIN_MS = 90_000;
const WATCHED_MS = 50_000;
/** Injected for the API beside the patient: alarming, and no fault. */
const BENIGN = 'noisy-logs';

/**
 * Injects each fault of the simulator in a cluster of its own, over real HTTPS, with a benign anomaly beside it, and asks for
 * the verdict with the exporter's own intervals. Takes about two minutes per fault and lane.
 */
export async function simulatedFaults(lanes: number, ids: readonly string[] = []): Promise<SimulatedOutcome[]> {
  const waiting = FAULTS.filter(({ id, pattern }) => (ids.length === 0 ? pattern !== 'periodic' : ids.includes(id)));
  const outcomes: SimulatedOutcome[] = [];
  const lane = async () => {
    for (let fault = waiting.shift(); fault; fault = waiting.shift()) {
      const outcome = await withFault(fault);
      outcomes.push(outcome);
      console.log(
        `  ${fault.id}: ${outcome.said === fault.cause ? 'right' : `said ${outcome.said ?? 'nothing'}`}, ${outcome.confidence?.toFixed(2) ?? '–'}, ${outcome.seconds ?? '–'} s`,
      );
      if (outcome.said !== fault.cause) console.log(`    ${outcome.ledger}`);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return outcomes.sort((a, b) => (a.id < b.id ? -1 : 1));
}

const apiOf = (name: string, replicas = 1) => ({
  group: `${name}.example`,
  version: 'v1',
  namespace: name,
  service: name,
  resource: 'things',
  kind: 'Thing',
  replicas,
});

async function withFault(fault: Fault<FaultId>): Promise<SimulatedOutcome> {
  const simulator = await startSimulator({
    scenario: {
      name: 'evaluation',
      compression: 10,
      timeouts: 2,
      traffic: true,
      apiservers: fault.apiservers ?? 1,
      nodes: ['quay-a', 'quay-b', 'quay-c'],
      apis: [apiOf('patient', fault.replicas), apiOf('bystander')],
    },
  });
  const client = createKubeClient(loadKubeConfig({ kubeconfig: simulator.kubeconfig }), { log: SILENT });
  const stop = new AbortController();
  try {
    const observer = createObserver({
      client,
      clock: Date.now,
      log: SILENT,
      options: {
        exclude: [],
        disabled: [],
        probe: { allowAddresses: ['127.0.0.0/8'], inCluster: true },
        logs: {},
        kubeletToken: true,
      },
    });
    observer.start(stop.signal);
    return await watch(fault, simulator, () => observer.snapshot());
  } finally {
    stop.abort();
    client.close();
    await simulator.stop();
  }
}

async function watch(
  fault: Fault<FaultId>,
  simulator: Simulator,
  look: () => Parameters<ReturnType<typeof createDiagnostician>['observe']>[0],
): Promise<SimulatedOutcome> {
  const doctor = createDiagnostician(catalogueOptions());
  const healthyBy = Date.now() + WELL_WITHIN_MS;
  let calm = 0;
  while (Date.now() < healthyBy && calm < 5) {
    await sleep(TICK_MS);
    const snapshot = look();
    const probed = snapshot.apis.length === 2 && snapshot.apis.every(({ probes }) => probes.length >= 3);
    calm = doctor.observe(snapshot).diagnoses.diagnoses.length === 0 && probed ? calm + 1 : 0;
  }
  await simulator.inject(BENIGN, BYSTANDER);
  await simulator.inject(fault.id, PATIENT);
  let round: DiagnosisRound | undefined;
  let failingSince: number | undefined;
  let rightSince: number | undefined;
  const bystander = new Set<string>();
  for (const end = Date.now() + WATCHED_MS; Date.now() < end; ) {
    await sleep(TICK_MS);
    round = doctor.observe(look());
    const own = round.diagnoses.diagnoses.find(({ apiservice }) => apiservice === PATIENT);
    const beside = round.diagnoses.diagnoses.find(({ apiservice }) => apiservice === BYSTANDER);
    if (beside && fault.scope === 'api') bystander.add(beside.cause);
    if (own) failingSince ??= Date.now();
    rightSince = own?.cause === fault.cause ? (rightSince ?? Date.now()) : undefined;
  }
  const top = round?.diagnoses.diagnoses.find(({ apiservice }) => apiservice === PATIENT);
  const seconds = rightSince === undefined || failingSince === undefined ? undefined : Math.round((rightSince - failingSince) / 1000);
  return {
    id: fault.id,
    truth: CATEGORY_OF.get(fault.cause) ?? 'unknown',
    also: [],
    cause: fault.cause,
    named: top ? [top.category] : [],
    said: top?.cause,
    confidence: top?.confidence,
    seconds,
    ledger: ledgerOf(round, PATIENT),
    bystander: [...bystander],
  };
}

function ledgerOf(round: DiagnosisRound | undefined, api: string): string {
  return (round?.candidates.get(api) ?? [])
    .slice(0, 4)
    .map(({ cause, score, evidence }) => `${cause} ${score} (${evidence.map(({ id, points }) => `${id} ${points}`).join(', ')})`)
    .join('; ');
}
