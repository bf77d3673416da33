import { above, all, any, type Criterion, last, MINUTE } from '../../domain/criterion.ts';
import { lessThan, type Reason, reasonSeen, seen } from './seen.ts';
import {
  AGGREGATOR_FAILS,
  AGGREGATOR_NETWORK_FAILURE,
  BACKEND_LOOKS_READY,
  CONTROL_PASSES,
  DIRECT_NETWORK_FAILURE,
  DIRECT_PASSES,
  DISCOVERY_PASSES,
  FAILING,
  HAS_READY_ENDPOINTS,
  LIST_FAILS,
  NETWORK_FAILURE,
  NO_READY_ENDPOINTS,
  PACKETS_VANISH,
  SLOW_ANSWERS,
} from './vantages.ts';

/** Words that state a fact, and the criterion that is true wherever they are printed. */
export interface Claim {
  readonly words: RegExp;
  readonly needs: Criterion;
}

const CERTIFICATE_REASONS: readonly Reason[] = [
  'certificate-expired',
  'certificate-not-yet-valid',
  'certificate-name-mismatch',
  'certificate-unknown-authority',
];
const seenFromAnywhere = (...reasons: Reason[]): Criterion =>
  any(reasonSeen('aggregator', ...reasons), reasonSeen('list', ...reasons), reasonSeen('direct', ...reasons));
const LIST_REASONS: readonly Reason[] = ['response-timeout', 'gateway-timeout', 'transfer-timeout', 'server-error', 'service-unavailable'];

/**
 * What sentences of the catalogue claim. A sentence with such words must be carried by the criterion beside them: a test holds
 * each sentence of the catalogue to it, and diagnose/witness.ts each sentence that is printed.
 */
export const CLAIMS: readonly Claim[] = [
  { words: /\beach backend address (?:answers|answered|has answered)/i, needs: DIRECT_PASSES },
  { words: /\bthe backend (?:itself )?answers (?:us|our own|directly)|\bdirectly it (?:passes|is quick|answers)/i, needs: DIRECT_PASSES },
  {
    words:
      /\bour own (?:connections?|probes?) (?:to the backend )?(?:fails?|are (?:reset|refused|not answered)|times? out|finds? no route)/i,
    needs: DIRECT_NETWORK_FAILURE,
  },
  { words: /\bthrough the kube-apiserver the connection fails/i, needs: AGGREGATOR_NETWORK_FAILURE },
  { words: /\bno (?:endpoint|address of the Service) is ready/i, needs: NO_READY_ENDPOINTS },
  { words: /\b(?:an|another) (?:endpoint|replica) is ready/i, needs: any(HAS_READY_ENDPOINTS, BACKEND_LOOKS_READY) },
  { words: /\bpods are ready|\bcounts as ready/i, needs: BACKEND_LOOKS_READY },
  { words: /\bconnections fail\b/i, needs: any(NETWORK_FAILURE, PACKETS_VANISH, seenFromAnywhere(...CERTIFICATE_REASONS)) },
  { words: /\bpackets (?:to \w+ )?(?:vanish|are lost)/i, needs: PACKETS_VANISH },
  { words: /\bdiscovery passes/i, needs: DISCOVERY_PASSES },
  {
    words: /\blists? (?:fails?|gets? no answer|as an ordinary user is answered with \d+|is answered with \d+)/i,
    needs: any(LIST_FAILS, reasonSeen('list', ...LIST_REASONS, 'forbidden', 'unauthorized', 'too-many-requests')),
  },
  { words: /\banswers are slow\b/i, needs: any(SLOW_ANSWERS, FAILING) },
  { words: /\bthe kube-apiserver (?:itself )?answers (?:us|at once)/i, needs: any(CONTROL_PASSES, lessThan('control-seconds', 1)) },
  { words: /\bthe API (?:fails|errs)\b/i, needs: FAILING },
  { words: /\bkube-apiserver's own check fails/i, needs: all(seen('condition-failed-discovery-check'), AGGREGATOR_FAILS) },
  { words: /\bsome kube-apiservers and fails through others/i, needs: above(last('apiservers-disagree', 2 * MINUTE), 0) },
];
