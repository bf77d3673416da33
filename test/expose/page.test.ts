import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Diagnosis } from '../../src/domain/diagnosis.ts';
import type { Hurt, HurtFacts } from '../../src/domain/impact.ts';
import { ABSENT, observed, UNOBSERVED } from '../../src/domain/observed.ts';
import type { ApiFacts, Snapshot } from '../../src/domain/snapshot.ts';
import { HourBook } from '../../src/expose/hour/hour-book.ts';
import { renderApiPage, renderUnknownApi } from '../../src/expose/page/api-page.ts';
import { escapeHtml, html } from '../../src/expose/page/html.ts';
import { renderFleetPage, renderWaitingPage } from '../../src/expose/page/page.ts';
import { parseFleetQuery } from '../../src/expose/page/query.ts';
import { CONTENT_SECURITY_POLICY } from '../../src/expose/page/shell.ts';
import type { ExporterView } from '../../src/expose/view.ts';
import { healthyApi, healthyContainer, healthyPod, healthySnapshot, healthyTally, NOW, probeResult } from '../support/healthy.ts';
import { diagnosis, viewOf } from './view.ts';

const fleet = (view: ExporterView | undefined) =>
  view ? renderFleetPage(view, { version: '1.2.3' }).document : renderWaitingPage({ time: NOW, sources: [] }, { version: '1.2.3' });
/** Of the first API, after the exporter has seen one tick. */
function page(view: ExporterView): string {
  const hours = new HourBook();
  hours.observe(view.snapshot);
  return renderApiPage(view, view.snapshot.apis[0]!.name, hours, { version: '1.2.3' })!.document;
}
/** What a reader sees: tags away, entities back, blanks joined. */
const textOf = (markup: string) =>
  markup
    .replace(/<(style|script|title)>[\s\S]*?<\/\1>/g, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => ({ amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" })[name]!)
    .replace(/\s+/g, ' ');
const failing = (api: Partial<ApiFacts> = {}, differs: Partial<Diagnosis> = {}) =>
  viewOf(healthySnapshot({ apis: [healthyApi(api)] }), {
    diagnoses: [diagnosis(differs)],
    patterns: {
      'v1.tides.example.com': {
        name: 'periodic',
        onsets: [NOW / 1000 - 1380, NOW / 1000 - 480],
        periodSeconds: 900,
        since: NOW / 1000 - 480,
        matches: 'CronJob batch/tide-report',
      },
    },
  });

describe('the page of an API says without a click', () => {
  const text = textOf(page(failing()));
  it.each([
    ['which API', 'Aggregated APIs / v1.tides.example.com'],
    ['how it is', 'Verdict ✕ failing harbour/tide-gauge:443'],
    ['why', 'The backend is killed for its memory'],
    ['how sure', '93 % sure'],
    ['of which kind', 'resource-pressure'],
    ['since when', 'since 2026-01-05 08:52:00 ( 8 min ago )'],
    ['how regularly', 'periodic, every 15 min'],
    ['on whose schedule', 'the same schedule as CronJob batch/tide-report'],
    ['what shows it', 'A container was terminated with reason OOMKilled. decisive +6'],
    ['with which values', 'containers killed for their memory: 3'],
    ['in which words', 'Last State: Terminated, Reason: OOMKilled, Exit Code: 137'],
    ['how to see it oneself', 'kubectl -n harbour get pods -l app=tide-gauge -o wide'],
    ['what to do', 'Raise the memory limit of deployment/tide-gauge.'],
    ['how to know that it worked', 'It worked when AVAILABLE True: kubectl get apiservice v1.tides.example.com'],
    ['what else it could be', 'pod-crash-looping pod-instability'],
    ['what was not seen, and what opens it', 'logs : RBAC refuses; opened by pods/log: get'],
    ['what each vantage saw', 'endpoint pod, directly, 10.1.0.5:10250: tide-gauge-7c9f8d6b5-abcde on node-a discovery ✓ ok'],
  ])('%s', (_, expected) => {
    expect(text).toContain(expected);
  });
});

describe('states', () => {
  it.each<[string, ExporterView | undefined, string]>([
    ['waiting', undefined, 'Waiting for the first answers'],
    ['healthy', viewOf(), 'The one aggregated API answers.'],
    [
      'several healthy',
      viewOf(healthySnapshot({ apis: [healthyApi(), healthyApi({ name: 'v1.b.example.com' })] })),
      'All 2 aggregated APIs answer.',
    ],
    ['no APIs', viewOf(healthySnapshot({ apis: [] })), 'No aggregated APIs'],
    [
      'APIs not visible',
      viewOf(
        healthySnapshot({
          apis: [],
          sources: [{ source: 'api-services', state: 'forbidden', rule: 'apiregistration.k8s.io/apiservices: list, watch' }],
        }),
      ),
      'The rule that opens it: apiregistration.k8s.io/apiservices: list, watch',
    ],
  ])('%s', (_, view, expected) => {
    expect(textOf(fleet(view))).toContain(expected);
  });

  it.each<[string, ExporterView, string]>([
    [
      'deleted while broken',
      viewOf(healthySnapshot({ apis: [healthyApi({ deletedAt: NOW - 7_200_000 })] })),
      'was deleted 2 h ago , while it was broken',
    ],
    [
      'unknown cause',
      failing({}, { cause: 'unknown', category: 'unknown', title: 'The cause is not known', nextCheck: 'Read the log of the backend.' }),
      'What would decide it Read the log of the backend.',
    ],
    [
      'one incident',
      failing({}, { together: { id: 'i', shared: 'the same node', apiservices: ['v1.tides.example.com', 'v1.b.example.com'] } }),
      'one incident the same node; also fails: v1.b.example.com',
    ],
  ])('%s', (_, view, expected) => {
    expect(textOf(page(view))).toContain(expected);
  });

  it('prints no full stop alone after the block of a command', () => {
    const shown = page(failing({}, { remedy: ['See the dates: `openssl x509 -enddate`.', 'Run `kubectl get pods`. Then wait.'] }));
    expect(shown).toContain('openssl x509 -enddate</code></li>');
    expect(shown).toContain('kubectl get pods</code> Then wait.</li>');
  });

  it('recovering: what failed is past, nothing is red', () => {
    const markup = page(failing({}, { state: 'recovering', endedAt: NOW / 1000 - 20 }));
    const text = textOf(markup);
    expect(text).toContain('Verdict ↗ recovering');
    expect(text).toContain('Recovering: it passes since 2026-01-05 08:59:40 It failed because: The backend is killed for its memory .');
    expect(text).toContain('failed since 2026-01-05 08:52:00');
    const all = fleet(failing({}, { state: 'recovering', endedAt: NOW / 1000 - 20 }));
    expect(textOf(all)).toContain('1 recovering');
    expect(textOf(all) + text).not.toMatch(/✕ failing|aggregated API answers/);
    expect(all + markup).not.toMatch(/class="(card|tile) bad"/);
    expect(all).toContain('<title>Aggregated APIs</title>');
    expect(textOf(page(failing({}, { state: 'recovering', cause: 'unknown', title: 'The cause is not known yet' })))).toContain(
      'Recovering: it passes Why it failed was not seen.',
    );
  });

  it.each<[string, Partial<ApiFacts>, string]>([
    ['nothing observed', { condition: UNOBSERVED, probes: [] }, '? not observed'],
    ['forbidden and not probed', { condition: { state: 'forbidden', rule: 'x' }, probes: [] }, '? not observed'],
    ['only a probe that passed', { condition: UNOBSERVED }, '✓ healthy'],
    ['only the condition', { probes: [] }, '✓ healthy'],
    [
      'a False condition that no verdict explains yet',
      { condition: observed({ status: 'False', reason: 'x', message: '' }), probes: [] },
      '✕ failing',
    ],
  ])('%s is shown as it is', (_, api, expected) => {
    const view = viewOf(healthySnapshot({ apis: [healthyApi(api)] }));
    const text = textOf(fleet(view));
    expect(text).toContain(`v1.tides.example.com harbour/tide-gauge:443 ${expected}`);
    expect(textOf(page(view))).toContain(`Verdict ${expected} harbour/tide-gauge:443`);
    if (expected.startsWith('?')) expect(text).not.toContain('aggregated API answers');
  });

  it('says a line and a command that prove two things once', () => {
    const [piece] = diagnosis().evidence;
    const text = textOf(page(failing({}, { evidence: [piece!, { ...piece!, id: 'again', says: 'It was killed again.' }] })));
    expect(text).toContain('It was killed again.');
    expect(text.split(piece!.sample!)).toHaveLength(2);
    expect(text.split(piece!.reproduce!)).toHaveLength(2);
  });

  it('puts what fails first', () => {
    const apis = ['v1.a.example.com', 'v1.tides.example.com'].map((name) => healthyApi({ name }));
    const text = textOf(fleet(viewOf(healthySnapshot({ apis }), { diagnoses: [diagnosis()] })));
    expect(text.indexOf('v1.tides.example.com')).toBeLessThan(text.indexOf('v1.a.example.com'));
  });

  it.each<[string, Partial<ApiFacts>, string]>([
    ['an absent Service', { service: ABSENT }, 'Service absent'],
    ['a forbidden log', { logs: { state: 'forbidden', rule: 'pods/log: get' } }, 'Logs: forbidden opened by pods/log: get'],
    [
      'a policy that blocks',
      { policy: observed({ verdict: 'blocks', why: 'default-deny admits nobody', selecting: [], notEvaluated: ['CiliumNetworkPolicy'] }) },
      'blocks default-deny admits nobody; not read: CiliumNetworkPolicy',
    ],
    [
      'a policy on the way out',
      {
        policy: observed({
          verdict: 'admits',
          why: 'nothing selects it',
          selecting: [],
          egress: [
            { peer: 'dns', name: 'the DNS', verdict: 'admits', why: 'open' },
            { peer: 'dependency', name: 'Service tides/timeseries', verdict: 'blocks', why: 'stay-home lets it reach nobody' },
          ],
          notEvaluated: [],
        }),
      },
      'admits nothing selects it to Service tides/timeseries: blocks stay-home lets it reach nobody',
    ],
    ['a missing binding', { rights: observed({ authReader: false }) }, 'auth-reader missing auth-delegator not seen'],
    [
      'a crash loop',
      {
        pods: observed([
          healthyPod({ containers: [healthyContainer({ waiting: { reason: 'CrashLoopBackOff', message: 'back-off 5m0s' } })] }),
        ]),
      },
      'CrashLoopBackOff back-off 5m0s',
    ],
    ['no pods', { pods: observed([]) }, 'The selector matches no pod.'],
  ])('%s is told', (_, api, expected) => {
    expect(textOf(page(viewOf(healthySnapshot({ apis: [healthyApi(api)] }))))).toContain(expected);
  });
});

describe('what could not be looked at', () => {
  const sources = (...of: ExporterView['snapshot']['sources']) => textOf(fleet(viewOf({ ...healthySnapshot(), sources: of })));
  it('comes first, with the rule that opens it; what was seen is one line', () => {
    const text = sources(
      { source: 'pods', state: 'ok', lastSuccess: NOW },
      { source: 'events', state: 'pending' },
      { source: 'logs', state: 'forbidden', message: 'RBAC refuses', rule: 'pods/log: get' },
    );
    expect(text).toContain('logs forbidden never RBAC refuses opened by the rule pods/log: get events pending never has not answered yet');
    expect(text.indexOf('✓ pods')).toBeGreaterThan(text.indexOf('events pending'));
    expect(text).toContain('2 sources not visible');
  });

  it('is not mentioned when there is nothing of it', () => {
    const text = sources({ source: 'pods', state: 'ok', lastSuccess: NOW });
    expect(text).toMatch(/What is observed ✓ 1 source .*✓ pods/);
    expect(text).not.toContain('not visible');
  });
});

describe('error lines that no signature knows', () => {
  const logs = observed({
    lines: { info: 90, warning: 0, error: 7, fatal: 0, unknown: 0 },
    matches: [],
    dropped: { budget: 0, truncated: 0, gap: 0 },
    unknownTemplates: [{ template: 'tide table <n> is torn', count: 7, sample: 'E0105 tide table 41 is torn', lastAt: NOW }],
    lastWords: [],
  });
  const opened = (markup: string) => /<details id="logs" class="card fold"( open)?>/.exec(markup)![1] !== undefined;

  it('are counted in the folded line, and shown as template with a line of theirs', () => {
    const text = textOf(page(viewOf(healthySnapshot({ apis: [healthyApi({ logs })] }))));
    expect(text).toContain('Logs (0 known errors, 1 unknown error)');
    expect(text).toContain('×7 tide table <n> is torn E0105 tide table 41 is torn');
  });

  it.each([
    ['open where the cause is unknown', 'unknown', true],
    ['folded where it is known', 'out-of-memory-killed', false],
  ])('stand %s', (_, cause, expected) => {
    expect(opened(page(failing({ logs }, { cause })))).toBe(expected);
  });
});

describe('hostile text', () => {
  const hostile = '</code></pre><script>alert(1)</script><img src=x onerror=alert(1)>"\'&\u202e\u0000\u001b[31m';
  const view = failing(
    {
      condition: observed({ status: 'False', reason: hostile, message: hostile }),
      backend: { namespace: hostile, service: hostile, port: 443 },
      probes: [
        healthyTally('aggregator', 'discovery', { target: hostile, last: probeResult({ ok: false, reason: 'other', detail: hostile }) }),
      ],
      pods: observed([
        healthyPod({
          name: hostile,
          node: hostile,
          containers: [
            healthyContainer({
              name: hostile,
              waiting: { reason: hostile, message: hostile },
              lastTermination: { reason: hostile, exitCode: 1, message: hostile },
            }),
          ],
        }),
      ]),
      events: observed({
        counts: [],
        recent: [{ type: hostile, reason: hostile, kind: hostile, object: hostile, message: hostile, at: NOW, count: 2 }],
      }),
      logs: observed({
        lines: { info: 0, warning: 0, error: 0, fatal: 0, unknown: 0 },
        matches: [{ signature: hostile, speaker: 'client', count: 1, lastAt: NOW, sample: hostile }],
        dropped: { budget: 0, truncated: 0, gap: 0 },
        unknownTemplates: [{ template: hostile, count: 1, sample: hostile, lastAt: NOW }],
        lastWords: [{ pod: hostile, container: hostile, lines: [hostile] }],
      }),
      changes: [{ what: 'rollout', at: NOW, object: hostile, summary: hostile, manager: hostile }],
      policy: observed({ verdict: 'undetermined', why: hostile, selecting: [hostile], notEvaluated: [hostile] }),
      caBundle: { sha256: hostile, valid: true, subjects: [hostile] },
    },
    {
      title: hostile,
      summary: hostile,
      vantages: hostile,
      cause: hostile,
      remedy: [hostile],
      verify: { command: hostile, expect: hostile },
      nextCheck: hostile,
      evidence: [{ ...diagnosis().evidence[0]!, says: hostile, sample: hostile, reproduce: hostile, values: { [hostile]: 1 } }],
      notSeen: [{ source: 'logs', why: hostile, rule: hostile }],
      together: { id: hostile, shared: hostile, apiservices: [hostile] },
    },
  );
  const whole: ExporterView = {
    ...view,
    snapshot: {
      ...view.snapshot,
      sources: [{ source: 'logs', state: 'failed', message: hostile, rule: hostile }],
      cluster: { ...view.snapshot.cluster, serverVersion: hostile },
    },
  };

  describe.each([
    ['the fleet', fleet(whole)],
    [
      'the fleet that a hostile link asks for',
      renderFleetPage(whole, { version: '1' }, parseFleetQuery({ q: hostile, namespace: hostile })).document,
    ],
    ['an API', page(whole)],
    ['an API that is not there', renderUnknownApi(hostile, { version: '1' })],
  ])('on the page of %s', (title, markup) => {
    it('runs nowhere', () => {
      expect(markup.match(/<script/g) ?? []).toHaveLength(title.endsWith('not there') ? 0 : 1);
      expect(markup).not.toMatch(/<img|onerror=alert\(1\)>"/);
      expect(markup).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    });

    it('hides nothing and turns nothing around', () => {
      expect(markup).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u202a-\u202e\u2066-\u2069]/);
    });
  });

  it('is escaped whatever it is', () => {
    const unit = fc.oneof(
      fc.constantFrom(...'<>&"\'\u202e\u001b'),
      fc.integer({ min: 0, max: 0x10ffff }).map((code) => String.fromCodePoint(code)),
    );
    fc.assert(
      fc.property(fc.string({ unit }), (text) => {
        const escaped = escapeHtml(text);
        return (
          !/[<>"']/.test(escaped) &&
          !escaped.replaceAll(/&(amp|lt|gt|quot|#39);/g, '').includes('&') &&
          html`<p title="${text}">${[text, undefined, false, null]}</p>`.text === `<p title="${escaped}">${escaped}</p>`
        );
      }),
    );
  });
});

describe('warnings about the system', () => {
  const warning = {
    type: 'Warning',
    reason: 'BackOff',
    kind: 'Pod',
    object: 'kube-system/coredns-1',
    message: 'Back-off <b>',
    at: NOW,
    count: 7,
  };
  const pageWith = (systemEvents: Snapshot['cluster']['systemEvents']) =>
    textOf(fleet(viewOf(healthySnapshot({ cluster: { systemEvents } }))));

  it('say what they are about, and how often', () => {
    expect(pageWith(observed([{ ...warning, node: 'node-a' }]))).toMatch(
      /Warnings in kube-system, last hour 1 2026-01-05 09:00:00 BackOff ×7 kube-system\/coredns-1 the cluster's DNS Back-off <b> \(on node-a\)/,
    );
  });

  it('say when they are over', () => {
    expect(pageWith(observed([{ ...warning, over: true }]))).toContain('over: the pod is ready now, or gone');
    expect(pageWith(observed([warning]))).not.toContain('over:');
  });

  it('are twelve, the newest first, and a count of the rest', () => {
    const many = Array.from({ length: 14 }, (_, n) => ({ ...warning, object: `kube-system/coredns-${n}`, at: NOW + n }));
    const text = pageWith(observed(many));
    expect(text).toContain('and 2 warnings more');
    expect(text.match(/coredns-\d+/g)?.slice(0, 2)).toEqual(['coredns-13', 'coredns-12']);
  });

  it.each([
    ['nobody complains', observed([])],
    ['nobody looked yet', UNOBSERVED],
  ] as const)('have no section where %s', (_, systemEvents) => {
    expect(pageWith(systemEvents)).not.toContain('Warnings in kube-system');
  });

  it('say what is missing where they may not be read', () => {
    expect(pageWith({ state: 'forbidden', rule: 'events: list, watch' })).toMatch(
      /Warnings in kube-system, last hour not seen .*events: list, watch/,
    );
  });
});

describe.each([
  ['the fleet', fleet(failing())],
  ['an API', page(failing())],
])('the page of %s stands alone', (_, markup) => {
  it('loads nothing from anywhere', () => {
    expect(markup).not.toMatch(/<(link rel="stylesheet"|iframe|img)|src=|@import|url\(/);
    expect(markup.match(/href="[^"#/][^"]*"/g)?.filter((href) => !href.startsWith('href="data:'))).toEqual([]);
  });

  it.each(['style', 'script'])('has the inline %s that its policy names by hash, and no attributes with code', (element) => {
    const inline = new RegExp(`<${element}>([\\s\\S]*?)</${element}>`).exec(markup)![1]!;
    expect(CONTENT_SECURITY_POLICY).toContain(`${element}-src 'sha256-${createHash('sha256').update(inline).digest('base64')}'`);
    expect(markup).not.toMatch(/<[^>]* (style|on\w+)=/);
  });

  it('renews itself without JavaScript too', () => {
    expect(markup).toContain('<noscript><meta http-equiv="refresh" content="10"></noscript>');
  });

  it('is well formed: every element that opens closes', () => {
    const stack: string[] = [];
    for (const [, closing, name, self] of markup.replace(/<(style|script)>[\s\S]*?<\/\1>/g, '').matchAll(/<(\/?)([a-z]\w*)[^>]*?(\/?)>/g)) {
      if (self || ['meta', 'link', 'br', 'rect', 'line', 'path', 'input'].includes(name!)) continue;
      if (closing) expect(stack.pop()).toBe(name);
      else stack.push(name!);
    }
    expect(stack).toEqual([]);
  });
});

describe('what other pods did on the same nodes', () => {
  const beside = { what: 'started', at: NOW, node: 'node-a', object: 'batch/report-1', owner: 'Job/report' } as const;
  const pageWith = (neighbours: ApiFacts['neighbours']) => textOf(page(viewOf(healthySnapshot({ apis: [healthyApi({ neighbours })] }))));

  it.each([
    ['what, who and where', observed([beside]), '2026-01-05 09:00:00 started batch/report-1 Job/report, on node-a'],
    ['that nothing happened', observed([]), 'In the last hour no other pod started there'],
    ['what is missing', { state: 'forbidden', rule: 'pods: list, watch' }, 'pods: list, watch'],
  ] as const)('says %s', (_, neighbours, expected) => {
    expect(pageWith(neighbours)).toContain(expected);
  });
});

describe('what other pods take of the CPUs of the same nodes', () => {
  const pageWith = (neighbourCpu: NonNullable<ApiFacts['neighbourCpu']>) =>
    textOf(page(viewOf(healthySnapshot({ apis: [healthyApi({ neighbourCpu })] }))));
  const report = { object: 'batch/report-1', cpus: 3, since: NOW, before: 0.1 };

  it.each<[string, NonNullable<ApiFacts['neighbourCpu']>, string]>([
    [
      'who, how much, since when and how much before',
      observed([{ node: 'node-a', cpus: 4, taken: 3.2, top: [report] }]),
      'On the same nodes Node Others take Most of it node-a 80 % of 4 CPUs batch/report-1: 75 % since 2026-01-05 09:00:00 , 3 % before',
    ],
    [
      'that nobody takes much',
      observed([{ node: 'node-a', cpus: 4, taken: 0.1, top: [] }]),
      'node-a 3 % of 4 CPUs none takes a twentieth of it',
    ],
    ['what is missing', { state: 'forbidden', rule: 'nodes/metrics: get' }, 'of the CPUs: forbidden opened by nodes/metrics: get'],
    ['that no pod of it is placed', observed([]), 'No pod of the backend is on a node.'],
  ])('says %s', (_, facts, expected) => {
    expect(pageWith(facts)).toContain(expected);
  });
});

describe('who is hurt', () => {
  const hurting = (hurt: Partial<HurtFacts>, hurtUnlisted: ApiFacts['hurtUnlisted'] = {}) =>
    textOf(
      page(
        failing({
          hurt: { autoscaler: UNOBSERVED, namespace: UNOBSERVED, webhook: UNOBSERVED, controller: UNOBSERVED, client: UNOBSERVED, ...hurt },
          hurtUnlisted,
        }),
      ),
    );
  const web: Hurt = {
    kind: 'autoscaler',
    name: 'web',
    says: 'HPA harbour/web cannot scale',
    since: NOW / 1000 - 300,
    message: '<b>unavailable</b>',
  };

  it('stands by name, with since when and what it quotes, which stays text', () => {
    expect(hurting({ autoscaler: observed([web]) })).toContain(
      'Who is hurt 1 HPA cannot scale HPA harbour/web cannot scale since 2026-01-05 08:55:00 ( 5 min ago ) <b>unavailable</b>',
    );
  });

  it('is counted beyond the rows', () => {
    const many = Array.from({ length: 25 }, (_, n) => ({ ...web, name: `web-${n}` }));
    const text = hurting({ autoscaler: observed(many) }, { autoscaler: 7 });
    expect(text).toContain('32 HPAs cannot scale');
    expect(text).toContain('and 12 more');
  });

  it.each<[string, Partial<HurtFacts>, string]>([
    ['nobody is an answer', { namespace: observed([]) }, 'namespaces: none that we know of.'],
    [
      'a right that is missing is named',
      { namespace: { state: 'forbidden', rule: 'namespaces: list' } },
      'Not known of namespaces: we may not see them; opened by namespaces: list',
    ],
    [
      'what could not be read says so',
      { namespace: { state: 'unobserved', why: 'GET /api/v1/namespaces: 500' } },
      'Not known of namespaces: GET /api/v1/namespaces: 500.',
    ],
  ])('%s', (_, hurt, text) => {
    expect(hurting(hurt)).toContain(text);
  });

  it('is not spoken of where nobody looks', () => {
    expect(textOf(page(failing()))).not.toContain('Who is hurt');
  });
});

describe('what is normal for the program behind an API', () => {
  const metricsServer = (args: readonly string[]) =>
    failing({
      name: 'v1beta1.metrics.k8s.io',
      group: 'metrics.k8s.io',
      backend: { namespace: 'kube-system', service: 'metrics-server', port: 443 },
      pods: observed([healthyPod({ containers: [healthyContainer({ args })] })]),
    });
  it.each<[what: string, args: readonly string[], words: string]>([
    ['its start', [], 'start : ready within 45 s, because its readiness wants two scrapes'],
    ['a flag with its value', ['--metric-resolution=20s'], '--metric-resolution = 20s: seconds between two scrapes'],
    ['a flag that is not set', ['--secure-port=4443'], '--kubelet-insecure-tls not set: without it'],
    ['a flag that nobody can know', [], '--kubelet-insecure-tls (not known here): without it'],
    ['where it was read', [], 'As read in kubernetes-sigs/metrics-server v0.8.0 and v0.9.0'],
  ])('%s', (_, args, words) => {
    expect(textOf(page(metricsServer(args)))).toContain(words);
  });

  it('is not said of a program that nobody knows', () => {
    expect(textOf(page(failing()))).not.toContain('What is normal for');
  });
});
