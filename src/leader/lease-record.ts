import { isObject, type StoredObject } from './one-object.ts';

/** What a Lease of coordination.k8s.io/v1 says of who leads, as client-go 0.37 reads it: a field that is missing is empty or 0. */
export interface LeaseRecord {
  /** Empty: nobody. */
  readonly holder: string;
  /** For how long others wait since they last saw it change. */
  readonly durationSeconds: number;
  /** As it stands there: nobody compares it with a clock. */
  readonly acquireTime: string;
  readonly renewTime: string;
  /** How often another one became the leader. */
  readonly transitions: number;
}

export function recordOf({ spec }: StoredObject): LeaseRecord {
  const fields = isObject(spec) ? spec : {};
  const text = (name: string) => (typeof fields[name] === 'string' ? fields[name] : '');
  const count = (name: string) => (typeof fields[name] === 'number' ? fields[name] : 0);
  return {
    holder: text('holderIdentity'),
    durationSeconds: count('leaseDurationSeconds'),
    acquireTime: text('acquireTime'),
    renewTime: text('renewTime'),
    transitions: count('leaseTransitions'),
  };
}

export function specOf({ holder, durationSeconds, acquireTime, renewTime, transitions }: LeaseRecord): object {
  return {
    holderIdentity: holder,
    leaseDurationSeconds: durationSeconds,
    acquireTime,
    renewTime,
    leaseTransitions: transitions,
  };
}

/** MicroTime of the Kubernetes API: RFC 3339 with six digits of a second. @param ms Unix milliseconds */
export function microTime(ms: number): string {
  return new Date(ms).toISOString().replace(/Z$/, '000Z');
}
