import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { RE2JS } from 're2js';
import { LineSplitter } from '../src/scan/line-splitter.ts';
import { BUILT_IN_PATTERNS } from '../src/signatures/classify.ts';
import { SIGNATURES } from '../src/signatures/list.ts';
import { createLogScanner } from '../src/signatures/log-scanner.ts';
import { createRandom } from '../src/simulator/random.ts';
import { ordinaryLine } from './classify-corpus.ts';
import { threadCpuMs } from './processes.ts';
import { printRow } from './row.ts';

/**
 * The scan engine in process, CPU per byte, with all signatures: what `classify` measures through the command line with a hundred.
 *   tsx bench/scan.ts [megabytes, default 24]
 */
const MEGABYTES = Number(process.argv[2] ?? 24);
const REPEATS = 8;
const CHUNK_BYTES = 256 * 1024;
/** The others are asked pattern by pattern, which takes a hundred times as long. */
const NAIVE_BYTES = 200_000;

function corpus(errors: number): Buffer {
  const samples = SIGNATURES.flatMap(({ matches }) => matches.map((line) => line.replace(/\s+/g, ' ')));
  const { next } = createRandom(7);
  const lines: string[] = [];
  for (let bytes = 0; bytes < MEGABYTES * 1e6; bytes += lines.at(-1)?.length ?? 0)
    lines.push(next() < errors ? (samples[Math.floor(next() * samples.length)] ?? '') : ordinaryLine(next));
  return Buffer.from(`${lines.join('\n')}\n`);
}

/** ns of this thread per byte: the best of some, which others disturbed least. */
function cost(bytes: number, run: () => void, repeats = REPEATS): number {
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < repeats; i++) {
    const before = threadCpuMs();
    run();
    best = Math.min(best, ((threadCpuMs() - before) * 1e6) / bytes);
  }
  return best;
}

function chunksOf(text: Buffer): Buffer[] {
  return Array.from({ length: Math.ceil(text.length / CHUNK_BYTES) }, (_, i) => text.subarray(i * CHUNK_BYTES, (i + 1) * CHUNK_BYTES));
}

const rate = (ns: number): string => `${(1000 / ns).toFixed(1)} MB/s of CPU`;

const folder = mkdtempSync(join(tmpdir(), 'scan-'));
try {
  const before = threadCpuMs();
  const scanner = createLogScanner(BUILT_IN_PATTERNS);
  // So many lines that it makes its tables: it judges the first ones without.
  scanner.scanLines(Buffer.alloc(65_536, '\n'), 0, 65_536, () => {});
  printRow({
    what: `a scanner for ${BUILT_IN_PATTERNS.length} patterns, made in a fresh process`,
    ours: `${(threadCpuMs() - before).toFixed(0)} ms CPU`,
  });
  writeFileSync(join(folder, 'patterns'), SIGNATURES.map(({ pattern }) => pattern).join('\n'));
  for (const errors of [0.05, 0.5]) {
    const text = corpus(errors);
    let matched = 0;
    const count = (): void => {
      matched++;
    };
    const ours = cost(text.length, () => {
      matched = 0;
      for (const chunk of chunksOf(text)) scanner.scan(chunk, count);
      scanner.end(count);
    });
    const what = `scanning lines, ${errors * 100} % of them error lines`;
    compareRipgrep(what, text, ours, matched);
    if (errors < 0.1) compareEngines(what, text.subarray(0, text.lastIndexOf(10, NAIVE_BYTES) + 1), ours);
  }
  await compareSplitter(corpus(0.05));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Its matches must be ours. Its own start is subtracted; by default its automaton is too small for two hundred patterns. */
function compareRipgrep(what: string, text: Buffer, ours: number, matched: number): void {
  const file = join(folder, 'lines');
  writeFileSync(file, text);
  const run = (path: string): { seconds: number; lines: number } => {
    const peer = spawnSync(
      '/usr/bin/env',
      ['bash', '-c', 'TIMEFORMAT="%U %S"; time rg -j1 --dfa-size-limit 1G -ci -f "$1" "$2"', 'bash', join(folder, 'patterns'), path],
      {
        encoding: 'utf8',
      },
    );
    const seconds = peer.stderr.trim().split(/\s+/).slice(-2).map(Number);
    return { seconds: (seconds[0] ?? Number.NaN) + (seconds[1] ?? Number.NaN), lines: Number(peer.stdout) };
  };
  const { lines } = run(file);
  if (Number.isNaN(lines) || lines === 0) {
    printRow({ what, ours: rate(ours) });
    return;
  }
  if (lines !== matched) throw new Error(`${what}: ${matched} lines match, ripgrep has ${lines}`);
  const whole = Math.min(...Array.from({ length: 3 }, () => run(file).seconds));
  const start = Math.min(...Array.from({ length: 3 }, () => run('/dev/null').seconds));
  const peer = ((whole - start) * 1e9) / text.length;
  printRow({ what, ours: `${(peer / ours).toFixed(2)} × (${rate(ours)})`, peer: `${rate(peer)}, ripgrep without its start` });
}

function compareEngines(what: string, text: Buffer, ours: number): void {
  const lines = text.toString().split('\n').slice(0, -1);
  const re2 = BUILT_IN_PATTERNS.map(({ pattern }) => RE2JS.compile(pattern));
  const builtIn = SIGNATURES.map(({ pattern }) => new RegExp(pattern, 'i'));
  for (const [name, engines] of [
    ['re2js, each pattern', re2],
    ["Node's RegExp, each pattern", builtIn],
  ] as const) {
    const peer = cost(text.length, () => void lines.map((line) => engines.some((engine) => engine.test(line))), 2);
    printRow({
      what,
      ours: `${(peer / ours).toFixed(0)} × (${rate(ours)})`,
      peer: `${rate(peer)}, ${name}`,
      bar: '≥ 20 ×',
      met: peer / ours >= 20,
    });
  }
}

async function compareSplitter(text: Buffer): Promise<void> {
  let lines = 0;
  const splitter = new LineSplitter({ maxBytes: 65_536, longer: 'cut' });
  const onLine = (): void => {
    lines++;
  };
  // Once through takes less than the clock can tell, which goes in steps of some ms.
  const passes = Math.ceil(2e9 / text.length);
  const ours = cost(text.length * passes, () => {
    for (let pass = 0; pass < passes; pass++) {
      for (const chunk of chunksOf(text)) splitter.push(chunk, onLine);
      splitter.end(onLine);
    }
  });
  const split = lines;
  lines = 0;
  const before = threadCpuMs();
  for await (const _ of createInterface({ input: Readable.from(chunksOf(text)) })) lines++;
  if (split !== lines * REPEATS * passes) throw new Error(`${split / REPEATS / passes} lines, node:readline has ${lines}`);
  const peer = ((threadCpuMs() - before) * 1e6) / text.length;
  printRow({
    what: 'splitting a stream into lines',
    ours: `${(peer / ours).toFixed(1)} × (${rate(ours)})`,
    peer: `${rate(peer)}, node:readline`,
    bar: '≥ 2 ×',
    met: peer / ours >= 2,
  });
}
