import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpus, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { TABLE_HEAD } from './row.ts';

/**
 * Runs the benches, each as a process of its own, one after another, and prints their rows as one table with the bars beside.
 *   npm run bench                    all of them, some minutes
 *   npm run bench -- probe startup   these
 * Exit code 1 when a bar was missed. Accuracy is not speed: `npm run evaluate`.
 */
const BENCHES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    startup: 'start and memory at rest, against an empty Node program',
    fleet: 'series, memory and CPU of 200 APIs, against the build that bench/baseline names',
    'fleet-large': 'first verdicts and memory of 2,000 APIs over one client',
    'fleet-unreachable': 'probes beside 400 addresses that swallow packets, against a prober without them',
    'kube-cache': 'memory of 10,000 watched pods',
    probe: 'CPU of a TLS probe, against blackbox_exporter',
    hostile: 'CPU of probing hostile backends, against good ones',
    exposition: "reading a kube-apiserver's metrics, against Go's expfmt",
    'exposition-serving': 'serving /metrics, against client_golang and prom-client',
    classify: 'classifying log lines, against ripgrep and mtail',
    scan: 'the scan engine in process, against ripgrep, re2js and RegExp',
    logs: 'probes beside a pod that floods its log',
    diagnose: 'one diagnosis pass over 200 APIs',
    rules: 'series, evaluation time and bytes of the generated rules, against the baseline',
    'node-agent': 'memory and CPU of the agent of a node, against an empty Node program',
    scale: 'CPU, memory, series and bytes of scrapes per API, in one process and in shards',
    clusters: 'CPU, memory, series and ticks of 1, 8 and 32 clusters in one process, and of 32 of which two are dead',
    policies: 'verdicts on generated NetworkPolicies, against cyclonus',
  }),
);

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !BENCHES.has(name));
if (unknown.length > 0) {
  const lines = [...BENCHES].map(([name, says]) => `  ${name.padEnd(20)}${says}`);
  console.error(`no bench is named ${unknown.join(', ')}; there are\n${lines.join('\n')}`);
  process.exit(2);
}

const rows: string[] = [];
const failed: string[] = [];
for (const name of wanted.length > 0 ? wanted : BENCHES.keys()) {
  console.log(`== ${name}: ${BENCHES.get(name)}`);
  const code = await run(name);
  // 1 is a missed bar, which its row tells.
  if (code !== 0 && code !== 1) failed.push(`${name} ended with code ${code}`);
}

console.log(
  `\nNode ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown CPU'}, load average ${loadavg()[0]!.toFixed(1)}\n`,
);
console.log([...TABLE_HEAD, ...rows].join('\n'));
for (const line of failed) console.error(line);
process.exitCode = failed.length > 0 || rows.some((row) => row.endsWith('**missed** |')) ? 1 : 0;

async function run(name: string): Promise<number | null> {
  const path = fileURLToPath(new URL(`${name}.ts`, import.meta.url));
  const child = spawn(process.execPath, [...process.execArgv, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    process.stdout.write(text);
    rest += text;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  rows.push(...rest.split('\n').filter((line) => line.startsWith('| ')));
  return code;
}
