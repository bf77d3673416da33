import type { Fault } from '../faults/fault.ts';

/** Something that looks alarming beside a healthy API, or beside a fault of another. No diagnosis may name it. */
export type Anomaly = Pick<Fault, 'id' | 'inject'>;
