import { once } from 'node:events';
import type { Command } from 'commander';
import { createDiagnostician, type Diagnostician } from '../diagnose/diagnostician.ts';
import { renderMarkdown } from '../diagnose/report/markdown.ts';
import { printable } from '../diagnose/report/printable.ts';
import { renderText } from '../diagnose/report/text.ts';
import { type Answer, UNNAMED_API } from '../domain/answer.ts';
import { type Diagnoses, diagnosesOf } from '../domain/diagnosis.ts';
import type { Snapshot } from '../domain/snapshot.ts';
import { InputError } from '../read/dump/input-error.ts';
import { catalogueOptions } from './catalogue-options.ts';
import { type ClusterFlags, forOption, historyOption, withClusterFlags } from './flags.ts';
import { snapshotsFrom } from './input.ts';
import { createProgress, type Progress } from './progress.ts';
import { createWindowAnswer } from './window-answer.ts';

/** Snapshots of the live cluster for so long, oldest first; ends by itself, or when the signal aborts. */
export type ObserveCluster = (options: LiveOptions) => AsyncIterable<Snapshot>;

export interface LiveOptions extends ClusterFlags {
  readonly forMs: number;
  readonly signal: AbortSignal;
  /** Told once a second how far it is. */
  readonly progress?: Progress['show'];
}

interface DiagnoseFlags extends ClusterFlags {
  readonly from?: string;
  readonly for: number;
  readonly output: string;
  readonly history?: number;
  readonly 'exporter.url': string;
  readonly 'exporter.tokenFile'?: string;
}

const EXIT_CODES: Readonly<Record<Answer, number>> = { healthy: 0, diagnosed: 1, 'errs-cause-unknown': 1, 'nothing-to-judge': 2 };
const OUTPUTS = ['text', 'json', 'markdown'] as const;
/** What observing may take longer than it was given, before the answer comes without it. */
const GRACE_MS = 5000;

export function registerDiagnose(program: Command, { observeCluster }: { observeCluster: ObserveCluster }): void {
  withClusterFlags(program.command('diagnose'))
    .description(
      'name why aggregated APIs fail: of a live cluster, a recording, a dump, or a pasted text; exit code 0 healthy, 1 an API errs (diagnosed, or cause unknown), 2 could not look, or nothing to judge',
    )
    .argument('[apiservice...]', 'look at these only, e.g. v1beta1.metrics.k8s.io')
    .option(
      '--from <path>',
      'what `record` wrote, a cluster-info dump, must-gather or support bundle (its folder, its tar archive, its output), a text, or - for standard input',
    )
    .addOption(forOption('how long to observe a live cluster', '30s'))
    .addOption(historyOption())
    .option('--exporter.url <url>', 'of the exporter that is asked for its --history; a path prefix is kept', 'http://localhost:9944')
    .option('--exporter.token-file <path>', 'file with a bearer token for it, where it guards its evidence')
    .option('-o, --output <format>', `${OUTPUTS.join(', ')}`, 'text')
    .action(async (apiservices: string[], flags: DiagnoseFlags) => {
      checkOutput(flags);
      if (flags.history !== undefined) return tellHistory(apiservices, flags, flags.history);
      const { diagnoses, complaint } = await run(apiservices, flags, observeCluster);
      const printed = await print(flags.output, diagnoses);
      if (complaint) process.stderr.write(`aggregated-api-exporter: ${complaint}\n`);
      process.exitCode = complaint || !printed ? 2 : EXIT_CODES[diagnoses.answer];
    });
}

function checkOutput({ output: wanted, history, from }: DiagnoseFlags): void {
  if (!OUTPUTS.some((output) => output === wanted)) throw new InputError(`--output ${wanted}: one of ${OUTPUTS.join(', ')} is allowed`);
  if (history !== undefined && from !== undefined)
    throw new InputError('--history asks a running exporter, --from reads an input: one of them is allowed');
}

/** What a running exporter remembers; exit code 1 where an API erred, 0 where none is known to have, as that of a diagnosis. */
async function tellHistory(apiservices: readonly string[], flags: DiagnoseFlags, backMs: number): Promise<void> {
  const { askHistory, printHistory } = await import('./history.ts');
  const { 'exporter.url': url, 'exporter.tokenFile': tokenFile, output } = flags;
  const history = await askHistory({ url, backMs, apiservices, ...(tokenFile !== undefined && { tokenFile }) });
  const text =
    output === 'json'
      ? `${JSON.stringify(history, null, 2)}\n`
      : printHistory(history, output as 'text' | 'markdown', process.stdout.columns ?? 100);
  const printed = await write(text);
  process.exitCode = printed ? Number(history.incidents.length > 0) : 2;
}

async function run(
  apiservices: readonly string[],
  flags: DiagnoseFlags,
  observeCluster: ObserveCluster,
): Promise<{ diagnoses: Diagnoses; complaint?: string }> {
  const doctor = createDiagnostician(catalogueOptions());
  const diagnoses =
    flags.from === undefined ? await ofCluster(doctor, flags, observeCluster) : await ofInput(doctor, snapshotsFrom(flags.from, note));
  if (!diagnoses) throw new InputError('the cluster could not be observed in the time given');
  return selected(apiservices, diagnoses, flags.from !== undefined);
}

/** The answer is that of the whole window. */
async function ofCluster(doctor: Diagnostician, flags: DiagnoseFlags, observeCluster: ObserveCluster): Promise<Diagnoses | undefined> {
  const progress = createProgress();
  const window = createWindowAnswer();
  try {
    for await (const snapshot of live({ ...flags, progress: progress.show }, observeCluster)) window.add(doctor.observe(snapshot));
  } finally {
    progress.clear();
  }
  return window.answer();
}

/** The answer is that of the newest moment of the input. */
async function ofInput(doctor: Diagnostician, snapshots: AsyncIterable<Snapshot>): Promise<Diagnoses | undefined> {
  let diagnoses: Diagnoses | undefined;
  for await (const snapshot of snapshots) diagnoses = doctor.observe(snapshot).diagnoses;
  return diagnoses;
}

function note(text: string): void {
  process.stderr.write(`aggregated-api-exporter: ${text}\n`);
}

/** Snapshots until the time is up; a cluster that hangs cannot hold the answer. */
async function* live(flags: DiagnoseFlags & Pick<LiveOptions, 'progress'>, observeCluster: ObserveCluster): AsyncGenerator<Snapshot> {
  const stop = new AbortController();
  const deadline = setTimeout(() => stop.abort(), flags.for + GRACE_MS);
  const interrupt = () => stop.abort();
  process.once('SIGINT', interrupt);
  const over = once(stop.signal, 'abort').then(() => ({ done: true, value: undefined }) as const);
  const iterator = observeCluster({ ...flags, forMs: flags.for, signal: stop.signal })[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await Promise.race([iterator.next(), over]);
      if (next.done) return;
      yield next.value;
    }
  } finally {
    clearTimeout(deadline);
    process.off('SIGINT', interrupt);
    stop.abort();
    // A cluster that hangs must not hold this either.
    void Promise.resolve(iterator.return?.()).catch(() => {});
  }
}

/** The verdicts on the APIs that were asked for. Not having seen one is not the same as finding it well. */
function selected(apiservices: readonly string[], all: Diagnoses, isFile: boolean): { diagnoses: Diagnoses; complaint?: string } {
  const missing = apiservices.filter((name) => !all.examined.includes(name));
  const diagnoses = apiservices.length === 0 ? all : diagnosesOf(all, new Set(apiservices));
  if (missing.length > 0)
    return {
      diagnoses,
      complaint: `not seen: ${missing.join(', ')}; seen: ${all.examined.slice(0, 20).join(', ') || 'no aggregated API'}`,
    };
  if (all.examined.length === 0) {
    const blind = all.notSeen.find(({ source }) => source === 'api-services');
    const why = isFile ? `; ${WHAT_TO_PASTE}` : blind ? `: the source api-services ${blind.why}` : '';
    return { diagnoses, complaint: `nothing to judge: no aggregated API was found${why}` };
  }
  if (diagnoses.answer !== 'nothing-to-judge') return { diagnoses };
  const unjudged = diagnoses.answers.filter(({ answer }) => answer === 'nothing-to-judge').map(({ apiservice }) => apiservice);
  if (unjudged.length === 1 && unjudged[0] === UNNAMED_API)
    return {
      diagnoses,
      complaint: `nothing to judge: nothing tells which aggregated API is meant; ${WHAT_TO_PASTE}. ${NOT_KNOWN_TO_KUBECTL}`,
    };
  return {
    diagnoses,
    complaint: `nothing to judge: nothing tells whether ${unjudged.slice(0, 20).map(printable).join(', ')} answers; ${isFile ? WHAT_TO_PASTE : WHAT_TO_WAIT_FOR}`,
  };
}

export const WHAT_TO_PASTE =
  'paste what shows it: `kubectl get apiservices`, `kubectl describe apiservice NAME`, the error that a client got, pods, events, and log lines of the kube-apiserver and of the server behind the API';
/** docs/real-world/clients.md: kubectl 1.32 to 1.37 and Helm 3 and 4 say no more of an API whose discovery fails. */
const NOT_KNOWN_TO_KUBECTL =
  "`the server doesn't have a resource type` and `no matches for kind` are said of a mistyped name, of a missing CRD and of a broken aggregated API alike: `kubectl get apiservices` tells which";
const WHAT_TO_WAIT_FOR =
  'look for longer with --for, and see which sources were not visible; `kubectl get apiservices` shows what the kube-apiserver itself says';

/** False when it could not be written. A reader that has gone (`| head -1`) has read what it wanted: the answer is what it is. */
async function print(output: string, diagnoses: Diagnoses): Promise<boolean> {
  const { stdout } = process;
  const colour = stdout.isTTY === true && !process.env.NO_COLOR;
  const text =
    output === 'json'
      ? `${JSON.stringify(diagnoses, null, 2)}\n`
      : output === 'markdown'
        ? renderMarkdown(diagnoses)
        : renderText(diagnoses, { width: stdout.columns ?? 100, colour });
  return write(text);
}

function write(text: string): Promise<boolean> {
  const { stdout } = process;
  return new Promise((resolve) => stdout.write(text, (error?: NodeJS.ErrnoException | null) => resolve(!error || error.code === 'EPIPE')));
}
