import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SIGNATURES } from '../src/signatures/list.ts';
import { writeCorpus } from './classify-corpus.ts';
import { printRow } from './row.ts';

/**
 * Log classification through the command line, against ripgrep (counts lines, names no class) and mtail, in the same run over
 * the same generated logs. Quote the ratios, never the MB/s.
 *   tsx bench/classify.ts [megabytes, default 300]
 */
const MEGABYTES = Number(process.argv[2] ?? 300);
const MTAIL_MEGABYTES = 2;
const REPEATS = 4;
const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));

interface Named {
  readonly id: string;
  readonly pattern: string;
}

/** The first n signatures; beyond their number, spellings of them that the corpus never holds. */
function expressions(n: number): Named[] {
  return Array.from({ length: n }, (_, index) => {
    const { id, pattern } = SIGNATURES[index % SIGNATURES.length]!;
    return index < SIGNATURES.length ? { id, pattern } : { id: `${id}-again`, pattern: `(?:${pattern}).*tide[0-9]+ again` };
  });
}

/** Best of some runs of each, in seconds: the best is the one that others disturbed least. They take turns, as a shared machine changes. */
function bestOf(...runs: readonly (() => number)[]): number[] {
  const best = runs.map(() => Number.POSITIVE_INFINITY);
  for (let turn = 0; turn < REPEATS; turn++) for (const [index, run] of runs.entries()) best[index] = Math.min(best[index]!, run());
  return best;
}

function timed(command: string, args: readonly string[], input?: string): { seconds: number; stdout: string } {
  const stdin = input === undefined ? 'ignore' : openSync(input, 'r');
  const start = performance.now();
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    stdio: [stdin, 'pipe', 'pipe'],
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  const seconds = (performance.now() - start) / 1000;
  if (typeof stdin === 'number') closeSync(stdin);
  if (error) throw error;
  if (status !== 0 && status !== 1) throw new Error(`${command} ended with ${status}: ${stderr}`);
  return { seconds, stdout };
}

const folder = mkdtempSync(join(tmpdir(), 'classify-'));
try {
  if (!existsSync(MAIN)) timed('node', ['scripts/build.mjs']);
  const hundred = expressions(100);
  const lines = SIGNATURES.slice(0, 100).flatMap(({ matches }) => matches.map((line) => line.replace(/\s+/g, ' ')));
  const file = (name: string): string => join(folder, name);
  const writeRules = (name: string, rules: readonly Named[]): void => {
    writeFileSync(file(`${name}.json`), JSON.stringify(rules.map(({ id, pattern }) => ({ id, pattern: `(?i)${pattern}` }))));
    writeFileSync(file(`${name}.txt`), `${rules.map(({ pattern }) => pattern).join('\n')}\n`);
  };
  writeRules('100', hundred);
  writeRules('200', expressions(200));
  writeCorpus(file('some.log'), MEGABYTES * 1e6, 0.05, lines);
  writeCorpus(file('half.log'), MEGABYTES * 1e6, 0.5, lines, 2);
  writeCorpus(file('small.log'), MTAIL_MEGABYTES * 1e6, 0.05, lines, 3);
  writeFileSync(
    file('rules.mtail'),
    `counter matched by class\n${hundred.map(({ id, pattern }) => `/(?i)${pattern.replaceAll('/', '\\/')}/ {\n  matched["${id}"]++\n}`).join('\n')}\n`,
  );

  const classify = (rules: string, log: string) => timed('node', [MAIN, 'classify', '--signatures', file(`${rules}.json`)], file(log));
  const stream = (rules: string, log: string) =>
    timed('sh', ['-c', `cat "$1" | node "$2" classify --signatures "$3"`, 'sh', file(log), MAIN, file(`${rules}.json`)]);
  const ripgrep = (rules: string, log: string) => timed('rg', ['-ci', '-f', file(`${rules}.txt`), file(log)]);

  const sizeOf = (log: string): number => statSync(file(log)).size / 1e6;
  const row = (name: string, log: string, seconds: number, peer: number, goal: number): void => {
    const ratio = peer / seconds;
    printRow({
      what: `classifying logs, ${name}`,
      ours: `${ratio.toFixed(2)} × (${(sizeOf(log) / seconds).toFixed(0)} MB/s)`,
      peer: `${(sizeOf(log) / peer).toFixed(0)} MB/s, ripgrep`,
      bar: `≥ ${goal} ×`,
      met: ratio >= goal,
    });
  };

  for (const log of ['some.log', 'half.log']) {
    const ours = (JSON.parse(classify('100', log).stdout) as { matched: number }).matched;
    const theirs = Number(ripgrep('100', log).stdout);
    if (ours !== theirs) throw new Error(`${log}: classify matched ${ours} lines, ripgrep ${theirs}`);
  }
  const [rgSome, ours, streamed, twice] = bestOf(
    () => ripgrep('100', 'some.log').seconds,
    () => classify('100', 'some.log').seconds,
    () => stream('100', 'some.log').seconds,
    () => classify('200', 'some.log').seconds,
  ) as [number, number, number, number];
  const [rgHalf, half] = bestOf(
    () => ripgrep('100', 'half.log').seconds,
    () => classify('100', 'half.log').seconds,
  ) as [number, number];
  row('a file, 5 % error lines', 'some.log', ours, rgSome, 1);
  row('standard input, 5 % error lines', 'some.log', streamed, rgSome, 0.8);
  row('a file, 50 % error lines', 'half.log', half, rgHalf, 0.6);
  const doubled = twice / ours;
  printRow({
    what: 'classifying logs, 200 signatures instead of 100',
    ours: `${doubled.toFixed(2)} × the time`,
    bar: '≤ 1.15 ×',
    met: doubled <= 1.15,
  });
  const mtail = timed('mtail', ['--one_shot', '--logtostderr', '--progs', file('rules.mtail'), '--logs', file('small.log')]).seconds;
  const rates = [sizeOf('some.log') / ours, sizeOf('small.log') / mtail] as const;
  printRow({
    what: 'classifying logs, a file, 5 % error lines',
    ours: `${(rates[0] / rates[1]).toFixed(0)} × (${rates[0].toFixed(0)} MB/s)`,
    peer: `${rates[1].toFixed(2)} MB/s, mtail`,
    bar: '≥ 150 ×',
    met: rates[0] / rates[1] >= 150,
  });
} finally {
  rmSync(folder, { recursive: true, force: true });
}
