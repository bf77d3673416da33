import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Incident } from '../../bench/incidents.ts';
import { heard, splitBySeen } from '../../bench/reader-at.ts';

const incident = (id: string): Incident => ({
  id,
  text: '',
  truth: 'tls-certificate',
  also: ['authn-authz'],
  pattern: 'unknown',
  label: 'likely',
  decidable: true,
  program: 'gauge',
});

describe('what a reader said', () => {
  it.each<[string, string, number | null, ReturnType<typeof heard>['named'], number | undefined, boolean]>([
    [
      'a diagnosis',
      '{"diagnoses":[{"category":"rate-limiting","confidence":0.7},{"category":"unknown"}]}',
      1,
      ['rate-limiting', 'unknown'],
      0.7,
      false,
    ],
    ['healthy', '{"diagnoses":[]}', 0, [], undefined, true],
    ['nothing to judge', '{"diagnoses":[]}', 2, [], undefined, false],
    ['no JSON', 'usage: diagnose', 0, [], undefined, false],
    ['another JSON', '{}', 0, [], undefined, false],
    ['killed', '', null, [], undefined, false],
  ])('%s', (_, printed, code, named, confidence, calledHealthy) => {
    expect(heard(printed, code, incident('a'))).toMatchObject({ id: 'a', truth: 'tls-certificate', named, calledHealthy });
    expect(heard(printed, code, incident('a')).confidence).toBe(confidence);
  });
});

describe('the rows that a reader’s writers had seen', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rows-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const all = ['a', 'b', 'c', 'd'].map(incident);
  const ids = ({ seen, added }: ReturnType<typeof splitBySeen>) => [seen.map(({ id }) => id).join(''), added.map(({ id }) => id).join('')];

  it('are the first of the file', () => {
    expect(ids(splitBySeen(all, { seen: 3 }))).toEqual(['abc', 'd']);
    expect(ids(splitBySeen(all, {}))).toEqual(['', 'abcd']);
  });

  it('are those whose ids are not in a list of new ones', () => {
    const file = join(folder, 'new');
    writeFileSync(file, 'b\nd\n');
    expect(ids(splitBySeen(all, { newRows: file }))).toEqual(['ac', 'bd']);
  });
});
