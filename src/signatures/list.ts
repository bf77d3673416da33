import type { Signature } from '../domain/signature.ts';
import { ADAPTERS } from './adapters.ts';
import { AGGREGATOR } from './aggregator.ts';
import { AUTHENTICATION } from './authentication.ts';
import { CLIENTS, CLIENTS_THEMSELVES } from './clients.ts';
import { CONNECTION } from './connection.ts';
import { ETCD } from './etcd.ts';
import { INTERMEDIARIES } from './intermediaries.ts';
import { METRICS_SERVER } from './metrics-server.ts';
import { PODS } from './pods.ts';
import { CRASHES, LAST_WORDS, SERVERS, STARTUP } from './servers.ts';
import { THROTTLING } from './throttling.ts';
import { TLS } from './tls.ts';

/**
 * All signatures, in the order of priority: the first that matches names a line. What a program says about itself comes before
 * the network error inside it, and a victim's words come last.
 */
export const SIGNATURES: readonly Signature[] = [
  ...CRASHES,
  ...METRICS_SERVER,
  ...PODS,
  // An etcd that is full says it in words of gRPC that any quota has.
  ...ETCD,
  ...INTERMEDIARIES,
  ...ADAPTERS,
  ...AUTHENTICATION,
  ...AGGREGATOR,
  ...THROTTLING,
  ...CLIENTS_THEMSELVES,
  ...STARTUP,
  ...SERVERS,
  ...TLS,
  ...CONNECTION,
  ...CLIENTS,
  ...LAST_WORDS,
];
