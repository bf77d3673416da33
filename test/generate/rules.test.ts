import { describe, expect, it } from 'vitest';
import { above, coincides, HOUR, MINUTE } from '../../src/domain/criterion.ts';
import type { Catalogue } from '../../src/generate/catalogue.ts';
import { causeGroup } from '../../src/generate/cause-alerts.ts';
import { causeAlertName } from '../../src/generate/names.ts';
import { DEFAULT_OPTIONS } from '../../src/generate/options.ts';
import { diagnosisGroup } from '../../src/generate/recording-rules.ts';
import { alertsOf, type RecordingRule } from '../../src/generate/rule-book.ts';
import { diagnosisRules, widened } from '../../src/generate/rules.ts';
import { SERIES } from '../../src/generate/series.ts';
import { inventCause, last, min } from '../support/invented.ts';
import { SMALL_CATALOGUE } from './small-catalogue.ts';
import { namesIn, syntaxErrors } from './support/syntax.ts';

const book = diagnosisRules(SMALL_CATALOGUE, DEFAULT_OPTIONS);
const rules = book.groups.flatMap((group) => group.rules);
const recorded = diagnosisGroup(SMALL_CATALOGUE, DEFAULT_OPTIONS).rules.filter((rule): rule is RecordingRule => rule.kind === 'record');
const positionOf = (record: string, labels: Record<string, string> = {}) =>
  recorded.findIndex((rule) => rule.record === record && Object.entries(labels).every(([name, value]) => rule.labels[name] === value));

describe('rules', () => {
  it.each(rules.map((rule, index) => [`${index} ${rule.kind === 'record' ? rule.record : rule.alert}`, rule.expr] as const))(
    '%s parses',
    (_, expr) => {
      expect(syntaxErrors(expr)).toEqual([]);
    },
  );

  it('are named level:metric:operations', () => {
    for (const { record } of recorded) expect(record).toMatch(/^(apiservice(_[a-z]+)*|cause|catalogue):aggregated_api_[a-z_]+:[a-z0-9_]+$/);
  });

  it('read only what was recorded before, but for their own last result', () => {
    const seen = new Set<string>();
    // A lead goes on while the evaluation before held its cause.
    const before = new Map<string, string>([[SERIES.leadSince, SERIES.held]]);
    for (const rule of rules) {
      const own = rule.kind === 'record' ? rule.record : '';
      const unseen = namesIn(rule.expr).metrics.filter((name) => name.includes(':') && name !== own && !seen.has(name));
      expect(unseen.filter((name) => name !== before.get(own))).toEqual([]);
      seen.add(own);
    }
  });

  it('never record two rules to the same series', () => {
    const keys = rules.filter((rule) => rule.kind === 'record').map((rule) => JSON.stringify([rule.record, rule.labels]));
    expect(new Set(keys).size).toBe(keys.length);
  });
});

describe('the formula', () => {
  const evidenceOf = (cause: string) => recorded[positionOf(SERIES.evidence, { cause })]!.expr;
  const superseding = recorded[positionOf(SERIES.evidence, { superseded: 'true' })]!.expr;

  it('weighs evidence by its points where the API errs, with its id and its sentence, and records nothing of what is not met', () => {
    expect(evidenceOf('tide-table')).toBe(`(
label_replace(label_replace(4 * (max by (cluster, apiservice) (last_over_time(aggregated_api_failures_periodic[5m])) > 0.5) ^ 0, "says", "Even.", "", ""), "evidence", "periodic", "", "")
)
and on (cluster, apiservice) (${SERIES.symptom} == 1)`);
  });

  it('asks a fact by its name, and records it where it holds', () => {
    const fact = recorded[positionOf(SERIES.fact, { fact: 'rough' })]!;
    expect(fact.expr).toMatch(/^\(\n[\s\S]+ > 0\.8\n {2}or [\s\S]+\n\) \^ 0$/);
    expect(fact.says).toBe('Waves are high, or the wind is.');
    expect(evidenceOf('heavy-swell')).toContain(`4 * (max by (cluster, apiservice) (${SERIES.fact}{fact="rough"})) ^ 0, "says", "High."`);
  });

  it.each([
    ['are the same', { name: 'calm', when: SMALL_CATALOGUE.facts[0]!.when }],
    ['have one name', { name: 'rough', when: above(last('wind'), 5) }],
  ])('refuses two facts that %s', (_, fact) => {
    const facts = [...SMALL_CATALOGUE.facts, { says: 'Waves are low', ...fact }];
    expect(() => diagnosisGroup({ ...SMALL_CATALOGUE, facts }, DEFAULT_OPTIONS)).toThrow('two are the same, or have one name');
  });

  it('takes superseding from the evidence that is recorded already', () => {
    expect(superseding).toContain(
      `label_replace(${SERIES.evidence}{cause="buoy-adrift", look_back="", inherited=""} >= 4, "name", "heavy-swell", "", "")`,
    );
    expect(superseding).toMatch(/label_replace\(-16 \* max by \(cluster, apiservice, cause, name\)/);
  });

  it('hands the evidence of a shallower cause to the deeper one, as soon as that has direct evidence of its own', () => {
    expect(superseding).toContain(
      `label_replace(${SERIES.evidence}{cause="fog-bank", look_back="", inherited=""} >= 2, "name", "heavy-swell", "", "")`,
    );
    // What the deeper one has itself, and what speaks against the shallower one, stays where it is.
    const passedOn = recorded[positionOf(SERIES.evidence, { inherited: 'true' })]!.expr;
    expect(passedOn).toContain(`${SERIES.evidence}{cause="heavy-swell", evidence=~"high|follows-wind", look_back="", inherited=""} and on`);
    expect(passedOn).toContain('"evidence", "heavy-swell-$1", "evidence", "(.+)"');
  });

  it('looks back after all direct evidence is in, and only while nothing explains the failure', () => {
    const after = positionOf(SERIES.evidence, { look_back: 'true' });
    expect(after).toBeGreaterThan(positionOf(SERIES.evidence, { superseded: 'true' }));
    expect(after).toBeGreaterThan(positionOf(SERIES.evidence, { inherited: 'true' }));
    expect(recorded[after]!.expr).toContain(`unless on (cluster, apiservice) (${SERIES.evidence}{look_back=""} >= 2)`);
  });

  it('takes from each prior the tie-break of its cause, to the last decimal, and nothing from unknown', () => {
    const { expr } = recorded[positionOf(SERIES.prior)]!;
    const priors = [...expr.matchAll(/vector\((\S+)\), "says", "[^"]+", "", ""\), "cause", "([^"]+)"/g)];
    expect(priors.map(([, points, cause]) => [cause, points])).toEqual([
      ['unknown', '1'],
      ['buoy-adrift', '-0.500000851683'],
      ['heavy-swell', '-1.000000148458'],
      ['fog-bank', '-1.000000222896'],
      ['tide-table', '-1.000000234507'],
    ]);
  });

  it('asks lines of all causes at once, by the label that names the cause', () => {
    const pointers = ['buoy-adrift', 'heavy-swell', 'fog-bank', 'tide-table'];
    const signals = [
      ...SMALL_CATALOGUE.signals,
      ...pointers.map((cause) => ({
        name: `lines-${cause}`,
        help: '',
        kind: 'gauge' as const,
        metric: 'aggregated_api_lines',
        source: 'logs' as const,
        labels: { points_to: cause },
      })),
    ];
    const causes = SMALL_CATALOGUE.causes.map((cause) =>
      cause.title === 'It fails with the tide'
        ? cause
        : inventCause({
            ...cause,
            evidence: [
              ...cause.evidence,
              { id: 'lines-name-it', when: above(last(`lines-${cause.id}`), 2.5), weight: 'strong', says: 'Lines name it.' },
            ],
          }),
    );
    const { rules: some } = diagnosisGroup({ ...SMALL_CATALOGUE, signals, causes }, DEFAULT_OPTIONS);
    const lines = some.filter(({ labels }) => labels.evidence === 'lines-name-it');
    expect(lines.map(({ labels }) => labels)).toEqual([{ evidence: 'lines-name-it', says: 'Lines name it.' }]);
    expect(lines[0]!.expr).toContain(
      'max by (cluster, apiservice, points_to) (last_over_time(aggregated_api_lines{points_to!~"tide-table"}[5m])) > 2.5',
    );
    expect(lines[0]!.expr).toContain('"cause", "$1", "points_to", "(.+)"');
  });

  it('refuses two causes that no tie-break tells apart', () => {
    const [first] = SMALL_CATALOGUE.causes;
    const causes = ['tide-37', 'tide-1262'].map((id) => inventCause({ ...first!, id, supersedes: [] }));
    expect(() => diagnosisGroup({ ...SMALL_CATALOGUE, causes }, DEFAULT_OPTIONS)).toThrow('causes tide-37 and tide-1262: ');
  });

  it('records an event and a spike of equal content once', () => {
    const spike = above(last('failing'), 0.5);
    const twice = [5, 10].map((minutes) =>
      coincides(above(min('wind', HOUR), 1), spike, { within: minutes * MINUTE, over: HOUR, atLeast: 0.5 }),
    );
    const causes = SMALL_CATALOGUE.causes.map((cause, index) =>
      index === 0
        ? { ...cause, lookBack: twice.map((when, i) => ({ id: `twice-${i}`, when, weight: 'suggestive' as const, says: '' })) }
        : cause,
    );
    const moments = diagnosisGroup({ ...SMALL_CATALOGUE, causes }, DEFAULT_OPTIONS).rules.filter(
      (rule) => rule.kind === 'record' && (rule.record === SERIES.moment || rule.record === SERIES.coincidence),
    );
    // Two events, one spike, and for each coincidence its product: the spike of the small catalogue is the same.
    expect(moments.map((rule) => rule.labels.moment)).toEqual([
      'failing-above-0.5',
      'min-wind-in-1h-above-1',
      'increase-groundings-in-5m-above-0',
      'failing-above-0.5-at-most-5m-after-min-wind-in-1h-above-1',
      'failing-above-0.5-at-most-10m-after-min-wind-in-1h-above-1',
      'failing-above-0.5-at-most-5m-after-increase-groundings-in-5m-above-0',
    ]);
  });

  it('changes no line of the others when a cause comes, but for the mark of the catalogue', () => {
    const without = { ...SMALL_CATALOGUE, causes: SMALL_CATALOGUE.causes.filter(({ title }) => title !== 'Swell in the fog') };
    const linesOf = (catalogue: Catalogue) =>
      diagnosisRules(catalogue, DEFAULT_OPTIONS)
        .groups.flatMap((group) => group.rules)
        .filter((rule) => rule.kind === 'alert' || rule.record !== SERIES.catalogue)
        .flatMap(({ expr, ...rest }) => [JSON.stringify(rest), ...expr.split(/\n(?:\s*or )?/)]);
    const after = new Set(linesOf(SMALL_CATALOGUE));
    expect(linesOf(without).filter((line) => !after.has(line))).toEqual([]);
    expect(after.size).toBeGreaterThan(new Set(linesOf(without)).size);
  });

  it('refuses a catalogue that contradicts itself', () => {
    const [first, ...others] = SMALL_CATALOGUE.causes;
    expect(() =>
      diagnosisGroup({ ...SMALL_CATALOGUE, causes: [inventCause({ ...first!, supersedes: ['nothing'] }), ...others] }, DEFAULT_OPTIONS),
    ).toThrow('cause nothing: superseded-by-buoy-adrift names it, but the catalogue has no cause of this id');
  });
});

describe('alerts', () => {
  const alerts = alertsOf(book);

  it.each(alerts.map((alert, index) => [`${alert.alert} ${index}`, alert] as const))(
    '%s has severity, summary, description and links',
    (_, alert) => {
      expect(['critical', 'warning', 'info']).toContain(alert.labels.severity);
      expect(alert.annotations.summary).toMatch(/^[A-Z][^{}]*\.$/);
      expect(alert.annotations.description).toMatch(/\S/);
      expect(alert.annotations.runbook_url).toMatch(/^http.*\/runbooks\/\S/);
      if (alert.alert !== 'AggregatedAPIExporterDown')
        expect(alert.annotations.status_url).toMatch(/^http.*\/(apis\/\{\{ \$labels\.apiservice \}\})?$/);
      expect(alert.annotations.dashboard_url).toMatch(/^\/d\/aggregated-api-[a-z]+\?.*viewPanel=\d+$/);
    },
  );

  it('of symptoms do not wait: a cause that changes would make them wait again', () => {
    const symptoms = alerts.filter((alert) => alert.expr.includes(SERIES.verdict));
    expect(symptoms.map((alert) => alert.alert)).toEqual([
      'AggregatedAPIDown',
      'AggregatedAPIErrors',
      'AggregatedAPIFlapping',
      'AggregatedAPISlow',
    ]);
    for (const alert of symptoms) {
      expect(alert.for).toBeUndefined();
    }
  });

  it('carry further labels', () => {
    for (const alert of alertsOf(diagnosisRules(SMALL_CATALOGUE, { ...DEFAULT_OPTIONS, labels: { team: 'harbour' } })))
      expect(alert.labels.team).toBe('harbour');
  });

  it.each([
    ['pod-crash-looping', 'AggregatedAPIPodCrashLooping'],
    ['dns-failing', 'AggregatedAPIDNSFailing'],
    ['ca-bundle-mismatch', 'AggregatedAPICABundleMismatch'],
    ['cpu-throttled', 'AggregatedAPICPUThrottled'],
  ])('%s is called %s', (cause, name) => {
    expect(causeAlertName(cause)).toBe(name);
  });

  it('refuses a cause whose alert would be called like another', () => {
    const causes = [inventCause({ ...SMALL_CATALOGUE.causes[0]!, id: 'down' })];
    expect(() => causeGroup({ ...SMALL_CATALOGUE, causes }, DEFAULT_OPTIONS)).toThrow(
      'cause down: its alert would be called AggregatedAPIDown',
    );
  });
});

describe('windows', () => {
  // vmalert v1.151.0 shows a rule the results of its own group one evaluation late: of five in 65 s it never sees the fifth.
  it.each([30, 60])('over what was recorded ask for no more of it than vmalert shows, scraped every %d s', (scrapeInterval) => {
    const { interval, rules: ones } = diagnosisRules(SMALL_CATALOGUE, { ...DEFAULT_OPTIONS, scrapeInterval }).groups.find((group) =>
      group.rules.some((rule) => rule.kind === 'record' && rule.record === SERIES.down),
    )!;
    const down = ones.find((rule) => rule.kind === 'record' && rule.record === SERIES.down)!;
    const [, minutes, seconds, count] = /count_over_time\(apiservice:aggregated_api_outage:bool\[(\d+)m(\d+)s\]\) >= (\d+)/.exec(
      down.expr,
    )!;
    expect(Number(count)).toBeLessThanOrEqual(Math.floor((Number(minutes) * 60 + Number(seconds)) / interval));
    expect(Number(count)).toBeGreaterThan(0);
    expect(down.expr).toContain('and apiservice:aggregated_api_outage:bool offset 1m)');
  });

  it('are not widened at 30 s, and the small catalogue says nothing', () => {
    expect(widened(SMALL_CATALOGUE, DEFAULT_OPTIONS)).toEqual([]);
  });

  it('are widened aloud at a minute and more', () => {
    const causes = [
      {
        ...SMALL_CATALOGUE.causes[0]!,
        supersedes: [],
        evidence: [{ id: 'short', when: above(last('swell', 2 * MINUTE), 1), weight: 'strong' as const, says: '' }],
      },
    ];
    expect(widened({ ...SMALL_CATALOGUE, causes }, { ...DEFAULT_OPTIONS, scrapeInterval: 60 })).toEqual([
      'Windows of 2m are widened to 4m, so that they hold 4 scrapes.',
    ]);
  });
});
