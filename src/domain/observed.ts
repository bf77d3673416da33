/**
 * What is known of a thing that may not be visible to us.
 * `absent` = looked, and it is not there. `forbidden` = RBAC refuses; `rule` is the rule that would open it.
 * `unobserved` = never looked, or the source failed: it proves neither health nor fault.
 */
export type Observed<T> =
  | { readonly state: 'observed'; readonly value: T }
  | { readonly state: 'absent' }
  | { readonly state: 'forbidden'; readonly rule: string }
  | { readonly state: 'unobserved'; readonly why?: string };

export const UNOBSERVED: Observed<never> = { state: 'unobserved' };
export const ABSENT: Observed<never> = { state: 'absent' };

export function observed<T>(value: T): Observed<T> {
  return { state: 'observed', value };
}

/** The value, or undefined when it was not observed. Absent is undefined too: ask `state` where the difference matters. */
export function observedValue<T>(fact: Observed<T>): T | undefined {
  return fact.state === 'observed' ? fact.value : undefined;
}
