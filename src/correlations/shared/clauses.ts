import { clause } from '../../domain/cause.ts';
import { any } from '../../domain/criterion.ts';
import { linesName } from './lines.ts';
import { none, seen } from './seen.ts';
import { AGGREGATOR_NETWORK_FAILURE, DIRECT_PASSES, NO_READY_ENDPOINTS } from './vantages.ts';

/** Clauses that several sentences share, each with what carries it. Lower case: a sentence begins with a capital by itself. */
export const CONNECTION_THROUGH_FAILS = clause('through the kube-apiserver the connection fails', AGGREGATOR_NETWORK_FAILURE);
export const EACH_ADDRESS_ANSWERS = clause('each backend address has answered our own probes for ten seconds', DIRECT_PASSES);
export const NO_ADDRESS_READY = clause('no address of the Service is ready', NO_READY_ENDPOINTS);
export const SLICES_SHOW_NONE = clause('the EndpointSlices show none', none('endpoints-ready'));
export const CONDITION_SHOWS_NONE = clause(
  'the condition Available says that endpoints are missing',
  any(seen('condition-missing-endpoints'), seen('condition-endpoints-not-found')),
);
export const linesNameIt = (cause: string) => clause('error lines point to this cause and to no other', linesName(cause));
