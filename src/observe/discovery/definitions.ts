import type { SourceName } from '../../domain/sources.ts';
import { rightToWatch } from '../../kube/right.ts';
import { API_SERVICES } from '../../objects/api-services.ts';
import { CRON_JOBS } from '../../objects/cron-jobs.ts';
import { ENDPOINT_SLICES } from '../../objects/endpoint-slices.ts';
import { eventSpecs } from '../../objects/events.ts';
import { NODES } from '../../objects/nodes.ts';
import { PODS } from '../../objects/pods.ts';
import { SERVICES } from '../../objects/services.ts';
import { WORKLOADS } from '../../objects/workloads.ts';
import type { Right } from '../../source/right.ts';
import type { Source } from '../../source/source.ts';
import { defineSource, type Surroundings } from '../define-source.ts';
import { createFrontProxyCa, GET_AUTHENTICATION } from '../front-proxy-ca.ts';
import { together } from '../together.ts';

/** The watch of that name, which discovery made for itself. */
const watchOf =
  (name: SourceName) =>
  ({ discovery }: Surroundings): Source =>
    discovery.source(name);
const rightsTo = (...specs: readonly { readonly path: string }[]): readonly Right[] => specs.map(({ path }) => rightToWatch(path));

/** The sources that discovery is made of: what they tell of an API is `discovery.facts`. */
export const DISCOVERY_SOURCES = {
  'api-services': defineSource({ name: 'api-services', rights: rightsTo(API_SERVICES), create: watchOf('api-services') }),
  services: defineSource({ name: 'services', rights: rightsTo(SERVICES), create: watchOf('services') }),
  'endpoint-slices': defineSource({ name: 'endpoint-slices', rights: rightsTo(ENDPOINT_SLICES), create: watchOf('endpoint-slices') }),
  pods: defineSource({ name: 'pods', rights: rightsTo(PODS), create: watchOf('pods') }),
  workloads: defineSource({ name: 'workloads', rights: rightsTo(...WORKLOADS), create: watchOf('workloads') }),
  nodes: defineSource({ name: 'nodes', rights: rightsTo(NODES), create: watchOf('nodes') }),
  'cron-jobs': defineSource({ name: 'cron-jobs', rights: rightsTo(CRON_JOBS), create: watchOf('cron-jobs') }),
  events: defineSource({
    name: 'events',
    rights: rightsTo(...Object.values(eventSpecs(() => true))),
    create: watchOf('events'),
  }),
  'config-maps': defineSource({
    name: 'config-maps',
    // Listed in single namespaces only, where somebody gave the right: deploy/ offers it, and binds it nowhere.
    rights: [{ group: '', resources: ['configmaps'], verbs: ['list', 'watch'] }, GET_AUTHENTICATION],
    create({ client, clock, log, options, discovery }) {
      const frontProxyCa = createFrontProxyCa({ client, clock, log, intervalMs: options.rightsIntervalMs });
      return { ...together('config-maps', [frontProxyCa, discovery.source('config-maps')]), frontProxyCa };
    },
    facts: { ofCluster: ({ frontProxyCa }) => ({ frontProxyCa: frontProxyCa.facts() }) },
  }),
} as const;
