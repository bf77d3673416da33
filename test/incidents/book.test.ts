import { describe, expect, it } from 'vitest';
import type { Incident, IncidentQuery } from '../../src/domain/incident.ts';
import { MemoryBook } from '../../src/incidents/book.ts';
import { pack } from '../../src/incidents/packed.ts';
import { incident, open } from './incident.ts';
import { NAME, START } from './ticks.ts';

const DAY = 86_400;
const bookOf = (incidents: readonly Incident[], limits: { maxBytes?: number; keepSeconds?: number } = {}): MemoryBook => {
  const book = new MemoryBook({ maxBytes: 2 ** 20, keepSeconds: 30 * DAY, ...limits });
  for (const one of incidents) book.put(one);
  return book;
};
const ids = (incidents: readonly Incident[]): string => incidents.map(({ id }) => id).join(' ');
const ended = (id: string, at: number, differs: Partial<Incident> = {}): Incident =>
  incident({ id, began: START + at - 60, ended: START + at, ...differs });

describe('the book', () => {
  const all = [ended('first', 100), ended('second', 200, { apiservice: 'v1.docks.example.com' }), open({ id: 'open', began: START + 300 })];

  it.each<[string, IncidentQuery, string]>([
    ['all, newest first', {}, 'open second first'],
    ['of one API', { apiservice: NAME }, 'open first'],
    ['of an API that had none', { apiservice: 'v1.quays.example.com' }, ''],
    ['that went on at a moment', { since: START + 100 }, 'open second first'],
    ['that went on after it', { since: START + 101 }, 'open second'],
    ['that have not ended, whenever that is', { since: START + 10 * DAY }, 'open'],
    ['so many of the newest', { limit: 2 }, 'open second'],
  ])('lists %s', (_, query, expected) => {
    expect(ids(bookOf(all).list(query))).toBe(expected);
  });

  it('gives each by its id, as it was put last', () => {
    const book = bookOf([open({ id: 'a' }), open({ id: 'a', returned: 1 })]);
    expect(book.get('a')).toEqual(open({ id: 'a', returned: 1 }));
    book.put(incident({ id: 'a' }));
    expect(book.get('a')).toEqual(incident({ id: 'a' }));
    expect(book.get('b')).toBeUndefined();
    expect(book.list()).toHaveLength(1);
  });

  it('lists one that ended and goes on once', () => {
    expect(bookOf([incident({ id: 'a' }), open({ id: 'a' })]).list()).toEqual([open({ id: 'a' })]);
  });
});

describe('what is over its limits goes, the oldest first', () => {
  const size = Buffer.byteLength(JSON.stringify(pack(ended('1', 100))));

  it.each([
    ['all are kept at the limit', 3 * size, '3 2 1'],
    ['the oldest goes above it', 3 * size - 1, '3 2'],
    ['the newest stays whatever it needs', 1, '3'],
  ])('%s', (_, maxBytes, kept) => {
    expect(ids(bookOf([ended('1', 100), ended('2', 200), ended('3', 300)], { maxBytes }).list())).toBe(kept);
  });

  it('never one that goes on', () => {
    expect(ids(bookOf([open({ id: 'open', began: START - DAY }), ended('1', 100), ended('2', 200)], { maxBytes: 1 }).list())).toBe(
      '2 open',
    );
  });

  it.each([
    ['at its age', 30 * DAY, '2 1'],
    ['a second later', 30 * DAY + 1, '2'],
  ])('%s', (_, after, kept) => {
    const book = bookOf([ended('1', 0), ended('2', 10)]);
    book.expire(START + after);
    expect(ids(book.list())).toBe(kept);
  });

  it('an open one too when nobody has seen it fail for so long', () => {
    const book = bookOf([open({ lastFailing: START, state: 'not-observed' })]);
    book.expire(START + 30 * DAY);
    expect(book.list()).toHaveLength(1);
    book.expire(START + 30 * DAY + 1);
    expect(book.list()).toHaveLength(0);
  });
});
