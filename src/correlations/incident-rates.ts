import type { BaseRates } from '../domain/victim.ts';

/**
 * What known incidents turned out to be: all of them, and those in which nothing but victims spoke, by who did. Counted by
 * `npm run calibrate -- --write`.
 */
// biome-ignore format: one line for each count, as it is printed.
export const INCIDENT_RATES: BaseRates = {
  source: 'public issue threads',
  all: { 'network-connectivity': 48, misconfiguration: 39, 'tls-certificate': 29, 'authn-authz': 24, 'backend-dependency': 23, 'pod-instability': 20, 'software-bug': 16, 'apiserver-load': 15, unknown: 15, 'rate-limiting': 13, 'network-policy': 10, 'resource-pressure': 10, 'scheduled-trigger': 7 },
  byVictim: {
    autoscaler: { misconfiguration: 1, 'software-bug': 1, 'tls-certificate': 1, unknown: 1 },
    discovery: { misconfiguration: 5, 'network-policy': 2, 'pod-instability': 2, unknown: 2, 'network-connectivity': 1, 'tls-certificate': 1 },
    unavailable: { 'network-connectivity': 5, 'network-policy': 1 },
    condition: { 'network-connectivity': 2, 'resource-pressure': 1, 'scheduled-trigger': 1, unknown: 1 },
    other: { 'backend-dependency': 1, 'network-connectivity': 1, 'pod-instability': 1, 'rate-limiting': 1, 'software-bug': 1 },
  },
};
