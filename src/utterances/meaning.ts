import type { Utterance } from '../domain/utterance.ts';
import { BACKEND } from './meanings/backend.ts';
import { BETWEEN } from './meanings/between.ts';
import { DEPENDENCIES } from './meanings/dependencies.ts';
import { KUBE_APISERVER } from './meanings/kube-apiserver.ts';
import type { Meaning } from './meanings/meaning.ts';
import { NODES } from './meanings/nodes.ts';
import { OTHERS } from './meanings/others.ts';
import { UNTOLD } from './meanings/untold.ts';

/** In the order in which they are asked: the first that fits. */
const MEANINGS: readonly Meaning[] = [...BETWEEN, ...BACKEND, ...KUBE_APISERVER, ...NODES, ...DEPENDENCIES, ...OTHERS, ...UNTOLD];

/** What the error points to; undefined when no row is about it, or when it does not stand any more. */
export function meaningOf(utterance: Utterance): Pick<Meaning, 'id' | 'pointsTo' | 'underName'> | undefined {
  return utterance.polarity === 'failed' ? MEANINGS.find((meaning) => fits(meaning, utterance)) : undefined;
}

function fits({ roles, reasons, steps, speakers }: Meaning, { speaker, step, reason, target }: Utterance): boolean {
  return (
    roles.includes(target.role) &&
    (reasons?.includes(reason) ?? true) &&
    (steps?.includes(step) ?? true) &&
    (speakers?.includes(speaker) ?? true)
  );
}
