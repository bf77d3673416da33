import { RE2JS } from 're2js';
import { describe, expect, it } from 'vitest';
import { roleOf } from '../../src/domain/signature.ts';
import { MAX_LINE_BYTES } from '../../src/scan/line-judge.ts';
import { createMatcher } from '../../src/scan/matcher.ts';
import { BUILT_IN_PATTERNS, classifyAll, classifyText } from '../../src/signatures/classify.ts';
import { SIGNATURES } from '../../src/signatures/list.ts';
import { cpuMs } from '../support/cpu-time.ts';

const asOneLine = (text: string): string => text.replace(/\s+/g, ' ');
const table = SIGNATURES.map((signature) => [signature.id, signature] as const);

describe('signatures', () => {
  it('are at least 120, each with an id of its own', () => {
    expect(SIGNATURES.length).toBeGreaterThanOrEqual(120);
    expect(new Set(SIGNATURES.map(({ id }) => id)).size).toBe(SIGNATURES.length);
  });

  it.each(table)('%s: its lines match it, and name it', (id, { pattern, matches }) => {
    const regex = RE2JS.compile(`(?i)${pattern}`);
    expect(matches.length).toBeGreaterThanOrEqual(2);
    for (const line of matches) {
      expect([line, regex.test(asOneLine(line))]).toEqual([line, true]);
      expect([line, classifyText(line)?.id]).toEqual([line, id]);
      expect(classifyAll(line)[0]?.id).toBe(id);
    }
  });

  it.each(table)('%s: its near misses do not match', (_, { pattern, nearMisses }) => {
    const regex = RE2JS.compile(`(?i)${pattern}`);
    expect(nearMisses.length).toBeGreaterThanOrEqual(2);
    for (const line of nearMisses) expect([line, regex.test(asOneLine(line))]).toEqual([line, false]);
  });

  it.each(table)('%s: is written as the scanner wants it', (id, { pattern, literals, matches, says, pointsTo }) => {
    expect(id).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
    expect(literals.length).toBeGreaterThan(0);
    for (const literal of literals) expect(literal).toBe(literal.toLowerCase());
    for (const line of matches) expect(literals.some((literal) => asOneLine(line).toLowerCase().includes(literal))).toBe(true);
    expect(says).toMatch(/^\S.*[.]$/);
    expect(new Set(pointsTo).size).toBe(pointsTo.length);
    const derived = createMatcher({ id, pattern: `(?i)${pattern}` }).literals.sets;
    expect(derived.some((set) => set.literals.every(({ text }) => text.length >= 3))).toBe(true);
  });

  it.each(table)('%s: its role fits where it points', (_, signature) => {
    const role = roleOf(signature);
    if (role === 'victim' || role === 'harmless' || role === 'mark') expect(signature.pointsTo).toEqual([]);
    if (role === 'symptom') expect(signature.pointsTo).not.toEqual([]);
    // What is said for granted is not said twice.
    expect(signature.role).not.toBe(roleOf({ pointsTo: signature.pointsTo }));
  });

  it.each(table)('%s: 64 KiB of its own beginning take linear time', (id, { pattern, matches }) => {
    const matcher = createMatcher({ id, pattern: `(?i)${pattern}` });
    for (const line of matches.slice(0, 1)) {
      for (const seed of [line.slice(0, Math.ceil(line.length / 2)), line.slice(0, 12), line.slice(-8)]) {
        const pumped = Buffer.from(seed.repeat(Math.ceil(MAX_LINE_BYTES / seed.length))).subarray(0, MAX_LINE_BYTES);
        // A backtracking engine takes seconds to minutes here; the automaton about a millisecond.
        expect(cpuMs(() => matcher.test(pumped, 0, pumped.length))).toBeLessThan(500);
      }
    }
  });

  it('leaves ordinary lines alone', () => {
    for (const line of [
      'I0105 09:00:13.026001       1 secure_serving.go:211] Serving securely on [::]:10250',
      'all checks passed',
      '',
      'java.lang.IllegalArgumentException: bad tide',
    ])
      expect(classifyText(line)).toBeUndefined();
  });

  it('reads a text as one message, whatever its line breaks', () => {
    expect(
      classifyText(
        'failing or missing response from https://10.96.7.7:443/apis/tides.example.com/v1:\n  Get https://10.96.7.7:443/apis/tides.example.com/v1: net/http: request\n  canceled while waiting for connection',
      )?.id,
    ).toBe('aggregator-connect-timeout');
  });

  it('are matched without regard to case', () => {
    expect(BUILT_IN_PATTERNS.every(({ pattern }) => pattern.startsWith('(?i)'))).toBe(true);
    expect(classifyText('ERROR TRYING TO REACH SERVICE: DIAL TCP 10.1.0.5:443: CONNECT: CONNECTION REFUSED')?.id).toBe(
      'aggregator-connection-refused',
    );
  });
});
