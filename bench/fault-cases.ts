import { CAUSES } from '../src/correlations/list.ts';
import type { Snapshot } from '../src/domain/snapshot.ts';
import type { SourceName } from '../src/domain/sources.ts';
import { play } from '../test/support/play.ts';
import { FAULT_SHEETS } from './fault-sheets.ts';
import type { Truth } from './judge.ts';

/** Faults as the observed facts show them, replayed tick by tick: what `evaluate` and `calibrate` have without a cluster. */
export interface FaultCase extends Truth {
  readonly cause: string;
  readonly variant: 'plain' | 'with a benign anomaly' | 'with a source missing';
  readonly snapshots: readonly Snapshot[];
}

/** Sources that RBAC or a managed control plane often hides. */
const OFTEN_MISSING: readonly SourceName[] = ['logs', 'events', 'apiserver-metrics', 'resources', 'network-policies', 'pods'];

export function faultCases(): FaultCase[] {
  const categories = new Map<string, string>(CAUSES.map(({ id, category }) => [id, category]));
  return FAULT_SHEETS.flatMap((sheet, index) => {
    const truth = { cause: sheet.cause, truth: categories.get(sheet.cause) ?? 'unknown', also: sheet.also ?? [] };
    const missing = OFTEN_MISSING[index % OFTEN_MISSING.length]!;
    return [
      { ...truth, id: sheet.id, variant: 'plain' as const, snapshots: play(sheet, {}) },
      { ...truth, id: `${sheet.id}, benign`, variant: 'with a benign anomaly' as const, snapshots: play(sheet, { benign: true }) },
      { ...truth, id: `${sheet.id}, no ${missing}`, variant: 'with a source missing' as const, snapshots: play(sheet, { missing }) },
    ];
  });
}
