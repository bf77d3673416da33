/** The type to the last field: whether it is optional counts, whether it is readonly does not. */
type Plain<T> = T extends object ? { -readonly [Key in keyof T]: Plain<T[Key]> } : T;

type Identical<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** `true` where a schema says exactly what the type says. `satisfies` alone lets an optional field be forgotten. */
export type Same<A, B> = Identical<Plain<A>, Plain<B>>;
