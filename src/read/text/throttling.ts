import type { ResourceFacts } from '../../domain/snapshot.ts';
import type { Objects, TextObject } from './objects.ts';

/** `kubectl exec -n harbour tide-gauge-0 -- cat /sys/fs/cgroup/cpu.stat` */
const EXEC = /\bexec\b.{0,400}?\s--\s.{0,200}cpu\.stat\b/;
const NAMESPACE = /\s(?:-n|--namespace)[ =]([a-z0-9][a-z0-9-]{0,62})\b/;
const POD_OF_EXEC = /\bexec\s(?:.{0,200}?\s)?(?:pods?\/)?([a-z0-9][a-z0-9.-]{0,252})(?:\s+-c\s+\S{1,63})?\s+--\s/;
/** The kernel's counters of CFS bandwidth control (Linux Documentation/scheduler/sched-bwc.rst), alike in cgroup v1 and v2. */
const STAT = /^\s*(nr_periods|nr_throttled)\s+(\d{1,18})\s*$/;
/** What the kubelet's cAdvisor makes of them (cAdvisor 0.52 metrics/prometheus.go), in an exposition or as Prometheus prints a sample. */
const SAMPLE =
  /^\s*"?container_cpu_cfs_(throttled_periods|periods)_total\{([^}]{1,2000})\}["'\s,:=>]{0,12}(\d{1,18}(?:\.\d{1,9})?(?:e\+?\d{1,2})?)\b/;
const LABEL = (name: string) => new RegExp(String.raw`(?:^|,)\s{0,2}${name}="([^"]{1,253})"`);
const POD = LABEL('pod');
const OF_NAMESPACE = LABEL('namespace');
const CONTAINER = LABEL('container');
/** Fewer periods of 0.1 s are the time that a server takes to start, which it does as fast as it may. */
const FEWEST_PERIODS = 600;
const MOST = 100;

interface Counters {
  readonly object: TextObject;
  readonly container: string;
  periods?: number;
  throttled?: number;
}

/** In how many of its CPU periods a container was throttled since it started, by its counters. */
export class ThrottleReader {
  readonly #byContainer = new Map<string, Counters>();
  readonly #objects: Objects;
  #asked: Counters | undefined;

  constructor(objects: Objects) {
    this.#objects = objects;
  }

  command(text: string): void {
    this.#asked = undefined;
    const command = text.slice(0, 1000);
    const pod = EXEC.test(command) ? POD_OF_EXEC.exec(command)?.[1] : undefined;
    if (pod === undefined) return;
    const namespace = NAMESPACE.exec(command)?.[1];
    this.#asked = this.#of(this.#objects.chosen(pod, namespace), 'server');
  }

  /** True when the line is one of the counters. */
  read(line: string): boolean {
    if (line.length > 3000) return false;
    return line.includes('nr_') ? this.#stat(line) : line.includes('container_cpu_cfs_') && this.#sample(line);
  }

  #stat(line: string): boolean {
    const [, which, value] = STAT.exec(line) ?? [];
    if (which === undefined) return false;
    if (this.#asked) this.#asked[which === 'nr_periods' ? 'periods' : 'throttled'] = Number(value);
    return true;
  }

  #sample(line: string): boolean {
    const [, which, labels = '', value] = SAMPLE.exec(line) ?? [];
    const pod = POD.exec(labels)?.[1];
    if (which === undefined || pod === undefined) return false;
    const counters = this.#of(this.#objects.row('Pod', pod, OF_NAMESPACE.exec(labels)?.[1]), CONTAINER.exec(labels)?.[1] ?? '');
    if (counters) counters[which === 'periods' ? 'periods' : 'throttled'] = Number(value);
    return true;
  }

  #of(object: TextObject, container: string): Counters | undefined {
    const key = `${object.namespace ?? ''}/${object.name}/${container}`;
    const known = this.#byContainer.get(key);
    if (known || this.#byContainer.size >= MOST) return known;
    const made = { object, container };
    this.#byContainer.set(key, made);
    return made;
  }

  end(): void {
    this.#asked = undefined;
  }

  /** Of the pods that `keep` keeps. */
  facts(keep: (pod: TextObject) => boolean): ResourceFacts[] {
    return [...this.#byContainer.values()].flatMap(({ object, container, periods = 0, throttled }): ResourceFacts[] =>
      throttled === undefined || periods < FEWEST_PERIODS || throttled > periods || !keep(object)
        ? []
        : [{ pod: object.name, container, cpuThrottledRatio: throttled / periods }],
    );
  }
}
