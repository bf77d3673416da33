import type { Category } from '../../../src/domain/category.ts';
import type { CauseId } from '../../../src/domain/ids.ts';
import type { Cluster } from './harness/cluster.ts';

export type Undo = () => Promise<void> | void;

/** One fault that is injected for real. */
export interface Fault {
  readonly id: string;
  /** What happens in the cluster, one sentence. */
  readonly title: string;
  /** The APIService that it breaks; the sample-apiserver's when absent. */
  readonly api?: string;
  /** It breaks every API: there is no bystander. */
  readonly everyone?: boolean;
  /** Causes that are right: more than one where the cluster shows two names of one thing. */
  readonly causes: readonly CauseId[];
  readonly category: Category;
  /** Seconds from the first failed probe to the right verdict that are still allowed. */
  readonly within: number;
  readonly inject: (cluster: Cluster) => Promise<Undo>;
}

/** Runs every undo, the last first, even when one fails. */
export function all(...undos: Undo[]): Undo {
  return async () => {
    const errors: unknown[] = [];
    for (const undo of undos.reverse())
      try {
        await undo();
      } catch (error) {
        errors.push(error);
      }
    if (errors.length > 0) throw new AggregateError(errors, 'a fault could not be taken back');
  };
}
