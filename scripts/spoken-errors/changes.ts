import type { Spoken } from './facts.ts';
import { subjectOf } from './subject.ts';

/** What a program has said in its first version that was read and not in its last, or the other way. */
export interface Change {
  readonly program: string;
  readonly gone: readonly string[];
  readonly come: readonly string[];
}

/**
 * By program, whichever of its packages says it, and without regard to the verb that prints an error: what moved, or wraps now what it
 * printed before, reads the same. Only texts that name a failure.
 */
export function changesOf(spoken: readonly Spoken[]): Change[] {
  return [...new Set(spoken.map(({ program }) => program))].flatMap((program) => {
    const own = spoken.filter((one) => one.program === program && subjectOf(one) !== 'other');
    const first = new Set(own.filter(({ versions, of }) => versions[0] === of[0]).map(read));
    const last = new Set(own.filter(({ versions, of }) => versions.at(-1) === of.at(-1)).map(read));
    const gone = [...first].filter((text) => !last.has(text)).sort();
    const come = [...last].filter((text) => !first.has(text)).sort();
    return gone.length + come.length === 0 ? [] : [{ program, gone, come }];
  });
}

function read({ format }: Spoken): string {
  return format.replaceAll('%w', '%v');
}
