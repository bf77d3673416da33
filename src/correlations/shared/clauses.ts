import { clause } from '../../domain/cause.ts';
import { all, any } from '../../domain/criterion.ts';
import { none, seen } from './seen.ts';
import {
  AGGREGATOR_FAILS,
  AGGREGATOR_NETWORK_FAILURE,
  BACKEND_LOOKS_READY,
  DIRECT_PASSES,
  DISCOVERY_PASSES,
  NO_READY_ENDPOINTS,
} from './vantages.ts';

/** Clauses that several sentences share, each with what carries it. Lower case: a sentence begins with a capital by itself. */
export const CONNECTION_THROUGH_FAILS = clause('through the kube-apiserver the connection fails', AGGREGATOR_NETWORK_FAILURE);
export const EACH_ADDRESS_ANSWERS = clause('each backend address has answered our own probes for ten seconds', DIRECT_PASSES);
export const NO_ADDRESS_READY = clause('no address of the Service is ready', NO_READY_ENDPOINTS);
export const SLICES_SHOW_NONE = clause('the EndpointSlices show none', none('endpoints-ready'));
export const CONDITION_SHOWS_NONE = clause(
  'the condition Available says that endpoints are missing',
  any(seen('condition-missing-endpoints'), seen('condition-endpoints-not-found')),
);
export const PODS_READY = clause('the backend counts as ready', BACKEND_LOOKS_READY);
export const DISCOVERY_WORKS = clause('discovery passes', DISCOVERY_PASSES);
export const OWN_CHECK_FAILS = clause(
  "the kube-apiserver's own check fails",
  all(seen('condition-failed-discovery-check'), AGGREGATOR_FAILS),
);
/** Another family of the same backend is not tried by a kube-apiserver: it connects to the first address that it has. */
export const ONE_FAMILY = 'Every backend address of one IP family fails, and every one of the other answers our own probes.';
