import { type Cause, defineCause } from '../../src/domain/cause.ts';
import * as built from '../../src/domain/criterion.ts';

/**
 * The same constructors over invented signals and causes. The engines read any catalogue; the types of the ids know the built-in one.
 */
type Invented<F> = F extends (...args: infer Args) => infer Result ? (...args: Loose<Args>) => Result : never;
/** With `string` in place of each union of ids. */
type Loose<T> = T extends string ? string : T extends object ? { [K in keyof T]: Loose<T[K]> } : T;

const over = <F>(build: F) => build as Invented<F>;

export const last = over(built.last);
export const min = over(built.min);
export const max = over(built.max);
export const avg = over(built.avg);
export const increase = over(built.increase);
export const changedWithin = over(built.changedWithin);
export const tracks = over(built.tracks);
export const regular = over(built.regular);

type Ids = 'id' | 'supersedes' | 'deepens' | 'confusedWith';
export const inventCause = (cause: Omit<Cause, Ids> & Loose<Pick<Cause, Ids>>): Cause => defineCause(cause as Cause);
