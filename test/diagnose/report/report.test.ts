import { describe, expect, it } from 'vitest';
import { impactInWords } from '../../../src/diagnose/report/impact-words.ts';
import { renderMarkdown } from '../../../src/diagnose/report/markdown.ts';
import { patternInWords } from '../../../src/diagnose/report/pattern-words.ts';
import { printable, wrapped } from '../../../src/diagnose/report/printable.ts';
import { renderText } from '../../../src/diagnose/report/text.ts';
import { type Answer, type ApiAnswer, wholeAnswer } from '../../../src/domain/answer.ts';
import { DIAGNOSES_SCHEMA, type Diagnoses, type Diagnosis } from '../../../src/domain/diagnosis.ts';
import type { Hurt, Impact } from '../../../src/domain/impact.ts';
import { NOW } from '../../support/healthy.ts';

const TIME = NOW / 1000;

const diagnosis = (differs: Partial<Diagnosis> = {}): Diagnosis => ({
  state: 'failing',
  apiservice: 'v1.tides.example.com',
  cause: 'out-of-memory-killed',
  category: 'resource-pressure',
  title: 'The container is killed for its memory',
  summary: 'A container of harbour/tide-gauge reaches its memory limit, and the kernel kills it.',
  confidence: 0.934,
  pattern: 'persistent',
  failures: { name: 'persistent', onsets: [TIME - 600], since: TIME - 600 },
  evidence: [
    {
      id: 'terminated',
      says: 'A container ended with OOMKilled.',
      weight: 'decisive',
      points: 6,
      lookBack: false,
      values: { 'oom-kills': 3 },
      since: TIME - 540,
      reproduce: 'kubectl -n harbour get pods',
      sample: 'Memory cgroup out of memory',
    },
    { id: 'quiet', says: 'Its log is quiet.', weight: 'against', points: -2, lookBack: false, values: {}, since: TIME },
  ],
  alternatives: [{ cause: 'unknown', category: 'unknown', confidence: 0.04, score: 0, evidence: [] }],
  remedy: ['Raise the limit.', 'Find the leak.'],
  verify: { command: 'kubectl get apiservice v1.tides.example.com', expect: 'AVAILABLE True' },
  notSeen: [
    { source: 'logs', why: 'is forbidden', rule: 'pods/log: get' },
    { source: 'events', why: 'is not there' },
    { source: 'pods', why: 'is not there' },
  ],
  vantages: 'It fails through the kube-apiserver and directly.',
  together: {
    id: 'backend-harbour-tide-gauge',
    shared: 'the backend harbour/tide-gauge',
    apiservices: ['v1.tides.example.com', 'v2.tides.example.com'],
    cause: 'out-of-memory-killed',
  },
  runbook: '/runbooks/out-of-memory-killed',
  ...differs,
});
const POSSIBLY = diagnosis({
  cause: 'unknown',
  category: 'unknown',
  possibilities: [
    { category: 'tls-certificate', share: 0.41, check: 'kubectl get apiservice v1.x -o yaml', shows: 'x509 in the message' },
    { category: 'rate-limiting', share: 0.09, check: 'kubectl get --raw /metrics', shows: 'refusals' },
  ],
  possibleOf: 'base rates: 7 incidents',
});
const answers = (differs: Readonly<Record<string, Answer>>): ApiAnswer[] =>
  Object.entries(differs).map(([apiservice, answer]) => ({ apiservice, answer, because: BECAUSE[answer] }));
const BECAUSE: Readonly<Record<Answer, string>> = {
  healthy: 'the condition Available is True',
  diagnosed: 'The container is killed for its memory',
  'errs-cause-unknown': 'a request through the kube-apiserver failed',
  'nothing-to-judge': 'nothing that was observed tells whether it answers',
};
const diagnoses = (all: readonly Diagnosis[], differs: Partial<Diagnoses> = {}): Diagnoses => {
  const said =
    differs.answers ?? answers({ 'v1.tides.example.com': all.length > 0 ? 'diagnosed' : 'healthy', 'v1.docks.example.com': 'healthy' });
  return {
    schema: DIAGNOSES_SCHEMA,
    time: TIME,
    answer: wholeAnswer(said),
    answers: said,
    diagnoses: all,
    examined: said.map(({ apiservice }) => apiservice),
    notSeen: [],
    ...differs,
  };
};
const PLAIN = { width: 100, colour: false };

describe('whom an API hurts', () => {
  const hurt = (name: string, since?: number, message?: string): Hurt => ({
    kind: 'autoscaler',
    name,
    says: `HPA harbour/${name} cannot scale`,
    ...(since !== undefined && { since }),
    ...(message !== undefined && { message }),
  });
  it.each<[string, Impact, string[]]>([
    [
      'is counted, and named as far as it is told',
      {
        counts: { autoscaler: 12 },
        says: '12 HPAs cannot scale',
        told: [hurt('web', TIME - 60, 'unavailable'), hurt('quay')],
        notKnown: [],
      },
      [
        '12 HPAs cannot scale',
        'HPA harbour/web cannot scale, since 2026-01-05T08:59:00Z ("unavailable")',
        'HPA harbour/quay cannot scale',
        'and 10 more',
      ],
    ],
    [
      'is nobody of those who were looked for',
      { counts: { autoscaler: 0, namespace: 0 }, told: [], notKnown: [] },
      ['nobody among the HPAs, namespaces'],
    ],
    [
      'is not known without the right',
      { counts: {}, told: [], notKnown: [{ kind: 'namespace', why: 'we may not see them', rule: 'namespaces: list' }] },
      ['not known of namespaces: we may not see them; a role with `namespaces: list` would open it'],
    ],
  ])('%s', (_, impact, lines) => {
    expect(impactInWords(impact)).toEqual(lines);
  });

  it('stands in the text and in the ticket, and nowhere when nobody looked', () => {
    const impact = { counts: { autoscaler: 1 }, says: '1 HPA cannot scale', told: [hurt('web')], notKnown: [] };
    const [hurting, silent] = [diagnoses([diagnosis({ impact })]), diagnoses([diagnosis()])];
    expect(renderText(hurting, PLAIN)).toContain('\n  hurt        1 HPA cannot scale\n              HPA harbour/web cannot scale\n');
    expect(renderMarkdown(hurting)).toContain('\n- **Hurt**: 1 HPA cannot scale\n- **Hurt**: HPA harbour/web cannot scale\n');
    expect(`${renderText(silent, PLAIN)}${renderMarkdown(silent)}`).not.toMatch(/hurt/i);
  });
});

describe('text', () => {
  it('says what, how sure, since when, why, and what to do', () => {
    expect(renderText(diagnoses([diagnosis()]), PLAIN)).toBe(`✖ v1.tides.example.com: The container is killed for its memory
  cause out-of-memory-killed, category resource-pressure, 93 % sure
  A container of harbour/tide-gauge reaches its memory limit, and the kernel kills it.
  pattern     persistent, failing since 2026-01-05T08:50:00Z (10 min)
  vantages    It fails through the kube-apiserver and directly.
  together    2 APIs share the backend harbour/tide-gauge: v1.tides.example.com,
              v2.tides.example.com; together they point to out-of-memory-killed
  evidence    [+6] A container ended with OOMKilled. (since 2026-01-05T08:51:00Z)
              > Memory cgroup out of memory
              $ kubectl -n harbour get pods
              [-2] Its log is quiet.
  or          unknown 4 %
  remedy      1. Raise the limit.
              2. Find the leak.
  verify      kubectl get apiservice v1.tides.example.com (it worked when AVAILABLE True)
  not seen    logs: is forbidden; a role with \`pods/log: get\` would open it
              events, pods: is not there

2 aggregated APIs looked at, 1 errs, 1 well (as of 2026-01-05T09:00:00Z).
  well        v1.docks.example.com: the condition Available is True
`);
  });

  it.each<[string, Diagnoses, RegExp]>([
    [
      'healthy',
      diagnoses([]),
      /^✔ 2 aggregated APIs looked at, none errs.*\n {2}well {8}v1\.tides\.example\.com, v1\.docks\.example\.com: the condition Available is True\n$/,
    ],
    [
      'one that nobody observed',
      diagnoses([], { answers: answers({ 'v1.tides.example.com': 'healthy', 'v1.docks.example.com': 'nothing-to-judge' }) }),
      /^\? 2 aggregated APIs looked at, none was seen to err, 1 well, 1 not judged [\s\S]*\n {2}not judged {2}v1\.docks\.example\.com: nothing that was observed/,
    ],
    [
      'none that anybody observed',
      diagnoses([], { answers: answers({ 'v1.tides.example.com': 'nothing-to-judge' }) }),
      /^\? Nothing to judge: 1 aggregated API looked at, and nothing tells whether it answers/,
    ],
    [
      'healthy as far as one can see',
      diagnoses([], { notSeen: [{ source: 'logs', why: 'failed' }] }),
      /none errs.*\n.*\n {2}not seen {4}logs: failed/,
    ],
    ['nothing to look at', diagnoses([], { answers: [] }), /^\? Nothing to judge: no aggregated API was found/],
    [
      'unknown',
      diagnoses([diagnosis({ cause: 'unknown', category: 'unknown', nextCheck: 'Run `kubectl logs`.' })]),
      /category unknown\n[\s\S]*next check {2}Run `kubectl logs`\./,
    ],
    [
      'a server that has just started',
      diagnoses([diagnosis({ startingUp: 'Pod buoy started 9 s ago.' })]),
      /\n {2}starting {4}Pod buoy started 9 s ago\.\n/,
    ],
    [
      'a text, which may show a consequence only',
      diagnoses([diagnosis({ deeper: 0.3 })]),
      /\n {2}deeper {6}30 %: what a text names is often the consequence of something of which it shows\n {14}nothing;/,
    ],
    [
      'unknown with what it may be',
      diagnoses([POSSIBLY]),
      /\n {2}possibly {4}tls-certificate 41 %: if `kubectl get apiservice v1\.x -o yaml` shows x509 in the\n {14}message\n {14}rate-limiting 9 %: if `kubectl get --raw \/metrics` shows refusals\n {14}\(base rates: 7 incidents\)\n/,
    ],
  ])('%s', (_, input, expected) => {
    expect(renderText(input, PLAIN)).toMatch(expected);
  });

  it.each<[string, (all: Diagnoses) => string]>([
    ['text', (all) => renderText(all, { width: 120, colour: false })],
    ['Markdown', renderMarkdown],
  ])('says in %s that it recovers, and what the rest is about', (_, render) => {
    const recovering = diagnosis({ state: 'recovering', endedAt: TIME - 20 });
    const text = render(diagnoses([recovering]));
    expect(text).toContain('Recovering: it passes since 2026-01-05T08:59:40Z. What follows is about the failure that ended.');
    expect(text).not.toContain('✖');
    expect(render(diagnoses([diagnosis()]))).not.toContain('Recovering');
  });

  it('keeps a narrow terminal', () => {
    const lines = renderText(diagnoses([diagnosis({ verify: { command: 'kubectl get x', expect: 'y' } })]), {
      width: 60,
      colour: false,
    }).split('\n');
    // All but the headings.
    expect(lines.slice(2).filter((line) => line.length > 60)).toEqual([]);
  });

  it('lets no log line write to the terminal', () => {
    const hostile = 'a\u001b]0;owned\u0007\u001b[2Jb\r\nv1.fake: fine\u202e';
    const shown = renderText(
      diagnoses([
        diagnosis({ evidence: [{ ...diagnosis().evidence[0]!, sample: hostile, says: hostile }], title: hostile, apiservice: hostile }),
      ]),
      PLAIN,
    );
    expect(shown).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    expect(shown).not.toMatch(/^v1\.fake/m);
  });
});

describe('markdown', () => {
  it('has a section for each API', () => {
    const shown = renderMarkdown(diagnoses([diagnosis()]));
    expect(shown).toContain('## v1.tides.example.com: The container is killed for its memory\n');
    expect(shown).toContain('- **Well**: v1.docks.example.com: the condition Available is True\n');
    expect(shown).toContain('- **Cause**: `out-of-memory-killed` (resource-pressure, 93 % sure)');
    expect(shown).toContain(
      '- (+6, since 2026-01-05T08:51:00Z) A container ended with OOMKilled.\n  - `Memory cgroup out of memory`\n  - `kubectl -n harbour get pods`',
    );
    expect(shown).toContain('1. Raise the limit.\n2. Find the leak.');
  });

  it('lists what it may be, with its checks as code', () => {
    const shown = renderMarkdown(diagnoses([POSSIBLY]));
    expect(shown).toContain('- **Possibly**: tls-certificate 41 %: if `kubectl get apiservice v1.x -o yaml` shows x509 in the message\n');
    expect(shown).not.toContain('**Deeper**');
    expect(renderMarkdown(diagnoses([diagnosis({ deeper: 0.3 })]))).toContain('- **Deeper**: 30 %: what a text names');
    expect(shown).toContain('- **Possibly**: (base rates: 7 incidents)\n');
  });

  it('lets no log line become markup', () => {
    const evidence = [{ ...diagnosis().evidence[0]!, says: 'see [x](http://x) <img src=x> | a\n# b', sample: '`` a ` b ```js' }];
    const shown = renderMarkdown(diagnoses([diagnosis({ evidence })]));
    expect(shown).toContain('see \\[x\\](http://x) \\<img src=x\\> \\| a \\# b');
    expect(shown).toContain('```` `` a ` b ```js ````');
  });
});

describe('words', () => {
  it('breaks at spaces and keeps long words whole', () => {
    expect(wrapped('a bb ccc kubectl-very-long-command d', 8)).toEqual(['a bb ccc', 'kubectl-very-long-command', 'd']);
    expect(wrapped('', 8)).toEqual([]);
    expect(printable(' a\tb\u0000c\n')).toBe('a bc');
  });

  it.each<[Diagnosis['failures'], string]>([
    [{ name: 'none', onsets: [] }, 'no failure in the last hour'],
    [{ name: 'transient', onsets: [TIME - 50] }, 'transient: it failed once and passed'],
    [{ name: 'transient', onsets: [TIME - 5], since: TIME - 5 }, 'transient so far, failing since 2026-01-05T08:59:55Z (5 s)'],
    [{ name: 'intermittent', onsets: [1, 2, 3] }, 'intermittent: 3 failures began'],
    [
      { name: 'periodic', onsets: [], periodSeconds: 300, matches: 'CronJob harbour/tide-table (*/5 * * * *)' },
      'periodic: every 5 min, at the times of CronJob harbour/tide-table (*/5 * * * *)',
    ],
  ])('%j', (failures, expected) => {
    expect(patternInWords(failures, TIME)).toBe(expected);
  });
});
