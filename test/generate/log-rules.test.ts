import { RE2JS } from 're2js';
import { describe, expect, it } from 'vitest';
import type { Signature } from '../../src/domain/signature.ts';
import { earlierOwners, logRules, signatureQuery } from '../../src/generate/log-rules.ts';
import { DEFAULT_OPTIONS } from '../../src/generate/options.ts';
import { alertsOf } from '../../src/generate/rule-book.ts';
import { classifyText } from '../../src/signatures/classify.ts';
import { SIGNATURES } from '../../src/signatures/list.ts';
import { SMALL_CATALOGUE } from './small-catalogue.ts';

/** What Loki does with the query's line filters, in its own regular expressions. */
function lokiCounts(query: string, line: string): boolean {
  return filtersOf(query).every(({ operator, pattern }) => RE2JS.compile(pattern).matcher(line).find() === (operator === '|~'));
}

function filtersOf(query: string): { operator: string; pattern: string }[] {
  return [...query.matchAll(/ (\|~|!~) (?:`([^`]*)`|("(?:[^"\\]|\\.)*"))/g)].map(([, operator, raw, quoted]) => ({
    operator: operator!,
    pattern: raw ?? (JSON.parse(quoted!) as string),
  }));
}

const earlier = earlierOwners(SIGNATURES);
const queries = SIGNATURES.map((signature) => ({
  id: signature.id,
  filters: filtersOf(signatureQuery(signature, earlier.get(signature.id) ?? [], DEFAULT_OPTIONS)),
}));
const compiled = queries.map(({ id, filters }) => ({
  id,
  filters: filters.map(({ operator, pattern }) => ({ wanted: operator === '|~', regex: RE2JS.compile(pattern) })),
}));

describe('log rules', () => {
  it('give each sample line to the signature that the exporter gives it to, and to no other', () => {
    const lines = SIGNATURES.flatMap((signature) => [...signature.matches, ...signature.nearMisses]);
    const wrong = [...new Set(lines)].flatMap((line) => {
      const own = classifyText(line)?.id;
      const counted = compiled
        .filter(({ filters }) => filters.every(({ wanted, regex }) => regex.matcher(line).find() === wanted))
        .map(({ id }) => id);
      return counted.join() === (own ?? '') ? [] : [{ line, own, counted }];
    });
    expect(wrong).toEqual([]);
  });

  const signature = (differs: Partial<Signature>): Signature => ({
    id: 'fog-horn',
    speaker: 'aggregated-server',
    pointsTo: [SMALL_CATALOGUE.causes[1]!.id],
    pattern: 'fog +horn',
    literals: ['fog'],
    says: 'The horn sounds.',
    matches: ['the Fog  horn sounds'],
    nearMisses: [],
    ...differs,
  });

  it('count without regard to case', () => {
    const query = signatureQuery(signature({}), [], DEFAULT_OPTIONS);
    expect(query).toBe('sum by (cluster, namespace, pod, container) (count_over_time({namespace=~".+"} |~ `(?i)fog +horn` [5m]))');
    expect(lokiCounts(query, 'a FOG HORN')).toBe(true);
    expect(lokiCounts(query, 'a foghorn')).toBe(false);
  });

  it('quote a pattern that has a backquote', () => {
    expect(lokiCounts(signatureQuery({ pattern: 'a `"\\d+"` b' }, [], DEFAULT_OPTIONS), 'a `"42"` b')).toBe(true);
  });

  it('leave out what an earlier signature takes', () => {
    const both = [signature({}), signature({ id: 'any-horn', pattern: 'horn', matches: ['a ship horn', 'the fog horn'] })];
    expect(earlierOwners(both).get('any-horn')).toEqual([both[0]]);
    const query = signatureQuery(both[1]!, [both[0]!], DEFAULT_OPTIONS);
    expect(lokiCounts(query, 'a ship horn')).toBe(true);
    expect(lokiCounts(query, 'the fog horn')).toBe(false);
  });

  it('alert with the cause only where the line points to one', () => {
    const catalogue = {
      ...SMALL_CATALOGUE,
      signatures: [signature({}), signature({ id: 'lull', pointsTo: [], pattern: 'lull', matches: ['lull'] })],
    };
    const book = logRules(catalogue, { ...DEFAULT_OPTIONS, lokiSelector: '{namespace="harbour"}' });
    expect(alertsOf(book).map((alert) => alert.labels)).toEqual([
      { severity: 'info', cause: 'heavy-swell', category: 'resource-pressure', signature: 'fog-horn', speaker: 'aggregated-server' },
    ]);
    expect(book.groups.flatMap((group) => group.rules)).toHaveLength(3);
    for (const rule of book.groups.flatMap((group) => group.rules)) expect(rule.expr).toContain('{namespace="harbour"}');
  });
});
