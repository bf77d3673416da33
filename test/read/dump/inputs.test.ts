import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readBoundedText } from '../../../src/read/dump/bounded-text.ts';
import { looksRecorded, openInput } from '../../../src/read/dump/open-input.ts';
import { readRecorded } from '../../../src/read/dump/recorded.ts';
import { healthySnapshot, NOW } from '../../support/healthy.ts';

/** A stream in pieces of some length. */
async function* pieces(bytes: Buffer | string, length = 7): AsyncGenerator<Buffer> {
  const buffer = Buffer.from(bytes as string);
  for (let at = 0; at < buffer.length; at += length) yield buffer.subarray(at, at + length);
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

/** `zstd` of an empty text (RFC 8878). */
const zstd = Buffer.from('28b52ffd240001000099e9d851', 'hex');
const snapshots = [0, 1, 2].map((tick) => healthySnapshot({ time: NOW + tick * 10_000 }));
const recording = `${snapshots.map((snapshot) => JSON.stringify(snapshot)).join('\n')}\n`;

describe('recorded snapshots', () => {
  it.each<[string, string, number]>([
    ['one a line', recording, 3],
    ['empty lines between', recording.replaceAll('\n', '\n\n'), 3],
    ['without the last newline', recording.trimEnd(), 3],
    ['the last line cut short', recording.slice(0, -40), 2],
    ['one object over many lines', JSON.stringify(snapshots[0], null, 2), 1],
    ['Windows line ends', recording.replaceAll('\n', '\r\n'), 3],
  ])('reads %s', async (_, text, count) => {
    const read = await all(readRecorded(pieces(text, 501), 'tape'));
    expect(read).toEqual(snapshots.slice(0, count));
  });

  it.each<[string, string, RegExp]>([
    ['nothing', '', /tape: there is no snapshot/],
    ['only half a snapshot', recording.slice(0, 300), /cut short/],
    ['a broken line in the middle', recording.replace('"time":1767603610000', '"time":'), /tape: line 2 is not JSON/],
    ['another schema', recording.replace('snapshot/v1', 'snapshot/v9'), /line 1 is no snapshot of this version: schema/],
    ['an API without backend', recording.replace('"backend":{', '"back":{'), /line 1 .*apis\.0\.backend/],
  ])('refuses %s', async (_, text, message) => {
    await expect(all(readRecorded(pieces(text, 501), 'tape'))).rejects.toThrow(message);
  });

  it('knows a recording by its beginning', () => {
    expect(looksRecorded(recording.slice(0, 4096))).toBe(true);
    expect(looksRecorded(JSON.stringify(snapshots[0], null, 2).slice(0, 4096))).toBe(true);
    expect(looksRecorded('{"kind": "APIService"}')).toBe(false);
    expect(looksRecorded('see "aggregated-api-exporter/snapshot/v1"')).toBe(false);
  });
});

describe('input', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'input-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each<[string, Buffer]>([
    ['plain', Buffer.from(recording)],
    ['gzip', gzipSync(recording)],
  ])('opens a file, %s', async (name, bytes) => {
    const path = join(folder, name);
    writeFileSync(path, bytes);
    const { head, chunks } = await openInput(path);
    expect(head.toString()).toBe(recording.slice(0, 65_536));
    expect(Buffer.concat(await all(chunks)).toString()).toBe(recording);
  });

  it('reads what there is of a gzip stream that is cut short', async () => {
    const packed = gzipSync(recording);
    const { chunks } = await openInput(pieces(packed.subarray(0, packed.length - 20), 100));
    expect(await all(readRecorded(chunks, 'tape'))).toEqual(snapshots.slice(0, 2));
  });

  it('opens an empty stream', async () => {
    const { head, chunks } = await openInput(pieces(''));
    expect(head).toHaveLength(0);
    expect(await all(chunks)).toEqual([]);
  });
});

describe('bounded text', () => {
  it.each<[string, Buffer]>([
    ['UTF-8', Buffer.from('Gezeiten für Ebbe und Flut\n'.repeat(9))],
    ['UTF-8 with a mark', Buffer.from('\ufeffGezeiten für Ebbe und Flut\n'.repeat(1))],
    ['UTF-16 as PowerShell writes it', Buffer.from('\ufeffGezeiten für Ebbe und Flut\n'.repeat(1), 'utf16le')],
    ['UTF-16 without a mark', Buffer.from('Gezeiten für Ebbe und Flut\n', 'utf16le')],
    ['UTF-16, big end first', Buffer.from('Gezeiten für Ebbe und Flut\n', 'utf16le').swap16()],
  ])('decodes %s', async (_, bytes) => {
    expect((await readBoundedText(pieces(bytes))).text.startsWith('Gezeiten für Ebbe und Flut\n')).toBe(true);
  });

  it('keeps the beginning and the end of a long text, in whole lines', async () => {
    const lines = Array.from({ length: 1000 }, (_, line) => `line ${line}`);
    const { text, omitted } = await readBoundedText(pieces(lines.join('\n'), 64), { head: 100, tail: 200 });
    const kept = text.split('\n');
    expect(kept[0]).toBe('line 0');
    expect(kept.at(-1)).toBe('line 999');
    expect(kept.slice(-10)).toEqual(lines.slice(-10));
    expect(text.length).toBeLessThanOrEqual(301);
    expect(omitted).toBe(lines.join('\n').length - (text.length - 1));
  });

  it('never loses or invents a byte of what fits', async () => {
    await fc.assert(
      fc.asyncProperty(fc.stringMatching(/^[a-z \n]{0,300}$/), fc.integer({ min: 1, max: 50 }), async (text, length) => {
        expect(await readBoundedText(pieces(text, length), { head: 50, tail: 300 })).toEqual({ text, omitted: 0 });
      }),
    );
  });

  it.each<[string, Buffer, RegExp]>([
    ['zstd', zstd, /a zstd stream, not text: unpack it on the way: `zstd -dc FILE \| aggregated-api-exporter diagnose --from -`/],
    ['noise', Buffer.from(Array.from({ length: 4000 }, (_, index) => (index * 7919) % 251)), /binary, not text/],
    ['zeros', Buffer.alloc(1000), /binary, not text/],
  ])('refuses %s', async (_, bytes, message) => {
    await expect(readBoundedText(pieces(bytes, 97))).rejects.toThrow(message);
  });

  it('refuses endless noise at its beginning', async () => {
    let given = 0;
    const endless = (async function* (): AsyncGenerator<Buffer> {
      for (;;) {
        given += 1000;
        yield Buffer.alloc(1000, 1);
      }
    })();
    await expect(readBoundedText(endless, { head: 10_000, tail: 10_000 })).rejects.toThrow(/binary/);
    expect(given).toBeLessThanOrEqual(11_000);
  });

  it('lets coloured text pass', async () => {
    const text = '\u001b[31mE0105\u001b[0m failed\n'.repeat(20);
    expect((await readBoundedText(pieces(text))).text).toBe(text);
  });
});
