/** What is normal for one program that serves aggregated APIs, argued from its source and manifests: data, no code. */
export interface ServerProfile {
  readonly id: string;
  /** As its project calls it. */
  readonly title: string;
  /** Whose source and manifests were read, with the version or the state of its main branch. */
  readonly source: string;
  /** API groups that it serves. */
  readonly groups: RegExp;
  /** Its Service, workload, pods or containers; several programs serve one group. */
  readonly called: RegExp;
  /** How long a start takes when nothing is wrong, with its own manifests. */
  readonly startUp: StartUp;
  /** What looks like a fault and is none, or is a fault and does not look like one. */
  readonly normal: readonly NormalFact[];
  /** Flags that decide whether it works as an aggregated API, without dashes. */
  readonly flags: readonly { readonly name: string; readonly says: string }[];
}

export interface StartUp {
  /** Seconds from the start of its container until its pod is ready at the latest. */
  readonly seconds: number;
  /** Why it is not ready earlier: a part of a sentence. */
  readonly because: string;
}

export interface NormalFact {
  readonly about: 'availability' | 'certificates' | 'data' | 'latency' | 'log' | 'readiness' | 'updates';
  readonly says: string;
}

/** Of a program whose manifests have no readiness probe: ready is what runs, so it gets requests before it listens. */
export const NO_READINESS_PROBE: NormalFact = {
  about: 'readiness',
  says: 'its own manifest has no readiness probe, so its pod is ready before it listens: refused connections in the first seconds of a pod are normal, and a server that hangs stays ready',
};
