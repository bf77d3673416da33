import { describe, expect, it } from 'vitest';
import { CAUSES } from '../../src/correlations/list.ts';
import { isDirect, RUNBOOK_CORRELATIONS, type RunbookCorrelation, WEIGHTS } from '../../src/domain/cause.ts';
import type { Criterion } from '../../src/domain/criterion.ts';
import type { CauseId } from '../../src/domain/ids.ts';
import { ledgerOf } from '../../src/domain/ledger.ts';

function kindsIn(criterion: Criterion): Criterion['kind'][] {
  const parts =
    criterion.kind === 'all' || criterion.kind === 'any'
      ? criterion.of
      : criterion.kind === 'not'
        ? [criterion.of]
        : criterion.kind === 'coincides'
          ? [criterion.event, criterion.spike]
          : [];
  return [criterion.kind, ...parts.flatMap(kindsIn)];
}
const kindsOf = (cause: string) => ledgerOf(CAUSES.filter(({ id }) => id === cause)).flatMap(({ when }) => kindsIn(when));

describe("the runbook's correlations", () => {
  it.each<[RunbookCorrelation, string]>([
    ['pod-instability', 'pod-crash-looping'],
    ['restart-patterns', 'pod-restarting'],
    ['network-connectivity', 'connection-timed-out'],
    ['policy-changes', 'network-policy-blocking'],
    ['resource-pressure', 'cpu-throttled'],
    ['apiserver-load', 'apiserver-overloaded'],
    ['temporal-pattern', 'scheduled-operation'],
    ['transient-causes', 'rollout-in-progress'],
    ['one-hour-look-back', 'bad-flag-or-config'],
  ])('%s is answered by %s, among others', (correlation, cause) => {
    expect(CAUSES.find(({ id }) => id === cause)).toMatchObject({ runbookCorrelation: correlation });
  });

  it('are all answered', () => {
    const answered = new Set(CAUSES.flatMap(({ runbookCorrelation }) => runbookCorrelation ?? []));
    expect([...answered].sort()).toEqual([...RUNBOOK_CORRELATIONS].sort());
  });

  it.each([
    ['restarts with errors', 'pod-restarting', 'coincides'],
    ['changes of policies with errors', 'network-policy-blocking', 'coincides'],
    ['kills for memory with errors', 'out-of-memory-killed', 'coincides'],
    ['CPU throttling with errors', 'cpu-throttled', 'tracks'],
    ["the kube-apiserver's load with errors", 'apiserver-overloaded', 'tracks'],
    ["the kube-apiserver's latency with errors", 'apiserver-slow', 'tracks'],
    ['failures with time', 'scheduled-operation', 'regular'],
  ] as const)('correlates %s', (_, cause, kind) => {
    expect(kindsOf(cause)).toContain(kind);
  });

  it('looks back for an hour, and for that only', () => {
    const lookBacks = CAUSES.flatMap(({ lookBack }) => lookBack ?? []);
    expect(lookBacks.length).toBeGreaterThanOrEqual(8);
    // A look back never outweighs what is seen now.
    for (const { weight } of lookBacks) expect(WEIGHTS[weight]).toBeLessThanOrEqual(WEIGHTS.suggestive);
  });
});

describe('the catalogue', () => {
  it('explains nothing away in a circle', () => {
    const consequences = new Map(CAUSES.map(({ id, supersedes = [] }) => [id, supersedes]));
    const reach = (from: CauseId, seen = new Set<CauseId>()): Set<CauseId> => {
      for (const next of consequences.get(from) ?? []) if (!seen.has(next)) reach(next, seen.add(next));
      return seen;
    };
    expect(CAUSES.filter(({ id }) => reach(id).has(id)).map(({ id }) => id)).toEqual([]);
  });

  it.each(CAUSES.map((cause) => [cause.id, cause] as const))('%s can be named, acted on, and checked', (_, cause) => {
    const all = [...cause.evidence, ...(cause.lookBack ?? [])];
    expect(all.some(isDirect)).toBe(true);
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    expect(cause.prior).toBeGreaterThanOrEqual(-3);
    expect(cause.prior).toBeLessThanOrEqual(0);
    expect(cause.remedy.length).toBeGreaterThan(0);
    expect(cause.references.length).toBeGreaterThan(0);
    for (const reference of cause.references) expect(reference).toMatch(/^https:\/\//);
  });

  it.each(CAUSES.map(({ id, verify }) => [id, verify.command] as const))(
    '%s is verified by a command that only reads: %s',
    (_, command) => {
      expect(command).toMatch(/^(?:time )?kubectl (?:get|describe|top|logs|auth can-i|api-resources|rollout (?:status|history))\b/);
    },
  );
});
