import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { CAUSES } from '../../src/correlations/list.ts';
import { SYMPTOM, SYMPTOM_NOW } from '../../src/correlations/symptom.ts';
import { clausesOf } from '../../src/domain/cause.ts';
import { signalsOf } from '../../src/domain/criterion.ts';
import type { SignalDeclaration } from '../../src/domain/signal.ts';
import { DERIVED_SIGNALS } from '../../src/signals/derived.ts';
import { SIGNALS } from '../../src/signals/list.ts';

const ROOT = new URL('../../', import.meta.url).pathname;
const ALL: readonly SignalDeclaration[] = [...SIGNALS, ...DERIVED_SIGNALS];

const evidence = CAUSES.flatMap((cause) => [...cause.evidence, ...(cause.lookBack ?? [])]);
const criteria = [SYMPTOM, SYMPTOM_NOW, ...evidence.flatMap((entry) => [entry.when, ...clausesOf(entry).map(({ when }) => when)])];
const byCriterion = new Set<string>(criteria.flatMap(signalsOf));

const dashboards = readdirSync(`${ROOT}dashboards`).map((file) => readFileSync(`${ROOT}dashboards/${file}`, 'utf8'));
const byPanel = (metric: string): boolean => dashboards.some((text) => new RegExp(`\\b${metric}\\b`).test(text));

/** Values of one label: who reads one of them needs the others to be there, at 0. */
const inReadFamily = ({ metric, labels }: SignalDeclaration): boolean =>
  labels !== undefined && ALL.some((other) => other.metric === metric && byCriterion.has(other.name));

it('each signal is read by a criterion or a panel, is a value of a label that one reads, or says what people ask it', () => {
  const unread = ALL.filter((signal) => !byCriterion.has(signal.name) && !byPanel(signal.metric) && !inReadFamily(signal));
  expect(unread.filter(({ asks }) => asks === undefined).map(({ name }) => name)).toEqual([]);
  // The question is an excuse: who is read needs none.
  const read = ALL.filter((signal) => !unread.includes(signal));
  expect(read.filter(({ asks }) => asks !== undefined).map(({ name }) => name)).toEqual([]);
});
