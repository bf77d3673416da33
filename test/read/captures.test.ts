import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { catalogueOptions } from '../../src/commands/catalogue-options.ts';
import { diagnoseSnapshots } from '../../src/diagnose/diagnostician.ts';
import { readText } from '../../src/read/text/read-text.ts';

/**
 * What clients printed while an API of a real kube-apiserver was broken, in captures/CLIENT/STATE.txt (`npm run e2e:clients` takes them), against
 * the tables of docs/real-world/clients.md, one a client: a row for each state, a column for what was asked, and in each cell the exit code and what is
 * said of the API that was broken.
 */
const FOLDER = new URL('captures/', import.meta.url);
const METRICS = 'v1beta1.metrics.k8s.io';
const CUSTOM = 'v1beta1.custom.metrics.k8s.io';
const EXTERNAL = 'v1beta1.external.metrics.k8s.io';
const WARDLE = 'v1alpha1.wardle.example.com';
const APIS = [METRICS, CUSTOM, EXTERNAL, WARDLE];
/** What was broken, or of autoscalers what they ask: of clients, else of states, else v1alpha1 of wardle.example.com. */
const BROKEN: ReadonlyMap<string, string> = new Map([
  ['autoscaler-1.36', METRICS],
  ['custom-autoscaler-1.36', CUSTOM],
  ['external-autoscaler-1.36', EXTERNAL],
  ['version-not-served', 'v1beta9.wardle.example.com'],
]);
const DOCUMENT = readFileSync(new URL('../../docs/real-world/clients.md', import.meta.url), 'utf8').split('\n');
const CLIENTS = readdirSync(FOLDER);

interface Table {
  /** Of the columns, without that of the state. */
  readonly head: readonly string[];
  /** State → cells. */
  readonly rows: ReadonlyMap<string, readonly string[]>;
}

function tableOf(client: string): Table {
  const from = DOCUMENT.findIndex((line) => line.startsWith(`| ${client.replace(/-(?=[\d.]+$)/, ' ')} |`));
  if (from < 0) throw new Error(`docs/real-world/clients.md has no table of ${client}`);
  const [head = [], , ...rows] = DOCUMENT.slice(from, DOCUMENT.indexOf('', from)).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
  return { head: head.slice(1), rows: new Map(rows.map(([state = '', ...cells]) => [state, cells])) };
}

interface Capture {
  readonly name: string;
  readonly exit: string;
  readonly text: string;
}

function capturesOf(client: string, state: string): Capture[] {
  return readFileSync(new URL(`${client}/${state}.txt`, FOLDER), 'utf8')
    .split(/^#### /m)
    .slice(1)
    .map((section) => {
      const [title = '', ...lines] = section.split('\n');
      const [name = '', exit = ''] = title.split(' · ');
      return { name, exit: exit.replace('exit ', ''), text: lines.join('\n') };
    });
}

/** Of the API that was broken; where the text does not name it, of the one that it could be. */
function said(text: string, broken: string): string {
  const { answers, diagnoses } = diagnoseSnapshots(readText(text), catalogueOptions());
  const own = answers.find(({ apiservice }) => apiservice === broken) ?? answers.find(({ apiservice }) => !APIS.includes(apiservice));
  if (!own || own.answer === 'nothing-to-judge') return '–';
  const cause = diagnoses.find(({ apiservice }) => apiservice === own.apiservice)?.cause;
  return cause === undefined || cause === 'unknown' ? own.answer.replace('errs-cause-unknown', 'errs') : cause;
}

describe.each(CLIENTS)('what %s printed of a real cluster', (client) => {
  const { head, rows } = tableOf(client);
  const states = readdirSync(new URL(`${client}/`, FOLDER)).map((file) => file.replace('.txt', ''));

  it('is of every state of the table', () => {
    expect([...rows.keys()].sort()).toEqual([...states].sort());
  });

  it.each(states)('is read right while the state is %s', (state) => {
    const captures = capturesOf(client, state);
    const cells = Object.fromEntries(head.map((name, column) => [name, rows.get(state)?.[column]]));
    const measured = Object.fromEntries(
      head.map((name) => {
        const capture = captures.find((one) => one.name === name);
        return [name, capture ? `${capture.exit} ${said(capture.text, BROKEN.get(client) ?? BROKEN.get(state) ?? WARDLE)}` : ''];
      }),
    );
    expect(measured).toEqual(cells);
  });

  if (client.startsWith('stern'))
    it('says with a prefix, in JSON and with times what it says bare', () => {
      for (const [state, cells] of rows) expect({ state, said: new Set(cells).size }).toEqual({ state, said: 1 });
    });

  it('names a cause other than what was broken in no cell, and calls no broken API healthy', () => {
    const named = [...rows].flatMap(([state, cells]) => cells.map((cell) => `${state}: ${cell.replace(/^\S+ /, '')}`));
    const right: ReadonlyMap<string, RegExp> = new Map([
      // Administrators notice nothing of it: what they ask is answered. Controllers do, and what is passed on to them is the backend's own reason.
      ['auth-delegator-missing', /^(?:healthy|–)$/],
      ['autoscaler-1.36 auth-delegator-missing', /^(?:healthy|delegated-auth-failing|errs|–)$/],
      ['custom-autoscaler-1.36 auth-delegator-missing', /^(?:healthy|delegated-auth-failing|–)$/],
      ['external-autoscaler-1.36 auth-delegator-missing', /^(?:healthy|delegated-auth-failing|–)$/],
      ['stern-1.33 auth-delegator-missing', /^delegated-auth-failing$/],
      // Of the metrics of pods only: nobody lists anything for an external one. Both are answered what is not there.
      ['custom-autoscaler-1.36 resources-forbidden', /^(?:backend-rights-missing|errs|–)$/],
      ['external-autoscaler-1.36 resources-forbidden', /^(?:healthy|–)$/],
      ['metric-unknown', /^(?:healthy|–)$/],
      // An autoscaler asks for another version, which is served.
      ['autoscaler-1.36 version-not-served', /^(?:healthy|–)$/],
      ['custom-autoscaler-1.36 version-not-served', /^(?:healthy|–)$/],
      ['external-autoscaler-1.36 version-not-served', /^(?:healthy|–)$/],
      ['healthy', /^(?:healthy|–)$/],
      ['service-deleted', /^(?:service-not-found|errs|–)$/],
      ['scaled-to-zero', /^(?:backend-scaled-to-zero|no-ready-endpoints|errs|–)$/],
      ['packets-refused', /^(?:connection-refused|errs|–)$/],
      ['packets-dropped', /^(?:connection-timed-out|errs|–)$/],
      ['server-hung', /^(?:pod-probe-failing|no-ready-endpoints|errs|–)$/],
      ['ca-bundle', /^(?:ca-bundle-mismatch|errs|–)$/],
      ['certificate-expired', /^(?:serving-certificate-expired|errs|–)$/],
      ['version-not-served', /^(?:version-not-served|errs|–)$/],
      ['request-header-ca', /^(?:request-header-ca-mismatch|errs|–)$/],
      // metrics-server is not ready without figures of any node.
      ['kubelets-refuse', /^(?:no-ready-endpoints|errs|–)$/],
      ['unknown-flag', /^(?:bad-flag-or-config|pod-crash-looping|no-ready-endpoints|errs|–)$/],
    ]);
    const wrong = named.filter((one) => {
      const [state = '', verdict = ''] = one.split(': ');
      return verdict !== '' && !(right.get(`${client} ${state}`) ?? right.get(state))?.test(verdict);
    });
    expect(wrong).toEqual([]);
  });
});
