import { spawn } from 'node:child_process';
import { isSea } from 'node:sea';
import { required } from '../domain/required.ts';

export interface Simulation {
  readonly kubeconfig: string;
  readonly configFile?: string;
  stop(): void;
}

/** Starts the simulated cluster as a process of its own, so that the exporter's figures are its own. */
export function startSimulation(scenario: string): Promise<Simulation> {
  // The same program under the same loader: `node dist/main.js`, or tsx while developing. A single executable is both.
  const program = isSea() ? [] : [required(process.argv[1], "the program's own path")];
  const child = spawn(process.execPath, [...process.execArgv, ...program, 'simulate', scenario], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  return new Promise((resolve, reject) => {
    let out = '';
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString();
      const end = out.indexOf('\n');
      if (end < 0) return;
      child.stdout.removeAllListeners('data');
      child.stdout.resume();
      const ready = JSON.parse(out.slice(0, end)) as { kubeconfig: string; configFile?: string };
      // It ends when its standard input closes, hence also when this process dies.
      resolve({ ...ready, stop: () => child.stdin.end() });
    });
    child.on('error', reject);
    child.on('exit', (code) => reject(new Error(`the simulator ended with code ${code} before it was ready`)));
  });
}
