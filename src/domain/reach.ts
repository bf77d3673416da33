import { SOURCE_STATES, type SourceState, type SourceStatus } from './sources.ts';

/** How far we see into a cluster. `waiting`: nothing was answered yet. `unseen`: its APIServices cannot be listed, for a reason that is known. */
export type Reach = 'seen' | 'waiting' | 'unseen';

/** By the source without which nothing is known of any API. */
export function reachOf(sources: readonly SourceStatus[]): Reach {
  const { state } = apiServicesOf(sources);
  if (state === 'pending') return 'waiting';
  return SOURCE_STATES[state].blind ? 'unseen' : 'seen';
}

/** What stands in the way, in one line: `failed: connect ECONNREFUSED …`. */
export function whyUnseen(sources: readonly SourceStatus[]): string {
  const { state, message } = apiServicesOf(sources);
  return message === undefined ? SOURCE_STATES[state].says : `${SOURCE_STATES[state].says}: ${message}`;
}

const NOT_ASKED: { readonly state: SourceState; readonly message?: string } = { state: 'pending' };

function apiServicesOf(sources: readonly SourceStatus[]): Pick<SourceStatus, 'state' | 'message'> {
  return sources.find(({ source }) => source === 'api-services') ?? NOT_ASKED;
}
