import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeText } from '../../../src/read/text/decode.ts';
import { PolicyReader } from '../../../src/read/text/policies.ts';
import { readText } from '../../../src/read/text/read-text.ts';
import { cpuMs } from '../../support/cpu-time.ts';
import { mutation } from './mutations.ts';
import { SAMPLE } from './sample.ts';

/** Seconds of processor: far more than any of these takes, far less than what runs away. */
const PATIENCE = 20;

function inTime<T>(work: () => T): T {
  const results: T[] = [];
  const took = cpuMs(() => results.push(work()));
  expect(took / 1000).toBeLessThan(PATIENCE);
  return results[0] as T;
}

const utf16 = (text: string, bigEndian: boolean, mark: boolean): Uint8Array => {
  const bytes = Buffer.from(mark ? `\ufeff${text}` : text, 'utf16le');
  return bigEndian ? bytes.swap16() : bytes;
};

describe('text of any kind', () => {
  it.each<[string, string | Uint8Array]>([
    ['UTF-8', Buffer.from(SAMPLE)],
    ['UTF-8 with a byte order mark', Buffer.from(`\ufeff${SAMPLE}`)],
    ['UTF-16 of PowerShell', utf16(SAMPLE, false, true)],
    ['UTF-16 without a mark', utf16(SAMPLE, false, false)],
    ['UTF-16, big endian', utf16(SAMPLE, true, true)],
    ['UTF-16, big endian, without a mark', utf16(SAMPLE, true, false)],
    ['Latin-1', Buffer.from(`# Gru\u00df vom Hafen\n${SAMPLE}`, 'latin1')],
    ['Windows line ends', SAMPLE.replaceAll('\n', '\r\n')],
    ['terminal colours', SAMPLE.replaceAll('False', '\u001b[31mFalse\u001b[0m')],
  ])('says the same in %s', (_, text) => {
    const withoutTexts = (snapshots: ReturnType<typeof readText>) =>
      snapshots.map(({ apis }) => apis.map(({ textMatches: _texts, ...facts }) => facts));
    expect(withoutTexts(readText(text))).toEqual(withoutTexts(readText(SAMPLE)));
  });

  it('gives an answer for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 4096 }), (bytes) => {
        const snapshots = inTime(() => readText(bytes));
        expect([0, 2]).toContain(snapshots.length);
      }),
      { numRuns: 300 },
    );
  });

  it('gives an answer wherever the text is cut, and the same one each time', () => {
    fc.assert(
      fc.property(fc.nat(SAMPLE.length), fc.nat(SAMPLE.length), (a, b) => {
        const piece = SAMPLE.slice(Math.min(a, b), Math.max(a, b));
        const snapshots = readText(piece);
        expect([0, 2]).toContain(snapshots.length);
        expect(JSON.stringify(readText(piece))).toBe(JSON.stringify(snapshots));
      }),
      { numRuns: 300 },
    );
  });

  it('gives an answer with its lines in any order, and bytes flipped', () => {
    const lines = SAMPLE.split('\n');
    fc.assert(
      fc.property(fc.shuffledSubarray(lines), fc.array(fc.tuple(fc.nat(5000), fc.nat(255)), { maxLength: 20 }), (shuffled, flips) => {
        const bytes = Buffer.from(shuffled.join('\n'));
        for (const [at, byte] of flips) if (at < bytes.length) bytes[at] = byte;
        for (const { apis } of readText(bytes)) for (const { name } of apis) expect(name.length).toBeLessThan(400);
      }),
      { numRuns: 200 },
    );
  });

  const MANY = 200_000;
  it.each<[string, string]>([
    ['one line of blanks', ' '.repeat(MANY)],
    ['one line of tabs and letters', 'a\t'.repeat(MANY)],
    ['empty lines', '\n'.repeat(MANY)],
    ['carriage returns', '\r'.repeat(MANY)],
    ['quotes', '"'.repeat(MANY)],
    ['backslashes', '\\'.repeat(MANY)],
    ['brackets', '{['.repeat(MANY)],
    ['colons', 'a: '.repeat(MANY)],
    ['names of APIs', 'v1.a.b '.repeat(MANY / 4)],
    ['labels without end', `v1.${'a.'.repeat(MANY)}`],
    ['one key', `message: "${'x'.repeat(MANY)}`],
    ['conditions without end', 'kind: APIService\ntype: Available\nstatus: "False"\nreason: MissingEndpoints\n'.repeat(2000)],
    [
      'different APIs',
      Array.from({ length: 5000 }, (_, n) => `v1.tide-${n}.example.com   harbour/tide-${n}   False (MissingEndpoints)   1d`).join('\n'),
    ],
    ['rows of pods', Array.from({ length: 5000 }, (_, n) => `tide-gauge-${n}   0/1   CrashLoopBackOff   7   12m`).join('\n')],
    [
      'events',
      Array.from({ length: 5000 }, () => 'Warning  BackOff  1m (x9 over 5m)  kubelet  Back-off restarting failed container').join('\n'),
    ],
    ['error lines of one template', 'E0105 09:00:00.000000       1 a.go:1] dial tcp 10.0.0.1:443: i/o timeout\n'.repeat(5000)],
    ['half a log header', 'E0105 09:00:00.000000       1 '.repeat(MANY / 30)],
    ['escape sequences', '\u001b['.repeat(MANY)],
    ['letters outside ASCII', 'E0105 failed \u00b5\u017f\u212a\n'.repeat(MANY / 200)],
  ])('is bounded in time: %s', (_, text) => {
    const snapshots = inTime(() => readText(text));
    expect(snapshots.at(-1)?.apis.length ?? 0).toBeLessThanOrEqual(50);
  });

  it('keeps the first and the last lines of a text of very many', () => {
    const text = `v1.tides.example.com   harbour/tide-gauge   False (MissingEndpoints)   1d\n${'\n'.repeat(1_200_000)}OOMKilled\n`;
    const { apis, sources } = inTime(() => readText(text)).at(-1)!;
    expect(apis[0]).toMatchObject({ name: 'v1.tides.example.com', pods: { state: 'observed' } });
    expect(sources.find(({ source }) => source === 'api-services')?.message).toMatch(/left out/);
  });

  it('keeps the beginning and the end of a text that is too long', () => {
    const long = Buffer.alloc(66 * 2 ** 20, 0x20);
    long.write('first');
    long.write('last', long.length - 4);
    const { text, omitted } = inTime(() => decodeText(long));
    expect([text.slice(0, 5), text.slice(-4), omitted]).toEqual(['first', 'last', 2 * 2 ** 20]);
  });
});

describe('a realistic text that something happened to', () => {
  it('is read without an exception, and the same the second time', () => {
    // `npm run fuzz -- 1000000` reads more of them, and looks at the time that each takes.
    for (let seed = 1; seed <= 150; seed++) {
      const text = mutation(seed);
      const read = () => JSON.stringify(readText(text, new PolicyReader()));
      expect([seed, read()]).toEqual([seed, read()]);
    }
  });

  it.each<[what: string, seed: number]>([['the search for paths went on where another one had stopped', 1084]])(
    'is read the same the second time where once it was not: %s',
    (_, seed) => {
      const text = mutation(seed);
      const once = JSON.stringify(readText(text));
      expect(JSON.stringify(readText(text))).toBe(once);
    },
  );
});
