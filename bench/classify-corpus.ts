import { closeSync, openSync, writeSync } from 'node:fs';
import { createRandom } from '../src/simulator/random.ts';

const NAMES = ['tide-gauge', 'harbour-cache', 'buoy-index', 'lighthouse', 'ferry-ledger', 'dock-planner'];
const FILES = ['httplog.go:132', 'trace.go:236', 'controller.go:624', 'cacher.go:781', 'shared_informer.go:313', 'garbagecollector.go:235'];

/** Harmless lines of the programs whose logs we follow; none of them matches a signature. */
export function ordinaryLine(random: () => number): string {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  const int = (max: number): number => Math.floor(random() * max);
  const header = `I${String(1 + int(12)).padStart(2, '0')}${String(1 + int(28)).padStart(2, '0')} ${pick(['07', '12', '21'])}:${10 + int(49)}:${10 + int(49)}.${String(int(1e6)).padStart(6, '0')}       1 `;
  const name = `${pick(NAMES)}-${int(1e9).toString(36)}`;
  switch (int(8)) {
    case 0:
    case 1:
      return `${header}${pick(FILES)}] "HTTP" verb="${pick(['GET', 'LIST', 'WATCH'])}" URI="/apis/tides.example.com/v1/namespaces/${pick(NAMES)}/gauges?limit=500&resourceVersion=${int(1e8)}" latency="${(random() * 40).toFixed(3)}ms" userAgent="kube-controller-manager/v1.36.3 (linux/amd64)" audit-ID="${hex(random, 8)}-${hex(random, 4)}-${hex(random, 4)}" srcIP="10.${int(255)}.${int(255)}.${int(255)}:${30000 + int(30000)}" resp=200`;
    case 2:
      return `{"level":"info","ts":"2026-01-0${1 + int(8)}T0${int(9)}:${10 + int(49)}:${10 + int(49)}Z","logger":"scaler","msg":"Reconciling object","controller":"gauge","namespace":"${pick(NAMES)}","name":"${name}","reconcileID":"${hex(random, 16)}"}`;
    case 3:
      return `time="2026-01-05T09:${10 + int(49)}:${10 + int(49)}Z" level=info msg="sync finished" component=${pick(NAMES)} duration=${(random() * 9).toFixed(4)}s items=${int(900)} revision=${int(1e6)}`;
    case 4:
      return `${header}${pick(FILES)}] Trace[${int(2e9)}]: "List" accept:application/json, client:10.0.${int(255)}.${int(255)}, protocol:HTTP/2.0, resource:gauges, scope:namespace, total=${int(900)}ms, objects=${int(5000)}`;
    case 5:
      return `${header}reflector.go:389] "Reflector watch closed, resuming" reflector="k8s.io/client-go/informers/factory.go:160" type="*v1.ConfigMap" itemsReceived=${int(900)} resourceVersion="${int(1e8)}"`;
    case 6:
      return `${header}scraper.go:135] "Storing metric points" node="node-${int(400)}" pods=${int(110)} containers=${int(300)} duration="${(random() * 200).toFixed(2)}ms" cycle=${int(1e6)}`;
    default:
      return `${header}event.go:377] "Event occurred" object="${pick(NAMES)}/${name}" fieldPath="" kind="Pod" apiVersion="v1" type="Normal" reason="Scheduled" message="Assigned ${pick(NAMES)}/${name} to node-${int(400)}"`;
  }
}

function hex(random: () => number, length: number): string {
  return Array.from({ length }, () => Math.floor(random() * 16).toString(16)).join('');
}

/** Writes `bytes` of log to a file, the share `errors` of its lines taken from `errorLines`. Returns the number of lines. */
export function writeCorpus(path: string, bytes: number, errors: number, errorLines: readonly string[], seed = 1): number {
  const random = createRandom(seed).next;
  const file = openSync(path, 'w');
  let written = 0;
  let lines = 0;
  try {
    while (written < bytes) {
      const batch: string[] = [];
      for (let i = 0; i < 5000; i++) {
        batch.push(random() < errors ? errorLines[Math.floor(random() * errorLines.length)]! : ordinaryLine(random));
        lines++;
      }
      written += writeSync(file, `${batch.join('\n')}\n`);
    }
  } finally {
    closeSync(file);
  }
  return lines;
}
