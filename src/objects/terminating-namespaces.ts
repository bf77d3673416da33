import type { Hurt } from '../domain/impact.ts';
import type { ResourceSpec } from '../kube/api.ts';
import { identityOf, listOf, objectOf, proseOf, timeOf, unheard, unreadable } from '../kube/fields.ts';

/** A namespace whose deletion has been asked for, and that says what keeps it. */
export interface TerminatingNamespace {
  readonly name: string;
  /** Unix milliseconds. */
  readonly deletionAskedAt: number | undefined;
  readonly obstacles: readonly Obstacle[];
}

/** A condition that is True. */
interface Obstacle {
  readonly type: keyof typeof OBSTACLES;
  readonly message: string;
  /** Unix milliseconds. */
  readonly since: number | undefined;
}

/** Conditions of the namespace controller that an aggregated API can bring about, and what they mean (namespace/deletion, 1.36). */
const OBSTACLES = {
  NamespaceDeletionDiscoveryFailure: 'its resources cannot be listed',
  NamespaceDeletionContentFailure: 'its content cannot be deleted',
} as const;

export const TERMINATING_NAMESPACES: ResourceSpec<TerminatingNamespace> = {
  source: 'namespaces',
  path: '/api/v1/namespaces',
  fieldSelector: 'status.phase=Terminating',
  fields: { metadata: { deletionTimestamp: true }, status: { conditions: true } },
  project(raw, refuse = unheard) {
    const { name, metadata } = identityOf(raw);
    const { status } = objectOf(raw, 'the object', unreadable);
    const { conditions } = objectOf(status, 'status', unreadable);
    const obstacles = listOf(conditions, 'status.conditions', unreadable).flatMap((entry): Obstacle[] => {
      const { type, status: given, message, lastTransitionTime } = objectOf(entry, 'status.conditions', unreadable);
      if (given !== 'True' || !isObstacle(type)) return [];
      return [
        {
          type,
          message: proseOf(message, 'status.conditions.message', refuse) ?? '',
          since: timeOf(lastTransitionTime, 'status.conditions.lastTransitionTime', refuse),
        },
      ];
    });
    if (obstacles.length === 0) return undefined;
    return { name, deletionAskedAt: timeOf(metadata.deletionTimestamp, 'metadata.deletionTimestamp', refuse), obstacles };
  },
};

const isObstacle = (type: unknown): type is keyof typeof OBSTACLES => typeof type === 'string' && Object.hasOwn(OBSTACLES, type);

/** Undefined when no condition names the API. */
export function namespaceHurtBy(record: TerminatingNamespace, api: { readonly group: string; readonly version: string }): Hurt | undefined {
  const { name, deletionAskedAt, obstacles } = record;
  const groupVersion = `${api.group}/${api.version}`;
  const named = obstacles.find(({ type, message }) =>
    type === 'NamespaceDeletionDiscoveryFailure' ? names(message, groupVersion) : asks(message, api.group),
  );
  if (!named) return undefined;
  const asked =
    deletionAskedAt === undefined ? '' : `; its deletion was asked for at ${new Date(deletionAskedAt).toISOString().slice(0, 19)}Z`;
  return {
    kind: 'namespace',
    name,
    ...(named.since !== undefined && { since: named.since / 1000 }),
    says: `namespace ${name} hangs in its deletion, because ${OBSTACLES[named.type]}, and ${named.type === 'NamespaceDeletionDiscoveryFailure' ? groupVersion : api.group} is named as the reason${asked}`,
    message: named.message.replace(/\s+/g, ' ').slice(0, LONGEST_QUOTE),
  };
}

const LONGEST_QUOTE = 300;

/** As a word of its own: metrics.k8s.io is not meant where custom.metrics.k8s.io stands. */
function names(message: string, text: string): boolean {
  for (let at = message.indexOf(text); at >= 0; at = message.indexOf(text, at + 1)) {
    const [before = ' ', after = ' '] = [message[at - 1], message[at + text.length]];
    if (!OF_A_NAME.test(before) && !/[A-Za-z0-9-]/.test(after)) return true;
  }
  return false;
}

/** As client-go qualifies an error: `(get ships.tides.example.com)`. */
function asks(message: string, group: string): boolean {
  return [...message.matchAll(/\([a-z]+ [a-z0-9-]+\.([A-Za-z0-9.-]+)[^)]*\)/g)].some(([, named]) => named === group);
}

const OF_A_NAME = /[A-Za-z0-9.-]/;
