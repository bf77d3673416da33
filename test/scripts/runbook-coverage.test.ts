import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ROWS } from '../../scripts/runbook-coverage/rows.ts';
import { SENTENCES } from '../../scripts/runbook-coverage/sentences.ts';
import { CAUSES } from '../../src/correlations/list.ts';

const ROOT = new URL('../../', import.meta.url).pathname;
const METRICS = new Set(
  [...readFileSync(`${ROOT}docs/metrics.md`, 'utf8').matchAll(/^\| `(aggregated_api_\w+)`/gm)].map(([, name]) => name),
);
const EVIDENCE = new Set(CAUSES.flatMap((cause) => [...cause.evidence, ...(cause.lookBack ?? [])].map(({ id }) => `${cause.id}/${id}`)));
const PAGE = readdirSync(`${ROOT}src/expose/page`)
  .filter((file) => file.endsWith('.ts'))
  .map((file) => readFileSync(`${ROOT}src/expose/page/${file}`, 'utf8'))
  .join('\n');

describe('the coverage of the runbook', () => {
  it('has a row for each sentence, in its order, and no other', () => {
    expect(ROWS.map(({ of }) => of)).toEqual(SENTENCES.map(([of]) => of));
  });

  it.each(SENTENCES.map((sentence, i) => [...sentence, i] as const))('%s, "%s", is what its row is about', (_, keywords, i) => {
    const asked = ROWS[i]?.asks.toLowerCase() ?? '';
    const words = keywords.toLowerCase().match(/[a-z0-9]{4,}/g) ?? [];
    expect(words.some((word) => asked.includes(word.replace(/s$/, '')))).toBe(true);
  });

  it.each(ROWS.map((row) => [row.of, row.asks, row] as const))('%s: %s is answered by what there is', (_, __, row) => {
    const { metrics = [], evidence = [], page = [], tests = [] } = row;
    expect(metrics.filter((name) => !METRICS.has(name))).toEqual([]);
    expect(evidence.filter((id) => !EVIDENCE.has(id))).toEqual([]);
    expect(page.filter((title) => !PAGE.includes(title))).toEqual([]);
    expect(tests.filter((file) => !existsSync(`${ROOT}${file}`))).toEqual([]);
  });

  it.each(ROWS.map((row) => [row.of, row.asks, row] as const))(
    '%s: %s has an answer and a test of it, or says what is missing',
    (_, __, row) => {
      const answered = [row.metrics, row.evidence, row.page].some((names = []) => names.length > 0);
      expect((answered && (row.tests ?? []).length > 0) || row.missing !== undefined).toBe(true);
    },
  );
});
