import type { Family } from '../family.ts';
import { API_SERVICE_FAMILIES } from './api-service.ts';
import { BACKEND_FAMILIES } from './backend.ts';
import { CERTIFICATE_FAMILIES } from './certificates.ts';
import { DIAGNOSIS_FAMILIES } from './diagnosis.ts';
import { EVENT_FAMILIES } from './events.ts';
import { EXPORTER_FAMILIES } from './exporter.ts';
import { IMPACT_FAMILIES } from './impact.ts';
import { INCIDENT_FAMILIES } from './incidents.ts';
import { KUBE_APISERVER_FAMILIES } from './kube-apiserver.ts';
import { LOG_FAMILIES } from './logs.ts';
import { PROBE_FAMILIES } from './probes.ts';
import { REACH_FAMILIES } from './reach.ts';

/** Every declared family, by subject. */
export const DECLARED_FAMILIES: readonly Family[] = [
  ...API_SERVICE_FAMILIES,
  ...PROBE_FAMILIES,
  ...REACH_FAMILIES,
  ...DIAGNOSIS_FAMILIES,
  ...INCIDENT_FAMILIES,
  ...IMPACT_FAMILIES,
  ...BACKEND_FAMILIES,
  ...CERTIFICATE_FAMILIES,
  ...EVENT_FAMILIES,
  ...LOG_FAMILIES,
  ...KUBE_APISERVER_FAMILIES,
  ...EXPORTER_FAMILIES,
];
