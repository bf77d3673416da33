import type { SourceName } from '../../domain/sources.ts';
import { AUTOSCALERS, autoscalerHurtBy } from '../../objects/autoscalers.ts';
import type { Right } from '../../source/right.ts';
import { defineSource, type SourceDefinition } from '../define-source.ts';
import { createVictimSource, type VictimKind } from './victims.ts';

const LIST_AUTOSCALERS: Right = { group: 'autoscaling', resources: ['horizontalpodautoscalers'], verbs: ['list'] };

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
