import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SIGNATURES } from '../src/signatures/list.ts';
import { writeCorpus } from './classify-corpus.ts';

/**
 * Log classification through the command line, against ripgrep (counts lines, names no class) and mtail, in the same run over
 * the same generated logs. Quote the ratios, never the MB/s.
 *   tsx bench/classify.ts [megabytes, default 200]
 */
const MEGABYTES = Number(process.argv[2] ?? 200);
const MTAIL_MEGABYTES = 2;
const REPEATS = 3;
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

/** Best of some runs, in seconds; the best is the one that others disturbed least. */
function best(run: () => number): number {
  return Math.min(...Array.from({ length: REPEATS }, run));
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
    console.log(
      `${name.padEnd(44)} ${(sizeOf(log) / seconds).toFixed(0).padStart(6)} MB/s  ${ratio.toFixed(2).padStart(7)} x  goal >= ${goal}${ratio >= goal ? '' : '  MISSED'}`,
    );
  };

  for (const log of ['some.log', 'half.log']) {
    const ours = (JSON.parse(classify('100', log).stdout) as { matched: number }).matched;
    const theirs = Number(ripgrep('100', log).stdout);
    if (ours !== theirs) throw new Error(`${log}: classify matched ${ours} lines, ripgrep ${theirs}`);
  }
  const rgSome = best(() => ripgrep('100', 'some.log').seconds);
  const rgHalf = best(() => ripgrep('100', 'half.log').seconds);
  const ours = best(() => classify('100', 'some.log').seconds);
  console.log(
    `ripgrep, 100 expressions, 5 % error lines: ${(sizeOf('some.log') / rgSome).toFixed(0)} MB/s; half: ${(sizeOf('half.log') / rgHalf).toFixed(0)} MB/s`,
  );
  row('file, 5 % error lines, against ripgrep', 'some.log', ours, rgSome, 1);
  row(
    'stream of chunks, against ripgrep',
    'some.log',
    best(() => stream('100', 'some.log').seconds),
    rgSome,
    0.8,
  );
  row(
    'file, 50 % error lines, against ripgrep',
    'half.log',
    best(() => classify('100', 'half.log').seconds),
    rgHalf,
    0.6,
  );
  const doubled = best(() => classify('200', 'some.log').seconds) / ours;
  console.log(`100 -> 200 signatures: ${doubled.toFixed(2)} x the time, goal <= 1.15${doubled <= 1.15 ? '' : '  MISSED'}`);
  const mtail = timed('mtail', ['--one_shot', '--logtostderr', '--progs', file('rules.mtail'), '--logs', file('small.log')]).seconds;
  const rates = [sizeOf('some.log') / ours, sizeOf('small.log') / mtail] as const;
  console.log(`mtail, 100 expressions: ${rates[1].toFixed(2)} MB/s; file against mtail ${(rates[0] / rates[1]).toFixed(0)} x, goal >= 150`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
