import { HURT_KIND_NAMES, HURT_KINDS, type Impact } from '../../domain/impact.ts';
import { isoTime } from './printable.ts';

/** Whom it hurts: the counts, the longest hurt with their names, and of whom nothing is known. Empty where nobody looked. */
export function impactInWords(impact: Impact | undefined): string[] {
  if (!impact) return [];
  return [...(impact.says === undefined ? nobody(impact) : [impact.says]), ...named(impact), ...unknown(impact)];
}

/** An answer only for those who were looked for. */
function nobody({ counts }: Impact): string[] {
  const looked = HURT_KIND_NAMES.filter((kind) => counts[kind] !== undefined).map((kind) => HURT_KINDS[kind].who);
  return looked.length === 0 ? [] : [`nobody among the ${looked.join(', ')}`];
}

function named({ told, counts }: Impact): string[] {
  const lines = told.map(({ says, message = '', since }) => {
    const quoted = message === '' ? '' : ` ("${message}")`;
    return `${says}${since === undefined ? '' : `, since ${isoTime(since)}`}${quoted}`;
  });
  const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return all > told.length ? [...lines, `and ${all - told.length} more`] : lines;
}

function unknown({ notKnown }: Impact): string[] {
  return notKnown.map(({ kind, why, rule }) => {
    const opened = rule === undefined ? '' : `; a role with \`${rule}\` would open it`;
    return `not known of ${HURT_KINDS[kind].who}: ${why}${opened}`;
  });
}
