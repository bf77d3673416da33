import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { printAll } from '../../../src/commands/generate.ts';
import { until } from '../cluster/harness/process.ts';
import { type Part, startAlertmanager } from './support/parts.ts';
import { run } from './support/promtool.ts';
import { type Sink, startHttpSink, startMailSink } from './support/receivers.ts';

const BUILD = new URL('../components/build.sh', import.meta.url).pathname;

/** Words of a log line, of somebody who wants more than to be read. */
const HOSTILE = '<!channel> <https://evil.example.com|Runbook> & <script>alert(1)</script>\n\nSubject: pay {{ .ExternalURL }}';

interface Posted {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Our alert of an API. */
const ours = (alertname: string, api: string, labels: Record<string, string> = {}, description = 'It fails.'): Posted => ({
  labels: { alertname, apiservice: api, name: api, cluster: 'harbour', severity: 'critical', cause: 'connection-refused', ...labels },
  annotations: {
    summary: 'An aggregated API is down.',
    description: `${api} fails. Most likely cause: The backend refuses connections (connection-refused), 93 % sure. Evidence: ${description}`,
    confidence: '93 %',
    status_url: `https://apis.example.com/apis/${api}`,
    runbook_url: 'https://apis.example.com/runbooks/connection-refused',
    dashboard_url: '/d/aggregated-api-one',
  },
});
/** The kubernetes-mixin's alert of it. */
const stock = (alertname: string, api: string, cluster = 'harbour'): Posted => ({
  labels: { alertname, name: api, namespace: 'default', cluster, severity: 'warning' },
});

/** What is held back, by what; each with an API of its own. */
const INHIBITION: readonly (readonly [name: string, source: readonly Posted[], target: Posted, held: boolean])[] = [
  ['Errors of the mixin by our Down', [ours('AggregatedAPIDown', 'v1.a')], stock('KubeAggregatedAPIErrors', 'v1.a'), true],
  ['Down of the mixin by our Down', [ours('AggregatedAPIDown', 'v1.b')], stock('KubeAggregatedAPIDown', 'v1.b'), true],
  ['Errors of the mixin by our Errors', [ours('AggregatedAPIErrors', 'v1.c')], stock('KubeAggregatedAPIErrors', 'v1.c'), true],
  ['Errors of the mixin by our Flapping', [ours('AggregatedAPIFlapping', 'v1.d')], stock('KubeAggregatedAPIErrors', 'v1.d'), true],
  ['Errors of the mixin by nothing', [], stock('KubeAggregatedAPIErrors', 'v1.e'), false],
  ['Errors of the mixin by our Slow', [ours('AggregatedAPISlow', 'v1.f')], stock('KubeAggregatedAPIErrors', 'v1.f'), false],
  ['Errors of the mixin by our Down of another API', [ours('AggregatedAPIDown', 'v1.g')], stock('KubeAggregatedAPIErrors', 'v1.h'), false],
  [
    'Errors of the mixin by our Down in another cluster',
    [ours('AggregatedAPIDown', 'v1.i')],
    stock('KubeAggregatedAPIErrors', 'v1.i', 'lagoon'),
    false,
  ],
  [
    'the alert of the cause by the page that names it',
    [ours('AggregatedAPIDown', 'v1.j')],
    ours('AggregatedAPIConnectionRefused', 'v1.j', { category: 'network-connectivity' }),
    true,
  ],
  [
    'the alert of the cause by a page that names another',
    [ours('AggregatedAPIDown', 'v1.k', { cause: 'panic' })],
    ours('AggregatedAPIConnectionRefused', 'v1.k', { category: 'network-connectivity' }),
    false,
  ],
];

/** Debian's, as old as the templates are for, and the newest; the server of that does not build from its module, which lacks its web page. */
const AMTOOLS: readonly (readonly [version: string, path: string])[] = [
  ['0.25', 'amtool'],
  ['0.35', join(execFileSync(BUILD, ['amtool'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trim(), 'amtool')],
];

let folder: string;
let alertmanager: Part;
let http: Sink<{ readonly path: string; readonly body: any }>;
let mail: Sink<string>;
const example = () => join(folder, 'rules-alertmanager-alertmanager.yaml');

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'aggregated-api-alertmanager-'));
  const printed = (await printAll('rules', { format: 'prometheus' })).flatMap(({ artifacts }) => artifacts);
  const files = printed.filter(({ path }) => path.startsWith('rules/alertmanager/'));
  for (const { path, content } of files) writeFileSync(join(folder, path.split('/').at(-1)!), content);
  writeFileSync(example(), files.find(({ path }) => path.endsWith('.yaml'))!.content);
  http = await startHttpSink();
  mail = await startMailSink();
  alertmanager = await startAlertmanager(folder, here(files.find(({ path }) => path.endsWith('.yaml'))!.content));
});

afterAll(async () => {
  await alertmanager?.daemon.stop();
  await http?.stop();
  await mail?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** The printed example, with our sockets in the place of Slack and the mail server, and without the time that people want to wait. */
function here(text: string): string {
  const config = load(text) as any;
  writeFileSync(join(folder, 'slack-url'), `http://${http.address}/slack`);
  const [
    {
      slack_configs: [slack],
      email_configs: [email],
    },
  ] = config.receivers;
  slack.api_url_file = join(folder, 'slack-url');
  Object.assign(email, { smarthost: mail.address, require_tls: false });
  config.receivers[0].webhook_configs = [{ url: `http://${http.address}/webhook`, send_resolved: true }];
  Object.assign(config.route, { group_wait: '1s', group_interval: '2s' });
  return JSON.stringify(config);
}

async function post(alerts: readonly (Posted & { readonly endsAt?: string })[]): Promise<void> {
  const response = await fetch(`${alertmanager.url}/api/v2/alerts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(alerts),
  });
  expect(response.status).toBe(200);
}

/** A mail's part as it is read: quoted-printable undone. */
const readable = (text: string) =>
  Buffer.from(
    text.replaceAll('=\n', '').replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  ).toString();

describe.each(AMTOOLS)('amtool %s', (_, amtool) => {
  it('finds nothing wrong with the printed configuration and its templates', async () => {
    const { code, output } = await run(amtool, ['check-config', example()]);
    expect([code, output]).toEqual([0, expect.stringMatching(/1 templates\s+SUCCESS/)]);
  });

  it.each(['AggregatedAPIDown', 'AggregatedAPIConnectionRefused', 'KubeAggregatedAPIErrors'])('routes %s to the receiver', async (name) => {
    const { code, output } = await run(amtool, ['config', 'routes', 'test', `--config.file=${example()}`, `alertname=${name}`]);
    expect([code, output]).toEqual([0, expect.stringMatching(/^on-call$/m)]);
  });

  it.each<[string, 'text' | 'html', RegExp]>([
    ['slack.title', 'text', /^\[CRITICAL\] AggregatedAPIDown v1\.a on harbour: connection-refused$/],
    ['slack.text', 'text', /&lt;!channel&gt;[\s\S]*What to do:\* 1\. /],
    ['mail.subject', 'text', /^\[CRITICAL\] AggregatedAPIDown v1\.a on harbour: connection-refused$/],
    ['mail.text', 'text', /<!channel>[\s\S]*What to do: 1\. /],
    ['mail.html', 'html', /&lt;!channel&gt;[\s\S]*What to do:<\/b> 1\. /],
  ])('renders %s as %s', async (name, type, says) => {
    const alert = { status: 'firing', ...ours('AggregatedAPIDown', 'v1.a', {}, HOSTILE), startsAt: '2026-01-05T09:00:00Z' };
    const data = { status: 'firing', alerts: [alert], commonLabels: alert.labels, groupLabels: {}, commonAnnotations: {} };
    writeFileSync(join(folder, 'data.json'), JSON.stringify(data));
    const template = [`--template.glob=${join(folder, '*.tmpl')}`, `--template.type=${type}`];
    const text = `--template.text={{ template "aggregated_api.${name}" . }}`;
    const { code, output } = await run(amtool, ['template', 'render', ...template, text, `--template.data=${join(folder, 'data.json')}`]);
    expect([code, output.trim()]).toEqual([0, expect.stringMatching(says)]);
  });
});

describe('a notification of a real Alertmanager', () => {
  const api = 'v1.tides.example.com';
  const slack = () => http.received.find(({ path, body }) => path === '/slack' && JSON.stringify(body).includes(api));
  const letter = () => mail.received.find((text) => readable(text).includes(api));

  beforeAll(async () => {
    await post([ours('AggregatedAPIDown', api, {}, HOSTILE)]);
    await until('the message for Slack', 60, async () => slack() !== undefined);
    await until('the mail', 60, async () => letter() !== undefined);
  });

  it('tells Slack cause, evidence, remedy and links', () => {
    const [attachment] = slack()!.body.attachments;
    expect(attachment).toMatchObject({
      title: `[CRITICAL] AggregatedAPIDown ${api} on harbour: connection-refused`,
      title_link: `https://apis.example.com/apis/${api}`,
      color: 'danger',
    });
    expect(attachment.text).toMatch(/Most likely cause: The backend refuses connections \(connection-refused\), 93 % sure\. Evidence: /);
    expect(attachment.text).toMatch(/\n\*What to do:\* 1\. Read the port on which the server listens/);
    expect(attachment.text).toMatch(/Since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC\. <https:\/\/apis\.example\.com\/apis\/\S+\|Why it fails>/);
  });

  it('leaves to Slack no link, no mention and no line that an annotation made', () => {
    const { text } = slack()!.body.attachments[0];
    expect(text).toContain('&lt;!channel&gt; &lt;https://evil.example.com|Runbook&gt; &amp; &lt;script&gt;');
    const links = [...text.matchAll(/<[^>]*>/g)].map(([link]: string[]) => link);
    expect(links).toEqual([
      `<https://apis.example.com/apis/${api}|Why it fails>`,
      '<https://apis.example.com/runbooks/connection-refused|Runbook>',
    ]);
    expect(text).not.toMatch(/\nSubject:/);
    expect(text).toContain('{{ .ExternalURL }}');
  });

  it('tells the same by mail, as text and as HTML', () => {
    const text = readable(letter()!);
    expect(text).toMatch(/^Subject: .*AggregatedAPIDown/m);
    expect(text).toContain('What to do: 1. Read the port');
    expect(text).toContain('<b>What to do:</b> 1. Read the port');
    expect(text).toContain('href="https://apis.example.com/runbooks/connection-refused"');
  });

  it('leaves to the mail no element and no header that an annotation made', () => {
    const text = readable(letter()!);
    expect(text).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(text.split('<!DOCTYPE html>')[1]).not.toMatch(/<script|evil\.example\.com">/);
    expect(text.match(/^Subject:/gm)).toHaveLength(1);
  });

  it('says that it is over', async () => {
    const alert = ours('AggregatedAPIDown', 'v1.ebb.example.com');
    await post([alert]);
    const said = (status: string) => () =>
      Promise.resolve(
        http.received.some(
          ({ path, body }) => path === '/slack' && body.attachments[0].title.startsWith(`[${status}] AggregatedAPIDown v1.ebb`),
        ),
      );
    await until('the begin', 60, said('CRITICAL'));
    await post([{ ...alert, endsAt: new Date().toISOString() }]);
    await until('the end', 60, said('RESOLVED'));
    const { body } = http.received.findLast(({ path, body: one }) => path === '/slack' && JSON.stringify(one).includes('v1.ebb'))!;
    expect(body.attachments[0]).toMatchObject({ color: 'good', text: expect.stringMatching(/Over: from .* to .* UTC\./) });
    expect(body.attachments[0].text).not.toContain('What to do');
  });
});

describe('inhibition by a real Alertmanager', () => {
  const states = async () => {
    const alerts = (await (await fetch(`${alertmanager.url}/api/v2/alerts`)).json()) as {
      labels: Record<string, string>;
      status: { state: string; inhibitedBy: string[] };
    }[];
    return (posted: Posted) =>
      alerts.find(({ labels }) => JSON.stringify(sorted(labels)) === JSON.stringify(sorted(posted.labels)))?.status;
  };
  const sorted = (labels: object) => Object.entries(labels).sort();
  const told = (posted: Posted) =>
    http.received.some(
      ({ path, body }) =>
        path === '/webhook' &&
        body.alerts.some((one: Posted) => JSON.stringify(sorted(one.labels)) === JSON.stringify(sorted(posted.labels))),
    );

  beforeAll(async () => {
    // First what holds back: a target that comes before it is told once, in real life too.
    await post(INHIBITION.flatMap(([, source]) => source));
    await post(INHIBITION.map(([, , target]) => target));
    const last = INHIBITION.flatMap(([, source, target, held]) => [...source, ...(held ? [] : [target])]);
    await until('everything that is told', 60, async () => last.every(told));
  });

  it.each(INHIBITION)('%s', async (_, __, target, held) => {
    const status = (await states())(target);
    expect(status).toMatchObject({ state: held ? 'suppressed' : 'active' });
    expect((status?.inhibitedBy ?? []).length > 0).toBe(held);
    expect(told(target)).toBe(!held);
  });
});
