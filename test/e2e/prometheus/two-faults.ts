// Two faults one after the other in the simulated cluster, and what a real Prometheus pages meanwhile: each alert with its cause and its words,
// beside what the exporter itself says. Run: npm run --silent build && npx tsx test/e2e/prometheus/two-faults.ts [FIRST SECOND]
import { setTimeout as sleep } from 'node:timers/promises';
import type { Diagnoses } from '../../../src/domain/diagnosis.ts';
import { FAULTS, type FaultId } from '../../../src/simulator/faults/list.ts';
import { query } from './support/parts.ts';
import { apiOf, setStage } from './support/stage.ts';

const [FIRST, SECOND] = [faultOf(process.argv[2] ?? 'apiserver-overloaded'), faultOf(process.argv[3] ?? 'serving-certificate-expired')];
const FIRST_MS = 40_000;
const HEALTH_MS = 60_000;
const SECOND_MS = 240_000;
const AFTER_MS = 90_000;
const LOOK_EVERY_MS = 3000;

const stage = await setStage({ scrapeInterval: '15s', apis: [{ name: 'tides' }, { name: 'berths' }] });
const begin = Date.now();
let said = '';
try {
  await act(`${FIRST} begins`, () => stage.simulator.inject(FIRST, apiOf('tides')), FIRST_MS);
  await act(`${FIRST} ends`, () => stage.simulator.clear(FIRST, apiOf('tides')), HEALTH_MS);
  await act(`${SECOND} begins`, () => stage.simulator.inject(SECOND, apiOf('tides')), SECOND_MS);
  await act(`${SECOND} ends`, () => stage.simulator.clear(SECOND, apiOf('tides')), AFTER_MS);
} finally {
  await stage.stop();
}

function faultOf(name: string): FaultId {
  const found = FAULTS.find(({ id }) => id === name);
  if (!found) throw new Error(`fault ${name}: there are ${FAULTS.map(({ id }) => id).join(', ')}`);
  return found.id;
}

async function act(what: string, does: () => Promise<unknown>, forMs: number): Promise<void> {
  await does();
  console.log(`${clock()} ${what}`);
  for (const end = Date.now() + forMs; Date.now() < end; await sleep(LOOK_EVERY_MS)) {
    const now = [...(await diagnosed()), ...(await firing())].join('\n');
    if (now !== said) console.log(`${clock()}\n${now.replace(/^/gm, '     ')}`);
    said = now;
  }
}

async function diagnosed(): Promise<string[]> {
  const { diagnoses } = (await (await fetch(`${stage.exporter.url}/api/v1/diagnoses`)).json()) as Diagnoses;
  return diagnoses.map(
    ({ apiservice, cause, confidence, state, vantages }) =>
      `exporter: ${apiservice} ${state} ${cause} ${confidence.toFixed(2)} | ${vantages}`,
  );
}

async function firing(): Promise<string[]> {
  const answer = (await (await fetch(`${stage.prometheus.url}/api/v1/alerts`)).json()) as {
    data: { alerts: { state: string; labels: Record<string, string>; annotations: Record<string, string> }[] };
  };
  const steady = await query(stage.prometheus, 'apiservice_cause:aggregated_api_verdict:steady{cause!="unknown"}');
  return [
    ...steady.map(({ metric, value }) => `rules: ${metric.apiservice} ${metric.cause} ${value.toFixed(2)}`),
    ...answer.data.alerts
      .filter(({ state, labels }) => state === 'firing' && labels.apiservice)
      .map(
        ({ labels, annotations }) =>
          `page: ${labels.alertname} ${labels.apiservice} cause="${labels.cause}" ${annotations.confidence}: ${annotations.description} ${annotations.status_url}`,
      ),
  ];
}

function clock(): string {
  const seconds = Math.floor((Date.now() - begin) / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
