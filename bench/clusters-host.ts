import { type AddressInfo, createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { type Simulator, startSimulator } from '../src/simulator/simulator.ts';
import { gaugesApi } from './gauges-api.ts';

/**
 * For bench/clusters.ts: several simulated clusters of healthy APIs in one process. Prints a line of JSON with `kubeconfigs` and `silent`, the address of
 * a listener that never says a word; each line `stop N` ends the cluster of that number for good. Ends with its standard input.
 *   tsx bench/clusters-host.ts 32 5
 */
const [count = 1, size = 5] = process.argv.slice(2).map(Number);
const simulators: Simulator[] = [];
for (let cluster = 0; cluster < count; cluster++)
  simulators.push(
    await startSimulator({
      scenario: { name: `quay-${cluster}`, traffic: false, apis: Array.from({ length: size }, (_, index) => gaugesApi(index)) },
      seed: cluster + 1,
    }),
  );
const running = new Map(simulators.entries());
const silent = createServer((socket) => void socket.on('error', () => {})).listen(0, '127.0.0.1');
await new Promise((resolve) => silent.once('listening', resolve));
process.stdout.write(
  `${JSON.stringify({
    kubeconfigs: simulators.map(({ kubeconfig }) => kubeconfig),
    silent: `https://127.0.0.1:${(silent.address() as AddressInfo).port}`,
  })}\n`,
);
for await (const line of createInterface(process.stdin)) {
  const number = Number(/^stop (\d+)$/.exec(line)?.[1]);
  await running.get(number)?.stop();
  running.delete(number);
}
await Promise.all([...running.values()].map((simulator) => simulator.stop()));
process.exit();
