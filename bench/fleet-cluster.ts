import { once } from 'node:events';
import { startSimulator } from '../src/simulator/simulator.ts';
import { gaugesApi } from './gauges-api.ts';

/**
 * For bench/fleet.ts: a simulated cluster of many healthy APIs, each with one replica, as a process of its own. Prints a line of JSON with `kubeconfig` and
 * `configFile` when all are there, and ends with its standard input.
 *   tsx bench/fleet-cluster.ts 200
 */
const size = Number(process.argv[2] ?? 200);
const simulator = await startSimulator({ scenario: { name: 'fleet', traffic: false, apis: [gaugesApi(0)] } });
for (let index = 1; index < size; index++) await simulator.addApi(gaugesApi(index));
const { kubeconfig, configFile } = simulator;
process.stdout.write(`${JSON.stringify({ kubeconfig, configFile })}\n`);
process.stdin.resume();
await once(process.stdin, 'end');
await simulator.stop();
process.exit();
