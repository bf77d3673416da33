import type { SignalId } from '../../../src/domain/ids.ts';
import type { ApiFacts, ClusterFacts } from '../../../src/domain/snapshot.ts';

/** What a signal is on the healthy cluster, and what it is where these facts differ; undefined = not observed. */
export type Row = [
  signal: SignalId,
  well: number | undefined,
  then: number | undefined,
  api: Partial<ApiFacts>,
  cluster?: Partial<ClusterFacts>,
];
