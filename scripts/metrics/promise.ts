import type { Stability } from '../../src/domain/signal.ts';
import { documentedFamilies } from '../../src/expose/metrics-doc.ts';
import { DERIVED_SIGNALS } from '../../src/signals/derived.ts';
import { SIGNALS } from '../../src/signals/list.ts';

/** What people's rules and dashboards depend on. */
export interface Promised {
  readonly name: string;
  readonly type: string;
  readonly labels: readonly string[];
  readonly stability: Stability;
}

/** Everything that /metrics can hold, as it is declared now. */
export function declaredMetrics(): Promised[] {
  const families = documentedFamilies([...SIGNALS, ...DERIVED_SIGNALS]);
  return families.map(({ name, type, labels, stability = 'beta' }) => ({ name, type, labels: [...labels], stability }));
}

/** What a release promises: all that is not beta. */
export const promisedOf = (metrics: readonly Promised[]): Promised[] => metrics.filter(({ stability }) => stability !== 'beta');

/**
 * What was promised by the last release and is not so any more, without a line about it in the changelog.
 * @param unreleased text of the changelog since that release.
 */
export function brokenPromises(last: readonly Promised[], now: readonly Promised[], unreleased: string): string[] {
  const byName = new Map(now.map((one) => [one.name, one]));
  return last.flatMap((before) => {
    const changes = changesOf(before, byName.get(before.name));
    return changes === '' || unreleased.includes(`\`${before.name}\``)
      ? []
      : [`${before.name}: ${changes}; say so in the changelog, with its name in backticks, or take the change back`];
  });
}

function changesOf(before: Promised, after: Promised | undefined): string {
  if (!after) return 'it is gone';
  const labels = (of: Promised) => [...of.labels].sort().join(', ');
  return [
    ...(after.type === before.type ? [] : [`it was a ${before.type} and is a ${after.type}`]),
    ...(labels(after) === labels(before) ? [] : [`it had the labels ${labels(before)} and has ${labels(after)}`]),
    ...(after.stability === before.stability ? [] : [`it was ${before.stability} and is ${after.stability}`]),
  ].join(', ');
}

/** The part of CHANGELOG.md that is not released. */
export function unreleasedOf(changelog: string): string {
  const [, , text] = /^## \[Unreleased\](.*)\n([\s\S]*?)(?=^## |(?![\s\S]))/m.exec(changelog) ?? [];
  if (text === undefined) throw new Error('CHANGELOG.md has no section "## [Unreleased]"');
  return text;
}
