import type { Change } from '../../domain/snapshot.ts';
import type { CacheChange, KubeClient } from '../../kube/api.ts';
import type { PodRecord } from '../../objects/pods.ts';
import type { Clock } from '../../source/clock.ts';
import type { Logger } from '../../source/logger.ts';
import { repeat } from '../../source/repeat.ts';

const HOUR = 3_600_000;
const VERSION_INTERVAL = 60_000;

/** kube-apiserver pods as kubeadm, kops and kind label them; managed control planes show none. */
export function isApiserverPod(pod: Pick<PodRecord, 'namespace' | 'labels'>): boolean {
  return pod.namespace === 'kube-system' && (pod.labels.component === 'kube-apiserver' || pod.labels['k8s-app'] === 'kube-apiserver');
}

/** What happened to a kube-apiserver's pod; undefined when nothing did that interrupts it. */
export function apiserverPodChange({ type, object, previous, live }: CacheChange<PodRecord>, now: number): Change | undefined {
  const change = (at: number, summary: string): Change => ({
    what: 'control-plane',
    at,
    object: `Pod ${object.namespace}/${object.name}`,
    summary,
  });
  if (type === 'deleted') return live ? change(now, 'was removed') : undefined;
  const started = object.containers.find(({ running }) => running)?.startedAt;
  if (!previous) return started !== undefined && started >= now - HOUR ? change(started, 'started') : undefined;
  if (previous.uid !== object.uid) return change(now, 'was replaced');
  const [before, after] = [restarts(previous), restarts(object)];
  return after > before ? change(started ?? now, 'restarted') : undefined;
}

function restarts(pod: PodRecord): number {
  return pod.containers.reduce((sum, container) => sum + container.restarts, 0);
}

/** Asks for /version each minute, which every ServiceAccount may. */
export interface VersionWatch {
  start(signal: AbortSignal): void;
  current(): string | undefined;
}

export function createVersionWatch(
  client: KubeClient,
  options: { clock: Clock; log: Logger; onChange(change: Change): void },
): VersionWatch {
  let version: string | undefined;
  const ask = async (signal: AbortSignal): Promise<void> => {
    const { status, body } = await client.request('/version', { signal, timeoutMs: 10_000, maxBytes: 65_536 });
    if (status !== 200) return;
    const { gitVersion } = JSON.parse(body.toString('utf8')) as { gitVersion?: unknown };
    if (typeof gitVersion !== 'string' || gitVersion === version) return;
    const before = version;
    version = gitVersion;
    if (before !== undefined)
      options.onChange({
        what: 'control-plane',
        at: options.clock(),
        object: 'kube-apiserver',
        summary: `version ${before} → ${gitVersion}`,
      });
  };
  // The sources that matter report an unreachable server; here it only means that the version stays unknown.
  const tryToAsk = (signal: AbortSignal): Promise<void> =>
    ask(signal).catch((error: unknown) => options.log.debug({ err: error }, 'the version could not be read'));
  return {
    start(signal) {
      repeat(tryToAsk, { intervalMs: () => (version === undefined ? 5_000 : VERSION_INTERVAL), signal, log: options.log });
    },
    current: () => version,
  };
}
