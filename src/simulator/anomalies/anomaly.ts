import type { Fault } from '../faults/fault.ts';

/** Something that looks alarming beside a healthy API, or beside a fault of another. No diagnosis may name it. */
type Anomaly<Id extends string = string> = Pick<Fault<Id>, 'id' | 'inject'>;

/** Keeps the id as a literal, so that a name that no anomaly has does not compile. */
export function defineAnomaly<const Id extends string>(anomaly: Anomaly<Id>): Anomaly<Id> {
  return anomaly;
}
