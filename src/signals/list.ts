import type { Signal } from '../domain/signal.ts';
import { APISERVER_SIGNALS } from './apiserver.ts';
import { BACKEND_SIGNALS } from './backend.ts';
import { CERTIFICATE_SIGNALS } from './certificates.ts';
import { CHANGE_SIGNALS } from './changes.ts';
import { CONDITION_SIGNALS } from './condition.ts';
import { CONTAINER_SIGNALS } from './containers.ts';
import { EVENT_SIGNALS } from './events.ts';
import { FLAG_SIGNALS } from './flags/signals.ts';
import { LOG_SIGNALS } from './logs.ts';
import { NEIGHBOUR_SIGNALS } from './neighbours.ts';
import { NODE_SIGNALS } from './nodes.ts';
import { POD_SIGNALS } from './pods.ts';
import { POLICY_SIGNALS } from './policy.ts';
import { PROBE_SIGNALS } from './probes.ts';
import { REACH_SIGNALS } from './reach.ts';
import { RESOURCE_SIGNALS } from './resources.ts';
import { RIGHTS_SIGNALS } from './rights.ts';
import { SIGNATURE_SIGNALS } from './signature-matches.ts';
import { SOURCE_SIGNALS } from './sources.ts';
import { SYSTEM_EVENT_SIGNALS } from './system-events.ts';

/** Every signal that is read from a snapshot, in the order of the files. Those that need history are in diagnose/. */
export const SIGNALS: readonly Signal[] = [
  ...APISERVER_SIGNALS,
  ...BACKEND_SIGNALS,
  ...CERTIFICATE_SIGNALS,
  ...CHANGE_SIGNALS,
  ...CONDITION_SIGNALS,
  ...CONTAINER_SIGNALS,
  ...EVENT_SIGNALS,
  ...FLAG_SIGNALS,
  ...LOG_SIGNALS,
  ...NEIGHBOUR_SIGNALS,
  ...NODE_SIGNALS,
  ...POD_SIGNALS,
  ...POLICY_SIGNALS,
  ...PROBE_SIGNALS,
  ...REACH_SIGNALS,
  ...RESOURCE_SIGNALS,
  ...RIGHTS_SIGNALS,
  ...SIGNATURE_SIGNALS,
  ...SOURCE_SIGNALS,
  ...SYSTEM_EVENT_SIGNALS,
];
