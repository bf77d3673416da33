import { Command } from 'commander';
import { unknownCommand } from './commands/command-names.ts';
import type { ObserveCluster } from './commands/diagnose.ts';
import { surviveClosedPipes } from './commands/process-streams.ts';
import { programName } from './commands/program-name.ts';
import { catchUncaught } from './commands/uncaught.ts';

/** The Kubernetes client and the observer are loaded when there is a cluster to look at: a pasted text needs neither. */
const observeCluster: ObserveCluster = async function* (options) {
  const { liveSnapshots } = await import('./commands/live-snapshots.ts');
  yield* liveSnapshots(options);
};

/** Each command is loaded only when it is asked for: the exporter starts without the generator, and the generator without the cluster. */
const COMMANDS = {
  serve: async (program: Command) => (await import('./commands/serve.ts')).registerServe(program),
  diagnose: async (program: Command) => (await import('./commands/diagnose.ts')).registerDiagnose(program, { observeCluster }),
  record: async (program: Command) => (await import('./commands/record.ts')).registerRecord(program, { observeCluster }),
  classify: async (program: Command) => (await import('./commands/classify.ts')).registerClassify(program),
  generate: async (program: Command) => (await import('./commands/generate.ts')).registerGenerate(program),
  verify: async (program: Command) => (await import('./commands/verify.ts')).registerVerify(program),
  explain: async (program: Command) => (await import('./commands/explain.ts')).registerExplain(program),
  mcp: async (program: Command) => (await import('./commands/mcp.ts')).registerMcp(program),
  'node-agent': async (program: Command) => (await import('./commands/node-agent.ts')).registerNodeAgent(program),
  simulate: async (program: Command) => (await import('./commands/simulate.ts')).registerSimulate(program),
  healthcheck: async (program: Command) => (await import('./commands/healthcheck.ts')).registerHealthcheck(program),
} as const;

type CommandName = keyof typeof COMMANDS;

/** Not in the list of commands: for container engines, and for `serve` itself. */
const HIDDEN: ReadonlySet<string> = new Set<CommandName>(['simulate', 'healthcheck']);
const HELP: readonly string[] = ['-h', '--help', '-V', '--version'];

/** They leave connections behind when they are stopped; the others end when their work does. */
const LONG_RUNNING: ReadonlySet<CommandName> = new Set(['serve', 'simulate', 'node-agent']);

function isCommand(word: string | undefined): word is CommandName {
  return word !== undefined && Object.hasOwn(COMMANDS, word);
}

const PROGRAM = programName(process.argv[1]);

/** Only `--help` and `help` need all commands. @throws Error when the first word is no command. */
function wanted(argv: readonly string[]): { names: readonly CommandName[]; argv: readonly string[] } {
  const [first] = argv;
  if (isCommand(first)) return { names: [first], argv };
  if (first === undefined || (first.startsWith('-') && !HELP.includes(first)))
    return { names: [PROGRAM.standard], argv: [PROGRAM.standard, ...argv] };
  if (first !== 'help' && !HELP.includes(first))
    throw new Error(
      unknownCommand(
        first,
        Object.keys(COMMANDS).filter((name) => !HIDDEN.has(name)),
      ),
    );
  return { names: Object.keys(COMMANDS) as CommandName[], argv };
}

async function main(): Promise<void> {
  surviveClosedPipes();
  catchUncaught();
  const program = new Command(PROGRAM.name)
    .description('Names why Kubernetes aggregated APIs fail: a Prometheus exporter, and a generator of rules, dashboards and runbooks.')
    .version(process.env.AGGREGATED_API_EXPORTER_VERSION ?? 'dev', '-V, --version')
    .showHelpAfterError('(--help says what is allowed)')
    .exitOverride();
  const { names, argv } = wanted(process.argv.slice(2));
  for (const name of names) await COMMANDS[name](program);
  await program.parseAsync([...argv], { from: 'user' });
  // Everything is closed by now. Node's own way out spins for ever when a connection was being made at that moment (seen with 20.20).
  if (LONG_RUNNING.has(names[0] ?? 'serve')) process.exit();
}

main().catch((error: unknown) => {
  const { code, exitCode, message } = error as { code?: string; exitCode?: number; message?: string };
  // Commander has printed its own complaint; help and version are no failures.
  if (code?.startsWith('commander.')) process.exit(exitCode === 0 ? 0 : 2);
  process.stderr.write(`${PROGRAM.name}: ${message ?? String(error)}\n`);
  process.exit(2);
});
