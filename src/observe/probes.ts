import type { ApiserverFacts } from '../domain/snapshot.ts';
import type { Prober } from '../probe/prober.ts';
import { defineSource } from './define-source.ts';

/** Discovery of every group is everybody's by Kubernetes' own roles, and /readyz too. The right to list is each API's own. */
export const PROBES = defineSource({
  name: 'probes',
  rights: [{ group: 'metrics.k8s.io', resources: ['pods'], verbs: ['list'] }],
  outlivesErrors: true,
  create: ({ prober }) => prober,
  facts: {
    ofApi(prober, name) {
      const unbelieved = prober.unbelieved(name);
      return { probes: prober.tallies(name), ...(unbelieved.length > 0 && { unbelieved }) };
    },
    ofApiservers: controlOf,
  },
});

/** Seen in the handshakes of the direct probes. */
export const CERTIFICATES = defineSource({ name: 'certificates', rights: [], create: ({ prober }) => prober.certificates });

function controlOf(prober: Prober): ReadonlyMap<string, Partial<ApiserverFacts>> {
  const facts = new Map<string, Partial<ApiserverFacts>>();
  for (const [instance, control] of prober.control()) facts.set(instance, { control });
  for (const unbelieved of prober.unbelievedControl()) facts.set(unbelieved.target, { ...facts.get(unbelieved.target), unbelieved });
  return facts;
}
