import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Cluster } from '../cluster/harness/cluster.ts';
import { Exporter } from '../cluster/harness/exporter.ts';
import { until } from '../cluster/harness/process.ts';
import { type Outcome, runFault, tableOf } from '../cluster/run-fault.ts';
import { EGRESS_WAYS } from './egress.ts';
import { ROUTING_WAYS } from './routing.ts';
import { type Laid, overheard, type Way, type Words } from './way.ts';

const only = process.env.E2E_WAYS?.split(',') ?? [];
const WAYS: readonly Way[] = [...EGRESS_WAYS, ...ROUTING_WAYS];
/** Where what was heard is written, for docs/real-world/ways.md. */
const OUT = process.env.E2E_WAYS_OUT;
/** For a minute after the first diagnosis: by then connections that stood are given up, and every target has been asked often. */
const LASTS_SECONDS = 60;

describe.each(WAYS.filter(({ id }) => only.includes('all') || only.includes(id)))('$id', ({ id: way, lay }) => {
  let laid: Laid;
  let cluster: Cluster;
  let exporter: Exporter;
  const outcomes: Outcome[] = [];
  const words = new Map<string, Words>();

  beforeAll(async () => {
    laid = await lay();
    cluster = laid.cluster;
    await cluster.start();
    await laid.begin?.(cluster);
    exporter = await Exporter.prepare(cluster, {
      apiserver_metrics: { interval: '10s' },
      resources: { interval: '10s', kubelet_token: true },
    });
  });
  afterAll(async () => {
    console.log(tableOf(outcomes));
    if (OUT) writeFileSync(join(OUT, `${way}.json`), JSON.stringify({ outcomes, words: Object.fromEntries(words) }, undefined, 1));
    await exporter?.daemon.stop();
    await cluster?.stop();
    await laid?.stop?.();
  });

  it('is healthy without a fault', async () => {
    await exporter.restart();
    await until('probes to have passed', 180, async () => ((await exporter.metric('aggregated_api_probes_total')) ?? 0) > 3);
    await calm(exporter);
  });

  it('has its faults named', async () => {
    for (const fault of laid.faults) {
      if (process.env.E2E_FAULTS && !process.env.E2E_FAULTS.split(',').includes(fault.id)) continue;
      await exporter.restart();
      await calm(exporter);
      const outcome = await runFault(cluster, exporter, overheard(cluster, fault, words), { lastsSeconds: LASTS_SECONDS });
      outcomes.push(outcome);
      console.log(tableOf([outcome]).split('\n')[2], JSON.stringify(words.get(fault.id), undefined, 1));
      console.log('a minute later:', outcome.later?.verdict ?? 'nothing', outcome.later?.confidence.toFixed(2));
      if (!isRight(outcome)) console.log(outcome.ledger);
    }
    expect(outcomes.flatMap(({ fault, commands }) => commands.map((command) => `${fault}: ${command}`))).toEqual([]);
    const known = new Set(laid.faults.flatMap(({ id, missed }) => (missed === undefined ? [] : [id])));
    const mayPass = new Set(laid.faults.flatMap(({ id, unnoticed }) => (unnoticed === undefined ? [] : [id])));
    const missed = outcomes.filter(
      (outcome) => !isRight(outcome) && !known.has(outcome.fault) && !(mayPass.has(outcome.fault) && isUnnoticed(outcome)),
    );
    expect(missed.map(({ fault, verdict, later }) => `${fault}: ${verdict}, then ${later?.verdict}`)).toEqual([]);
    const mended = outcomes.filter((outcome) => isRight(outcome) && known.has(outcome.fault));
    expect(mended.map(({ fault }) => `${fault} is named right now: take its reason away`)).toEqual([]);
  }, 2_700_000);
});

const isRight = ({ rightCause, later }: Outcome): boolean => later?.rightCause ?? rightCause;

const isUnnoticed = ({ verdict, later }: Outcome): boolean => [verdict, later?.verdict ?? 'nothing'].every((said) => said === 'nothing');

/** A machine that is busy with the start of the cluster may make a node look lost. */
async function calm(exporter: Exporter): Promise<void> {
  await until('nothing to be diagnosed', 300, async () => {
    const { diagnoses } = await exporter.diagnoses();
    if (diagnoses.length > 0) throw new Error(`still ${diagnoses.map(({ apiservice, cause }) => `${apiservice}: ${cause}`).join(', ')}`);
    return true;
  });
}
