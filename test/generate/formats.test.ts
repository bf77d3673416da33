import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { BUILT_IN } from '../../src/generate/built-in.ts';
import { plainGroup, plainRule } from '../../src/generate/formats/plain-rule.ts';
import { printRules, RULE_FORMATS, type RuleFormat } from '../../src/generate/formats/rule-formats.ts';
import { OBJECT_BYTES, splitGroup, splitGroups } from '../../src/generate/formats/split.ts';
import { logRules } from '../../src/generate/log-rules.ts';
import { mixinFix } from '../../src/generate/mixin-fix.ts';
import { causeAlertName } from '../../src/generate/names.ts';
import { DEFAULT_OPTIONS, OTHER_EXPORTERS } from '../../src/generate/options.ts';
import { type RuleGroup, record } from '../../src/generate/rule-book.ts';
import { diagnosisRules } from '../../src/generate/rules.ts';
import { complaintsOf } from './support/crd-schemas.ts';

const DURATION = z.string().regex(/^(0|(([0-9]+)y)?(([0-9]+)w)?(([0-9]+)d)?(([0-9]+)h)?(([0-9]+)m)?(([0-9]+)s)?(([0-9]+)ms)?)$/);
const STRINGS = z.record(z.string(), z.string());
const RULE = z.strictObject({
  record: z.string().optional(),
  alert: z.string().optional(),
  expr: z.string().min(1),
  for: DURATION.optional(),
  keep_firing_for: DURATION.optional(),
  labels: STRINGS.optional(),
  annotations: STRINGS.optional(),
});
const GROUP = z.strictObject({ name: z.string().min(1), interval: DURATION, rules: z.array(RULE).min(1) });
/** Of the objects, ajv has the schemas of their CRDs; here it is the file formats. */
const SCHEMAS = {
  prometheus: z.strictObject({ groups: z.array(GROUP) }),
  mimir: z.strictObject({ namespace: z.string().min(1), groups: z.array(GROUP) }),
  loki: z.strictObject({ groups: z.array(GROUP) }),
} as const;

function check(format: RuleFormat, content: string): void {
  const document = load(content);
  if (format === 'prometheusrule' || format === 'vmrule') expect(complaintsOf(format, document)).toEqual([]);
  else SCHEMAS[format].parse(document);
}

const OPTIONS = { ...DEFAULT_OPTIONS, namespace: 'monitoring', objectLabels: { release: 'kube-prometheus-stack' } };
const book = diagnosisRules(BUILT_IN, OPTIONS);

/** VictoriaMetrics (v1.151.0) answers 400 to a longer one, unless its -search.maxQueryLen says otherwise: the rule then never has a result. */
const MAX_EXPRESSION_BYTES = 16 * 1024;

it.each([
  ['the defaults', OPTIONS],
  ['two cluster labels and every other exporter', { ...OPTIONS, clusterLabels: ['cluster', 'region'], with: OTHER_EXPORTERS }],
  ['a scrape interval of 75 s', { ...OPTIONS, scrapeInterval: 75 }],
])('no expression is longer than VictoriaMetrics takes: %s', (_, options) => {
  const rules = diagnosisRules(BUILT_IN, options).groups.flatMap((group) => group.rules);
  const long = rules.filter(({ expr }) => Buffer.byteLength(expr) > MAX_EXPRESSION_BYTES);
  expect(long.map((rule) => `${plainRule(rule).record ?? plainRule(rule).alert}: ${Buffer.byteLength(rule.expr)} bytes`)).toEqual([]);
});

describe.each(RULE_FORMATS)('format %s', (format) => {
  const files =
    format === 'loki'
      ? printRules(logRules(BUILT_IN, OPTIONS), format, { name: 'logs', options: OPTIONS })
      : printRules(book, format, { name: 'rules', options: OPTIONS });

  it.each(files.map((file) => [file.path, file.content] as const))('%s has the fields that its reader knows', (_, content) => {
    check(format, content);
    // Of Mimir each group is a request of its own; the file is only read.
    expect(Buffer.byteLength(content)).toBeLessThan(format === 'mimir' ? 2 ** 21 : 2 ** 20);
  });

  it('has each rule once and in the order of evaluation', () => {
    const documents = files.map((file) => load(file.content) as { groups?: RuleGroup[]; spec?: { groups: RuleGroup[] } });
    const printed = documents.flatMap((document) => document.groups ?? document.spec!.groups).flatMap((group) => group.rules);
    const wanted = (format === 'loki' ? logRules(BUILT_IN, OPTIONS) : book).groups.flatMap((group) => group.rules);
    // What of Mimir's rules is joined: test/rules/wrappers.test.ts.
    const nameOf = (rule: object) => ('record' in rule ? rule.record : (rule as { alert: string }).alert);
    if (format === 'mimir') expect(new Set(printed.map(nameOf))).toEqual(new Set(wanted.map(nameOf)));
    else expect(printed).toEqual(wanted.map(plainRule));
  });

  it('has a sentence above each rule and each group; an alert of a cause has it in its summary', () => {
    const summed = new Set(BUILT_IN.causes.map(({ id }) => causeAlertName(id)));
    for (const { path, content } of files) {
      const lines = content.split('\n');
      const bare = lines.flatMap((line, index) => {
        const [, name] = /^ *- (?:name|record|alert): (.+)/.exec(line) ?? [];
        return name === undefined || /^ *# \S.{8}/.test(lines[index - 1]!) ? [] : [name];
      });
      expect(
        bare.filter((name) => !summed.has(name)),
        path,
      ).toEqual([]);
    }
  });

  it('has group names that are unique', () => {
    const names = files
      .map((file) => load(file.content) as { groups?: RuleGroup[]; spec?: { groups: RuleGroup[] } })
      .flatMap((document) => document.groups ?? document.spec!.groups)
      .map((group) => group.name);
    expect(new Set(names).size).toBe(names.length);
  });

  it('is the same each time', () => {
    const again =
      format === 'loki'
        ? printRules(logRules(BUILT_IN, OPTIONS), format, { name: 'logs', options: OPTIONS })
        : printRules(diagnosisRules(BUILT_IN, OPTIONS), format, { name: 'rules', options: OPTIONS });
    expect(again).toEqual(files);
  });
});

type Change = (object: { kind: string; spec: { groups: { interval: unknown; rules: Record<string, unknown>[] }[] } }) => void;

describe('the schemas of the objects', () => {
  const [file] = printRules(book, 'prometheusrule', { name: 'rules', options: OPTIONS });
  const wrong = (change: Change) => {
    const object = load(file!.content) as Parameters<Change>[0];
    change(object);
    return complaintsOf('prometheusrule', object);
  };

  it.each<[string, Change]>([
    ['a field that nobody knows', (object) => (object.spec.groups[0]!.rules[0]!.keepFiringFor = '5m')],
    ['a duration in words', (object) => (object.spec.groups[0]!.interval = 'half a minute')],
    ['a label that is a number', (object) => (object.spec.groups[0]!.rules[0]!.labels = { tier: 1 })],
    ['a rule without an expression', (object) => delete object.spec.groups[0]!.rules[0]!.expr],
    ['another kind', (object) => (object.kind = 'ConfigMap')],
  ])('refuse %s', (_, change) => {
    expect(wrong(change)).not.toEqual([]);
  });
});

describe('objects', () => {
  const files = printRules(book, 'prometheusrule', { name: 'rules', options: OPTIONS });

  it('carry the labels and the namespace that operators select by', () => {
    for (const file of files)
      expect((load(file.content) as { metadata: unknown }).metadata).toMatchObject({
        namespace: 'monitoring',
        labels: { release: 'kube-prometheus-stack', 'app.kubernetes.io/name': 'aggregated-api-exporter' },
      });
  });

  it('fit the annotation of kubectl apply, whose limit is 256 KiB', () => {
    for (const file of files) expect(Buffer.byteLength(JSON.stringify(load(file.content)))).toBeLessThan(256 * 1024);
  });

  it('of Mimir have groups of at most 20 rules', () => {
    for (const file of printRules(book, 'mimir', { name: 'rules', options: OPTIONS }))
      for (const group of (load(file.content) as { groups: RuleGroup[] }).groups) expect(group.rules.length).toBeLessThanOrEqual(20);
  });

  it('of the replacement of the mixin are valid in every format', () => {
    for (const format of ['prometheus', 'prometheusrule', 'vmrule', 'mimir'] as const)
      for (const file of printRules(mixinFix(OPTIONS), format, { name: 'fix', options: OPTIONS })) check(format, file.content);
  });
});

describe('two rules that would be one', () => {
  const twice =
    (...rules: RuleGroup['rules']) =>
    () =>
      printRules({ groups: [{ name: 'g', says: 'Tides.', interval: 30, rules }], notes: [] }, 'prometheus', {
        name: 'r',
        options: OPTIONS,
      });

  it('are refused by name and labels', () => {
    expect(twice(record('a:b:c', 'High.', '1', { tide: 'high' }), record('a:b:c', 'Higher.', '2', { tide: 'high' }))).toThrow(
      'rule a:b:c{"tide":"high"}: there are two of it',
    );
  });

  it('are two with another label', () => {
    expect(twice(record('a:b:c', 'High.', '1', { tide: 'high' }), record('a:b:c', 'Low.', '1', { tide: 'low' }))).not.toThrow();
  });
});

describe('splitting', () => {
  const group = (name: string, count: number): RuleGroup => ({
    name,
    says: 'Letters.',
    interval: 30,
    rules: Array.from({ length: count }, (_, index) => record('a:b:c', 'A letter.', 'x'.repeat(100), { n: String(index) })),
  });

  it('keeps the order and names the parts', () => {
    const parts = splitGroup(group('g', 7), 3, () => 1);
    expect(parts.map((part) => [part.name, part.rules.length])).toEqual([
      ['g', 3],
      ['g-2', 3],
      ['g-3', 1],
    ]);
    expect(parts.flatMap((part) => part.rules)).toEqual(group('g', 7).rules);
  });

  it('leaves alone what fits', () => {
    expect(splitGroups([group('a', 3), group('b', 3)])).toEqual([[group('a', 3), group('b', 3)]]);
  });

  it('fills no object over the limit, unless by a single rule', () => {
    const objects = splitGroups([group('a', 10), group('b', 50)], 2000);
    for (const groups of objects) expect(JSON.stringify(groups.map(plainGroup)).length).toBeLessThan(2000 + 200);
    expect(objects.flat().flatMap((part) => part.rules)).toHaveLength(60);
    expect(splitGroup(group('huge', 2), 10, () => 100).map((part) => part.rules.length)).toEqual([1, 1]);
  });

  it('leaves room below the limits of etcd and kubectl', () => {
    expect(OBJECT_BYTES).toBeLessThan(256 * 1024);
  });
});
