import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { Command } from 'commander';
import { isEndless, kindOf, readBoundedFile } from '../files/bounded-file.ts';
import type { Pattern } from '../scan/pattern.ts';
import type { Scanner } from '../scan/scanner.ts';
import { BUILT_IN_PATTERNS } from '../signatures/classify.ts';
import { SIGNATURES } from '../signatures/list.ts';
import { createLogScanner } from '../signatures/log-scanner.ts';
import { checkSignatures, parseSignatureFile, SignatureFileError, type UserSignature } from '../signatures/signature-file.ts';

interface ClassifyOptions {
  readonly signatures?: string;
  readonly check?: boolean;
  readonly test?: string;
}

/** Where the command writes, and what it leaves as exit code; tests put their own in. */
export interface ClassifyOutput {
  write(text: string): void;
  /** 1: what was asked for is not well; 2: it could not be done. */
  fail(text: string, exitCode: 1 | 2): void;
}

const CONSOLE: ClassifyOutput = {
  write: (text) => void process.stdout.write(text),
  fail: (text, exitCode) => {
    process.stderr.write(text);
    process.exitCode = exitCode;
  },
};

export function registerClassify(program: Command, output: ClassifyOutput = CONSOLE): void {
  program
    .command('classify')
    .description('count the log lines of each signature; prints {"lines", "matched", "classes"}')
    .argument('[files...]', 'log files; standard input when none is given, or for -')
    .option(
      '--signatures <file>',
      'JSON or YAML list of {id, pattern} in RE2 syntax that replaces the built-in signatures; the first match in file order wins',
    )
    .option('--check', 'only check the signatures and their samples')
    .option('--test <line>', 'say which signatures match this line, the winner first')
    .action(async (files: string[], options: ClassifyOptions) => {
      try {
        await classify(files, options, output);
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        output.fail(`classify: ${error instanceof SignatureFileError ? `${options.signatures}:\n${error.message}` : error.message}\n`, 2);
      }
    });
}

async function classify(files: readonly string[], options: ClassifyOptions, output: ClassifyOutput): Promise<void> {
  const signatures = options.signatures === undefined ? undefined : parseSignatureFile(readBoundedFile(options.signatures));
  if (options.check) return check(signatures, output);
  const patterns: readonly Pattern[] = signatures ?? BUILT_IN_PATTERNS;
  if (options.test !== undefined) return test(options.test, patterns, signatures ?? SIGNATURES, output);
  const counts = new Int32Array(patterns.length);
  const scanner = createLogScanner(patterns);
  const count = (pattern: number): void => {
    counts[pattern] = (counts[pattern] ?? 0) + 1;
  };
  for (const file of files.length > 0 ? files : ['-']) await scanFile(file, scanner, count);
  output.write(`${summaryOf(scanner.lines, patterns, counts)}\n`);
}

function check(signatures: readonly UserSignature[] | undefined, output: ClassifyOutput): void {
  const checked = signatures ?? SIGNATURES.map((signature) => ({ ...signature, pattern: `(?i)${signature.pattern}` }));
  const problems = checkSignatures(checked);
  if (problems.length > 0) output.fail(`${problems.join('\n')}\n`, 1);
  else output.write(`${checked.length} signatures are well\n`);
}

function test(line: string, patterns: readonly Pattern[], signatures: readonly UserSignature[], output: ClassifyOutput): void {
  const matching = signatures.filter((_, index) => matches(patterns.slice(index, index + 1), line));
  output.write(
    matching.length > 0 ? matching.map(({ id, says }) => `${id}${says ? `: ${says}` : ''}\n`).join('') : 'no signature matches\n',
  );
}

function matches(patterns: readonly Pattern[], line: string): boolean {
  let found = false;
  const scanner = createLogScanner(patterns);
  scanner.scan(Buffer.from(line), () => {});
  scanner.end(() => {
    found = true;
  });
  return found;
}

function summaryOf(lines: number, patterns: readonly Pattern[], counts: Int32Array): string {
  const classes = new Map<string, number>();
  let matched = 0;
  for (const [index, { id }] of patterns.entries()) {
    const count = counts[index] ?? 0;
    if (count === 0) continue;
    matched += count;
    classes.set(id, (classes.get(id) ?? 0) + count);
  }
  return JSON.stringify({ lines, matched, classes: Object.fromEntries(classes) });
}

const CHUNK_BYTES = 256 * 1024;
/** After so much the stream is long enough to learn from. */
const ADAPT_AFTER_BYTES = 512 * 1024;

/** Reads synchronously into one buffer: no event, no allocation and no string per chunk. */
async function scanFile(path: string, scanner: Scanner, onMatch: (pattern: number) => void): Promise<void> {
  const file = path === '-' ? 0 : openSync(path, 'r');
  const facts = fstatSync(file);
  if (isEndless(facts, file))
    throw new Error(`${path === '-' ? 'standard input' : path} is ${kindOf(facts)}, which has no end; a file or a pipe is allowed`);
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  let total = 0;
  let adapted = false;
  try {
    for (;;) {
      const read = await readChunk(file, chunk);
      if (read === 0) break;
      const bytes = read === chunk.length ? chunk : chunk.subarray(0, read);
      scanner.scan(bytes, onMatch);
      total += read;
      if (!adapted && total >= ADAPT_AFTER_BYTES) {
        adapted = true;
        scanner.adapt(bytes);
      }
    }
    scanner.end(onMatch);
  } finally {
    if (file !== 0) closeSync(file);
  }
}

const RETRY_MS = 2;

/** 0 at the end. A pipe that another process has made non-blocking answers EAGAIN while it is empty. */
async function readChunk(file: number, chunk: Buffer): Promise<number> {
  for (;;) {
    try {
      return readSync(file, chunk, 0, chunk.length, null);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EOF') return 0;
      if (code !== 'EAGAIN') throw error;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}
