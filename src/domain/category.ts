/** Closed set; value of the label `category`. */
export const CATEGORIES = [
  'pod-instability',
  'network-connectivity',
  'network-policy',
  'resource-pressure',
  'apiserver-load',
  'rate-limiting',
  'tls-certificate',
  'authn-authz',
  'misconfiguration',
  'backend-dependency',
  'software-bug',
  'scheduled-trigger',
  'unknown',
] as const;

export type Category = (typeof CATEGORIES)[number];
