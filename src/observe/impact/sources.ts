import type { SourceName } from '../../domain/sources.ts';
import { AUTOSCALERS, autoscalerHurtBy } from '../../objects/autoscalers.ts';
import { namespaceHurtBy, TERMINATING_NAMESPACES } from '../../objects/terminating-namespaces.ts';
import { WEBHOOK_CONFIGURATIONS, webhookHurtBy } from '../../objects/webhooks.ts';
import type { Right } from '../../source/right.ts';
import { defineSource, type SourceDefinition } from '../define-source.ts';
import { createVictimSource, type VictimKind } from './victims.ts';

const LIST_AUTOSCALERS: Right = { group: 'autoscaling', resources: ['horizontalpodautoscalers'], verbs: ['list'] };
const LIST_NAMESPACES: Right = { group: '', resources: ['namespaces'], verbs: ['list'] };
const LIST_WEBHOOKS: Right = {
  group: 'admissionregistration.k8s.io',
  resources: ['validatingwebhookconfigurations', 'mutatingwebhookconfigurations'],
  verbs: ['list'],
};

/** Each kind of victim is a source with a right of its own, so that each may be switched off alone. */
export const IMPACT_SOURCES = {
  autoscalers: victims({
    kind: 'autoscaler',
    source: 'autoscalers',
    what: 'HorizontalPodAutoscalers',
    right: LIST_AUTOSCALERS,
    specs: [AUTOSCALERS],
    hurtBy: autoscalerHurtBy,
  }),
  namespaces: victims({
    kind: 'namespace',
    source: 'namespaces',
    what: 'namespaces that are being deleted',
    right: LIST_NAMESPACES,
    specs: [TERMINATING_NAMESPACES],
    hurtBy: namespaceHurtBy,
  }),
  webhooks: victims({
    kind: 'webhook',
    source: 'webhooks',
    what: 'admission webhooks',
    right: LIST_WEBHOOKS,
    specs: WEBHOOK_CONFIGURATIONS,
    hurtBy: webhookHurtBy,
  }),
} as const;

function victims<Name extends SourceName, T>(kind: VictimKind<T> & { readonly source: Name }): SourceDefinition<Name> {
  return defineSource({
    name: kind.source,
    rights: [kind.right],
    afterDiscovery: true,
    create: (surroundings) => createVictimSource(kind, surroundings),
    facts: { ofHurt: (made, name) => ({ [kind.kind]: made.of(name) }) },
  });
}
