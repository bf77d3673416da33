import type { Cause } from '../domain/cause.ts';
import type { LedgerEntry } from '../domain/ledger.ts';
import type { Catalogue } from './catalogue.ts';
import { generalSentence } from './evidence-words.ts';

/** What a rule of the ledger means: what it speaks for or against, by how many points, and the sentence of its evidence. */
export function evidenceInWords(entry: LedgerEntry, catalogue: Pick<Catalogue, 'causes' | 'signals'>): string {
  const { cause, points, declaration, lookBack, inherited } = entry;
  if (!declaration) return `Against ${cause} (${points}): ${supersession(entry, catalogue)}`;
  const weighed = points < 0 ? `Against ${cause} (${points})` : `For ${cause} (+${points}, ${declaration.weight})`;
  const how = [lookBack ? ', looking back' : '', inherited ? ', as for the shallower cause' : ''].join('');
  return `${weighed}${how}: ${generalSentence(declaration, catalogue)}`;
}

export function priorInWords({ id, title }: Pick<Cause, 'title'> & { readonly id: string }): string {
  return `The points of ${id} before any evidence: ${titleInSentence(title)}.`;
}

/** The title of a cause as the end of a sentence, without its full stop. */
export function titleInSentence(title: string): string {
  return `${title.charAt(0).toLowerCase()}${title.slice(1).replace(/\.$/, '')}`;
}

function supersession({ cause, evidence }: LedgerEntry, { causes }: Pick<Catalogue, 'causes'>): string {
  const by = causes.find(({ id }) => evidence === `superseded-by-${id}`);
  if (!by) throw new Error(`cause ${cause}: its entry ${evidence} names no cause of the catalogue`);
  return `${titleInSentence(by.title)} (${by.id}), which explains it away.`;
}
