import { fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createGunzip, gzipSync } from 'node:zlib';
import { readApiserverMetrics } from '../src/observe/apiserver-metrics/reading.ts';
import { kubeApiserverText } from './exposition-text.ts';
import { buildGoPeer } from './go-peer.ts';
import { threadCpuMs } from './processes.ts';
import { printRow } from './row.ts';

/**
 * CPU for reading a kube-apiserver's /metrics: our scanner, which keeps a dozen families, against Go's expfmt, which parses
 * all of it. Each of our rows has a process of its own, so that its first reading is cold: with 30 s between readings the
 * product's often are. Quote the ratios, never the milliseconds.
 *   tsx bench/exposition.ts
 */
const FILE = fileURLToPath(import.meta.url);
const COLD_GOAL = 0.1;
const WARM_GOAL = 0.03;
const COLD_RUNS = 5;
const WARM_RUNS = 25;
const PIECE = 64 * 1024;

type Row = 'scan' | 'gunzip';

/** CPU in milliseconds: of the thread that works, which is what an event loop is held for, and of the whole process, compiler and collector included. */
interface Cpu {
  readonly thread: number;
  readonly process: number;
}

interface Figures {
  readonly cold: Cpu;
  readonly warm: Cpu;
  readonly kept: number;
}

/** Prints both and their ratios. Returns whether the goals were met; undefined without the peer. */
export async function benchExposition(): Promise<boolean | undefined> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-exposition-'));
  try {
    const text = kubeApiserverText();
    const file = join(folder, 'metrics.txt');
    writeFileSync(file, text);
    writeFileSync(`${file}.gz`, gzipSync(text));
    console.log(
      `exposition: ${(text.length / 1e6).toFixed(1)} MB, ${text.match(/^[^#]/gm)!.length} series; CPU of the thread, of the process`,
    );
    const scan = await measured('scan', file);
    const stream = await measured('gunzip', `${file}.gz`);
    print(`  scanned for ${scan.kept} names, cold`, scan.cold);
    print('  warm', scan.warm);
    print('  gunzipped in a stream and scanned, cold', stream.cold);
    print('  warm', stream.warm);
    const program = buildGoPeer('expfmt');
    if (program === undefined) return undefined;
    const expfmt = medianCpu(goParse(program, file, 7));
    print("  Go's expfmt, all of it", expfmt);
    const [cold, warm] = [scan.cold.thread / expfmt.thread, scan.warm.thread / expfmt.thread];
    const met = cold <= COLD_GOAL && warm <= WARM_GOAL;
    const size = `${(text.length / 1e6).toFixed(1)} MB of a kube-apiserver's metrics`;
    const peer = `${expfmt.thread.toFixed(0)} ms, Go's expfmt`;
    printRow({ what: `${size}, first reading`, ours: times(cold, scan.cold), peer, bar: `≤ ${COLD_GOAL} ×`, met: cold <= COLD_GOAL });
    printRow({ what: `${size}, later readings`, ours: times(warm, scan.warm), peer, bar: `≤ ${WARM_GOAL} ×`, met: warm <= WARM_GOAL });
    const gunzipped = stream.warm.process / expfmt.process;
    printRow({
      what: `${size}, later, gunzip and all threads`,
      ours: `${gunzipped.toFixed(3)} × (${stream.warm.process.toFixed(0)} ms CPU)`,
      peer: `${expfmt.process.toFixed(0)} ms, Go's expfmt, without gunzip`,
    });
    return met;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const times = (ratio: number, { thread }: Cpu) => `${ratio.toFixed(3)} × (${thread.toFixed(1)} ms CPU)`;

function print(what: string, { thread, process }: Cpu): void {
  console.log(`${what.padEnd(44)}${thread.toFixed(1).padStart(7)} ms${process.toFixed(1).padStart(8)} ms`);
}

async function measured(row: Row, file: string): Promise<Figures> {
  const runs: Figures[] = [];
  for (let i = 0; i < COLD_RUNS; i++) {
    const child = fork(FILE, [row, file]);
    const [figures] = (await once(child, 'message')) as [Figures];
    runs.push(figures);
    if (child.exitCode === null) await once(child, 'exit');
  }
  return { cold: medianCpu(runs.map((run) => run.cold)), warm: medianCpu(runs.map((run) => run.warm)), kept: runs[0]!.kept };
}

/** In the child: one reading, then more of them. */
async function measure(row: Row, file: string): Promise<Figures> {
  const pieces = row === 'scan' ? piecesOf(readFileSync(file)) : [];
  const readOnce = async () => {
    const { scanner, reading } = readApiserverMetrics();
    if (row === 'scan') for (const piece of pieces) scanner.write(piece);
    else for await (const piece of createReadStream(file).pipe(createGunzip({ chunkSize: PIECE }))) scanner.write(piece as Buffer);
    scanner.end();
    return reading.seen.size;
  };
  const timed = async () => {
    const before = cpuNow();
    const kept = await readOnce();
    const after = cpuNow();
    return { kept, cpu: { thread: after.thread - before.thread, process: after.process - before.process } };
  };
  const cold = await timed();
  const warm: Cpu[] = [];
  for (let i = 0; i < WARM_RUNS; i++) warm.push((await timed()).cpu);
  return { cold: cold.cpu, warm: medianCpu(warm), kept: cold.kept };
}

function cpuNow(): Cpu {
  const { user, system } = process.cpuUsage();
  return { thread: threadCpuMs(), process: (user + system) / 1000 };
}

function piecesOf(bytes: Buffer): Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += PIECE) pieces.push(bytes.subarray(at, at + PIECE));
  return pieces;
}

function goParse(program: string, file: string, times: number): Cpu[] {
  const { stdout, stderr, status } = spawnSync(program, ['parse', file, String(times)], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`expfmt: ${stderr}`);
  return stdout
    .trim()
    .split('\n')
    .map((line) => line.split(' ').map(Number))
    .map(([process = 0, thread = 0]) => ({ thread, process }));
}

function medianCpu(of: readonly Cpu[]): Cpu {
  return { thread: median(of.map(({ thread }) => thread)), process: median(of.map((cpu) => cpu.process)) };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}

const [row, file = ''] = process.argv.slice(2);
if (row === 'scan' || row === 'gunzip') process.send?.(await measure(row, file));
else if (process.argv[1] === FILE) process.exitCode = (await benchExposition()) === false ? 1 : 0;
