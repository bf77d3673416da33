import type { ContainerFacts, PodFacts } from '../../domain/snapshot.ts';
import { WAITING_REASONS } from '../../domain/waiting.ts';
import { labelsOf } from './asked.ts';
import { isLongOver, type Runs, restartsSeldom } from './container-runs.ts';
import { keyValueOf } from './key-values.ts';
import type { Objects, TextObject } from './objects.ts';
import { ageOf } from './times.ts';

/** What STATUS of `kubectl get pods` may say besides Running; `Init:` may stand before it. */
const WAITS = Object.values(WAITING_REASONS).flat().join('|');
const WAITING = new RegExp(`^(?:${WAITS})$`);
const STATUS = String.raw`(?:Init:)?(?:Running|Pending|Succeeded|Failed|Unknown|Completed|Error|OOMKilled|Evicted|Terminating|NodeLost|NodeAffinity|Preempting|ContainerStatusUnknown|StartError|ContainerCannotRun|DeadlineExceeded|Terminated|NodeShutdown|\d+/\d+|${WAITS})`;
const ROW = new RegExp(
  String.raw`^\s*(?:([a-z0-9][a-z0-9-]{0,62})\s+)?(?:pods?/)?([a-z0-9<][A-Za-z0-9<>.-]{2,252})\s+(\d{1,3})/(\d{1,3})\s+(?:(${STATUS})\s+)?(\d{1,7})?(?:\s+\(([^)]{1,40})\))?(?:\s+|$)(\S{1,40})?`,
);
/** A status alone, as people quote it. */
const ALONE = new RegExp(String.raw`^\s*(?:STATUS|status|state|reason)?[:\s]*(${STATUS})\s*$`);
const MOST_PODS = 5000;
/** What `-o wide` adds: `10.0.0.7   node-a`. */
const WIDE = /^\s*(\d[\d.]{6,14}|[0-9a-f:]{3,39}|<none>)\s+([a-z0-9][a-z0-9.-]{0,252})(?:\s|$)/;
/** What `--show-labels` adds, last. */
const LABELS = /[^\s=]{1,317}=\S{0,2000}$/;

interface Draft {
  object: TextObject;
  ready: boolean;
  status: string;
  restarts: number;
  /** Seconds before the text. */
  restartedAgo?: number | undefined;
  /** Seconds, where a column tells. */
  age?: number | undefined;
  containers: ContainerDraft[];
}

interface ContainerDraft {
  /** The pod whose description or document it stands in. */
  of: TextObject;
  init: boolean;
  ready?: boolean;
  running?: boolean;
  waiting?: string;
  ended?: { reason: string; exitCode: number };
  lastEnded?: { reason: string; exitCode: number };
  restarts: number;
  readonly runs: Runs;
}

const EXIT_OF: ReadonlyMap<string, number> = new Map(
  Object.entries<number>({ OOMKilled: 137, Error: 1, Completed: 0, StartError: 128, ContainerCannotRun: 127 }),
);

/** How a container is, as a key above the details. */
const HOW: ReadonlySet<string> = new Set(['waiting', 'terminated', 'running']);
const TIMES: ReadonlySet<string> = new Set(['started', 'startedat', 'finished', 'finishedat', 'starttime']);
const BEGINS_BLOCK: ReadonlySet<string> = new Set(['', '{', '{}']);

/** Pods from tables, `describe` and the status of objects in YAML or JSON; lines in any order, cut anywhere. */
export class PodReader {
  readonly #pods = new Map<string, Draft>();
  /** Name → the key of the pod of that name that was read last. */
  readonly #keys = new Map<string, string>();
  readonly #objects: Objects;
  #open: ContainerDraft | undefined;
  /** Where reason and exitCode belong to: `state` or `lastState`, `waiting` or `terminated`. */
  #which: 'now' | 'last' = 'now';
  #how = '';
  /** When a pod was made, Unix milliseconds. */
  readonly #madeAt = new WeakMap<TextObject, number>();

  constructor(objects: Objects) {
    this.#objects = objects;
  }

  /** True when the line belongs to a pod. */
  read(line: string): boolean {
    if (line.length > 2000) return false;
    return this.#row(line) || this.#alone(line) || this.#keyValue(line);
  }

  end(): void {
    this.#flush();
  }

  #row(line: string): boolean {
    const match = line.includes('/') ? ROW.exec(line) : null;
    if (!match) return false;
    const [, namespace, name = '', ready, of, status, restarts, after = '', tail] = match;
    const word = status ?? statusWord(line, after);
    if (word === undefined && isOfWorkload(name, tail)) return false;
    this.#flush();
    this.#add({
      object: withColumns(this.#objects.row('Pod', name, namespace), line.slice(match[0].length)),
      ready: ready === of && Number(of) > 0,
      status: word ?? (ready === of ? 'Running' : ''),
      restarts: restartsOf(restarts),
      restartedAgo: ageOf(after.replace(/ ago$/, '')),
      age: ageOf(tail ?? ''),
      containers: [],
    });
    return true;
  }

  #alone(line: string): boolean {
    const match = line.length < 120 ? ALONE.exec(line) : null;
    const status = match?.[1];
    if (!status || /^(?:Running|Pending|Failed|Error|Unknown|Completed|Succeeded|Terminated|\d+\/\d+)$/.test(status)) return false;
    if (this.#open || this.#how !== '') return false;
    this.#add({ object: this.#objects.nameless(), ready: false, status, restarts: 0, containers: [] });
    return true;
  }

  #keyValue(line: string): boolean {
    const found = keyValueOf(line);
    if (!found) return false;
    this.#flushBefore(this.#objects.current);
    const { value } = found;
    const key = found.key.toLowerCase().replace(/[ _-]/g, '');
    switch (key) {
      case 'state':
        return this.#state(value);
      case 'laststate':
        return this.#enter('last', value);
      case 'reason':
        return this.#reason(value);
      case 'exitcode':
        return this.#exit(Number.parseInt(value, 10));
      case 'restartcount':
        return this.#restarts(value);
      case 'ready':
        return this.#ready(value);
      case 'kind':
        this.#flush();
        return false;
      default:
        if (TIMES.has(key)) return this.#ran(key, Date.parse(value));
        return HOW.has(key) && BEGINS_BLOCK.has(value) && this.#enter(this.#which, found.key);
    }
  }

  /** `Mon, 05 Jan 2026 09:00:00 +0000` of a description, ISO 8601 of a document. */
  #ran(key: string, at: number): boolean {
    if (Number.isNaN(at)) return false;
    if (key === 'starttime') {
      this.#madeAt.set(this.#objects.current, at);
      return false;
    }
    if (this.#how !== 'running' && this.#how !== 'terminated') return false;
    const { runs } = this.#container();
    if (this.#which === 'last') runs.last[key.startsWith('started') ? 'startedAt' : 'finishedAt'] = at;
    else if (key.startsWith('started') && this.#how === 'running') runs.startedAt = at;
    return true;
  }

  /** What is open belongs to the pod before. */
  #flushBefore(object: TextObject): void {
    if (this.#open && this.#open.of !== object) this.#flush();
  }

  #state(value: string): boolean {
    if (this.#open?.running !== undefined || this.#open?.waiting !== undefined) this.#flush();
    return this.#enter('now', value);
  }

  #restarts(value: string): boolean {
    if (this.#how === '' && this.#open === undefined && !/^\d+$/.test(value)) return false;
    this.#container().restarts = restartsOf(value);
    return true;
  }

  #ready(value: string): boolean {
    if (!this.#open || !/^(?:true|false)$/i.test(value)) return false;
    this.#open.ready = /true/i.test(value);
    return true;
  }

  #enter(which: 'now' | 'last', how: string): boolean {
    const word = how.toLowerCase();
    this.#which = which;
    this.#how = word === '{' ? '' : word;
    if (!/^(?:waiting|terminated|running|\{|)$/.test(word)) {
      this.#how = '';
      return false;
    }
    if (which === 'now' && word === 'running') this.#container().running = true;
    return true;
  }

  #reason(value: string): boolean {
    if (this.#how === 'waiting' || (this.#how === '' && WAITING.test(value))) {
      if (!WAITING.test(value)) return false;
      this.#container().waiting = value;
      return true;
    }
    if (this.#how !== 'terminated' && !(value === 'OOMKilled')) return false;
    const container = this.#container();
    const which = this.#which === 'now' ? 'ended' : 'lastEnded';
    const before = container[which];
    const told = before?.reason === '' ? before.exitCode : undefined;
    container[which] = { reason: value, exitCode: told ?? EXIT_OF.get(value) ?? 1 };
    return true;
  }

  /** In YAML the exit code stands before the reason. */
  #exit(exitCode: number): boolean {
    if (!Number.isInteger(exitCode) || exitCode < 0 || exitCode > 255) return false;
    const container = this.#container();
    const which = this.#which === 'now' ? 'ended' : 'lastEnded';
    container[which] = { reason: container[which]?.reason ?? '', exitCode };
    return true;
  }

  #container(): ContainerDraft {
    this.#open ??= { of: this.#objects.current, init: false, restarts: 0, runs: { last: {} } };
    return this.#open;
  }

  #flush(): void {
    const container = this.#open;
    this.#open = undefined;
    this.#which = 'now';
    this.#how = '';
    if (
      !container ||
      (container.waiting === undefined && !container.running && !container.ended && !container.lastEnded && container.restarts === 0)
    )
      return;
    const known = this.#pods.get(this.#keyOf(container.of)) ?? {
      object: container.of,
      ready: true,
      status: '',
      restarts: 0,
      containers: [],
    };
    this.#agedBy(known, container);
    known.containers.push(container);
    known.ready &&= container.ready ?? container.running ?? false;
    this.#add(known);
  }

  /** It has been there from when it was made to its present run, at the least. */
  #agedBy(known: Draft, { of, runs: { startedAt } }: ContainerDraft): void {
    const madeAt = this.#madeAt.get(of);
    if (startedAt !== undefined && madeAt !== undefined) known.age = Math.max(known.age ?? 0, (startedAt - madeAt) / 1000);
  }

  #add(draft: Draft): void {
    const key = draft.object.name === '' && draft.containers.length === 0 ? `pod-${this.#pods.size + 1}` : this.#keyOf(draft.object);
    if (this.#pods.size >= MOST_PODS && !this.#pods.has(key)) return;
    this.#pods.set(key, draft);
    this.#keys.set(draft.object.name, key);
  }

  /** Pods of one name in two namespaces are two; where the text tells no namespace, it is the one that it showed before. */
  #keyOf({ name, namespace }: TextObject): string {
    if (name === '') return 'pod-described';
    const key = this.#keys.get(name);
    const before = key === undefined ? undefined : this.#pods.get(key)?.object;
    if (key !== undefined && (namespace === undefined || before?.namespace === undefined || before.namespace === namespace)) return key;
    return namespace === undefined ? name : `${namespace}/${name}`;
  }

  get size(): number {
    return this.#pods.size;
  }

  /** A pod that `keep` keeps restarts since it was made, though it may be ready just now. */
  restless(keep: (pod: TextObject) => boolean): boolean {
    return [...this.#pods.values()].some((draft) => keep(draft.object) && isRestless(draft));
  }

  /** Pods that `keep` keeps, as of `time`. */
  facts(time: number, keep: (pod: TextObject) => boolean): PodFacts[] {
    return [...this.#pods].filter(([, { object }]) => keep(object)).map(([key, draft]) => podOf(key, draft, time));
  }
}

/**
 * So often, the last time within so long before the text, and no older than so: it has not once run for the ten minutes after which the kubelet
 * takes restarts for over (1.36 pkg/kubelet/kubelet.go: MaxContainerBackOff, twice), as one that a start of the cluster overtook has.
 */
const RESTLESS = { restarts: 3, agoS: 600, ageS: 1800 } as const;

const isRestless = ({ restarts, restartedAgo = Infinity, age = Infinity }: Draft): boolean =>
  restarts >= RESTLESS.restarts && restartedAgo <= RESTLESS.agoS && age <= RESTLESS.ageS;

/** Where it is and its labels, by the columns of `-o wide` and `--show-labels`. */
function withColumns(object: TextObject, columns: string): TextObject {
  const [, ip, node] = WIDE.exec(columns) ?? [];
  for (const [key, value] of labelsOf(LABELS.exec(columns)?.[0] ?? '')) object.labels.set(key, value);
  if (ip !== undefined && ip !== '<none>') object.ip = ip;
  if (node !== undefined) object.node = node;
  return object;
}

function restartsOf(text: string | undefined): number {
  return Math.min(Number.parseInt(text ?? '', 10) || 0, 1e6);
}

/** Deployments have READY too: their row goes on with counts and holds no status. */
function isOfWorkload(name: string, tail: string | undefined): boolean {
  return !/[a-z0-9<>]-[a-z0-9<>]{1,12}$/.test(name) || /^\d+$/.test(tail ?? '');
}

/** A status behind the restarts, or anywhere in brackets. */
function statusWord(line: string, behind: string): string | undefined {
  const word = /^\(?((?:Init:)?[A-Z]\w{3,40})/.exec(behind);
  return (word ?? /\((?:Init:)?(CrashLoopBackOff|ImagePullBackOff|ErrImagePull|OOMKilled|Error)\)/.exec(line))?.[1];
}

/** Phases that STATUS tells; any other goes by the containers. */
const PHASE_OF: ReadonlyMap<string, PodFacts['phase']> = new Map([
  ['Evicted', 'Failed'],
  ['Failed', 'Failed'],
  ['NodeShutdown', 'Failed'],
  ['Terminated', 'Failed'],
  ['NodeAffinity', 'Failed'],
  ['Unknown', 'Unknown'],
  ['NodeLost', 'Unknown'],
  ['Completed', 'Succeeded'],
  ['Succeeded', 'Succeeded'],
]);

/** kubectl says Pending of a pod that no kubelet has taken yet; later it says ContainerCreating. */
function placeOf(status: string, age = SETTLED_S): Pick<PodFacts, 'scheduled' | 'unschedulable'> {
  if (status !== 'Pending') return { scheduled: true };
  return { scheduled: false, ...(age >= SETTLED_S ? { unschedulable: 'Pending' } : {}) };
}

/** A pod that is younger may not have been looked at yet: the scheduler takes it, the kubelet sees it, and then pulls its image. */
const SETTLED_S = 10;

const DAY_MS = 86_400_000;

function podOf(key: string, draft: Draft, time: number): PodFacts {
  const init = draft.status.startsWith('Init:');
  const status = draft.status.replace(/^Init:/, '');
  const restartedAt = draft.restartedAgo === undefined ? undefined : time - draft.restartedAgo * 1000;
  const containers =
    draft.containers.length > 0
      ? draft.containers.map((container) => containerOf(container, draft.age, time))
      : [rowContainer(draft, status, init, restartedAt)];
  const running = status === 'Running' || containers.some((container) => container.running);
  const age = draft.age ?? 0;
  return {
    name: draft.object.name || key,
    uid: key,
    ...(draft.object.node === undefined ? {} : { node: draft.object.node }),
    hostNetwork: false,
    phase: PHASE_OF.get(status) ?? (running ? 'Running' : 'Pending'),
    ready: draft.ready,
    ...(['Evicted', 'NodeLost', 'Preempting', 'NodeShutdown', 'Terminated'].includes(status) ? { reason: status } : {}),
    ...placeOf(status, draft.age),
    // The pod is older than what the text shows of it: an age that nobody told must not look like a rollout.
    createdAt: time - Math.max(age * 1000, DAY_MS),
    ...(status === 'Terminating' ? { deletingSince: time } : {}),
    labels: {},
    readinessFlips: 0,
    containers,
  };
}

function restartsTold(draft: Draft, restartedAt: number | undefined): readonly number[] {
  const isOver = draft.ready && isLongOver({ restarts: draft.restarts, ageS: draft.age }, draft.restartedAgo);
  return restartedAt === undefined || isOver ? [] : [restartedAt];
}

function rowContainer(draft: Draft, status: string, init: boolean, restartedAt: number | undefined): ContainerFacts {
  const ended =
    status === 'OOMKilled' || status === 'Error' || status === 'StartError' || status === 'ContainerCannotRun'
      ? { reason: status, exitCode: EXIT_OF.get(status) ?? 1 }
      : undefined;
  return {
    name: 'server',
    init,
    ready: draft.ready,
    running: status === 'Running' || (/^\d+\/\d+$/.test(status) && !draft.ready),
    restarts: draft.restarts,
    restartTimes: restartsTold(draft, restartedAt),
    ...(WAITING.test(status) ? { waiting: { reason: status, message: '' } } : {}),
    ...(ended ? { terminated: ended } : {}),
    limits: {},
    args: [],
  };
}

/** When it ended is not known: ages of a text are of no clock. One that works and is long over is left out. */
function containerOf(draft: ContainerDraft, ageS: number | undefined, time: number): ContainerFacts {
  const works = draft.running === true && draft.ready !== false;
  const seldom = works && restartsSeldom(draft.runs, { restarts: draft.restarts, ageS }, time);
  return {
    name: 'server',
    init: draft.init,
    ready: draft.ready ?? draft.running ?? false,
    running: draft.running ?? false,
    restarts: draft.restarts,
    restartTimes: [],
    ...(draft.waiting === undefined ? {} : { waiting: { reason: draft.waiting, message: '' } }),
    ...(draft.ended ? { terminated: draft.ended } : {}),
    ...(draft.lastEnded && !seldom ? { lastTermination: draft.lastEnded } : {}),
    limits: {},
    args: [],
  };
}
