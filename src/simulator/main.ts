import { startSimulator } from './simulator.ts';

/**
 * The simulator as a process of its own. Prints one line of JSON with `kubeconfig`, `server` and `configFile` when it is ready, and
 * ends when its parent does: with standard input, the IPC channel, or a signal. `scenario` is a name or YAML text.
 */
export async function runSimulator(scenario: string): Promise<void> {
  const simulator = await startSimulator({ scenario });
  const { kubeconfig, configFile, server } = simulator;
  process.stdout.write(`${JSON.stringify({ kubeconfig, server: server.href, configFile })}\n`);
  await parentGone();
  await simulator.stop();
  // Nothing may hold the event loop from now on, a terminal least of all.
  process.stdin.destroy();
}

function parentGone(): Promise<void> {
  return new Promise((resolve) => {
    const done = () => resolve();
    if (!process.stdin.isTTY) {
      process.stdin.resume();
      process.stdin.once('end', done);
      process.stdin.once('close', done);
      process.stdin.once('error', done);
    }
    process.once('disconnect', done);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, done);
  });
}
