import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { catalogueOptions } from '../../src/commands/catalogue-options.ts';
import { diagnoseSnapshots } from '../../src/diagnose/diagnostician.ts';
import { readText } from '../../src/read/text/read-text.ts';

/**
 * What kubectl printed while an API of a real kube-apiserver was broken, in captures/STATE.txt, against the table of docs/real-world.md: a row for
 * what was printed, a column for the state, and in each cell the exit code and what is said of the API that was broken.
 */
const FOLDER = new URL('captures/', import.meta.url);
const BROKEN: ReadonlyMap<string, string> = new Map([['version-not-served', 'v1beta9.wardle.example.com']]);
const lines = readFileSync(new URL('../../docs/real-world.md', import.meta.url), 'utf8').split('\n');
const from = lines.findIndex((line) => line.startsWith('| state |'));
const [head = [], , ...rows] = lines.slice(from, lines.indexOf('', from)).map((line) =>
  line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim()),
);

interface Capture {
  readonly name: string;
  readonly exit: string;
  readonly text: string;
}

function capturesOf(state: string): Capture[] {
  return readFileSync(new URL(`${state}.txt`, FOLDER), 'utf8')
    .split(/^#### /m)
    .slice(1)
    .map((section) => {
      const [title = '', ...lines] = section.split('\n');
      const [name = '', exit = ''] = title.split(' · ');
      return { name, exit: exit.replace('exit ', ''), text: lines.join('\n') };
    });
}

/** Of the API that was broken; where the text does not name it, of the one that it could be. */
function said(text: string, state: string): string {
  const { answers, diagnoses } = diagnoseSnapshots(readText(text), catalogueOptions());
  const broken = BROKEN.get(state) ?? 'v1alpha1.wardle.example.com';
  const own = answers.find(({ apiservice }) => apiservice === broken) ?? answers.find(({ apiservice }) => !apiservice.includes('metrics'));
  if (!own || own.answer === 'nothing-to-judge') return '–';
  const cause = diagnoses.find(({ apiservice }) => apiservice === own.apiservice)?.cause;
  return cause === undefined || cause === 'unknown' ? own.answer.replace('errs-cause-unknown', 'errs') : cause;
}

const STATES = readdirSync(FOLDER).map((file) => file.replace('.txt', ''));

describe('what kubectl printed of a real cluster', () => {
  it('is of every state of the table', () => {
    expect(rows.map(([state]) => state).sort()).toEqual([...STATES].sort());
  });

  it.each(STATES)('is read right while the state is %s', (state) => {
    const captures = capturesOf(state);
    const row = rows.find(([name]) => name === state) ?? [];
    const cells = Object.fromEntries(head.slice(1).map((name, column) => [name, row[column + 1]]));
    const measured = Object.fromEntries(
      head.slice(1).map((name) => {
        const capture = captures.find((one) => one.name === name);
        return [name, capture ? `${capture.exit} ${said(capture.text, state)}` : ''];
      }),
    );
    expect(measured).toEqual(cells);
  });

  it('names a cause other than what was broken in no cell, and calls no broken API healthy', () => {
    const named = rows.flatMap(([state = '', ...cells]) => cells.map((cell) => `${state}: ${cell.replace(/^\S+ /, '')}`));
    const right: ReadonlyMap<string, RegExp> = new Map([
      // Administrators notice nothing of it: what they ask is answered.
      ['auth-delegator-missing', /^(?:healthy|–)$/],
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
      ['unknown-flag', /^(?:bad-flag-or-config|pod-crash-looping|no-ready-endpoints|errs|–)$/],
    ]);
    const wrong = named.filter((one) => {
      const [state = '', verdict = ''] = one.split(': ');
      return verdict !== '' && !right.get(state)?.test(verdict);
    });
    expect(wrong).toEqual([]);
  });
});
