import { describe, expect, it } from 'vitest';
import { namespaceHurtBy, TERMINATING_NAMESPACES } from '../../src/objects/terminating-namespaces.ts';

/** As the namespace controller of Kubernetes 1.36 says it. */
const DISCOVERY_FAILED =
  'Discovery failed for some groups, 1 failing: unable to retrieve the complete list of server APIs: tides.example.com/v1: stale GroupVersion discovery: tides.example.com/v1';
const TIDES = { group: 'tides.example.com', version: 'v1' };

function namespace(condition: object) {
  return {
    metadata: { name: 'quay', deletionTimestamp: '2026-01-05T08:30:00Z' },
    status: {
      phase: 'Terminating',
      conditions: [
        {
          type: 'NamespaceContentRemaining',
          status: 'True',
          message: 'Some resources are remaining: ships.tides.example.com has 2 resource instances',
        },
        {
          type: 'NamespaceDeletionDiscoveryFailure',
          status: 'True',
          message: DISCOVERY_FAILED,
          lastTransitionTime: '2026-01-05T08:40:00Z',
          ...condition,
        },
      ],
    },
  };
}
const hurt = (condition: object = {}, api = TIDES) => {
  const record = TERMINATING_NAMESPACES.project(namespace(condition));
  return record && namespaceHurtBy(record, api);
};

describe('a namespace that hangs in its deletion', () => {
  it('is hurt by the API that is named, since the condition is so', () => {
    expect(hurt()).toEqual({
      kind: 'namespace',
      name: 'quay',
      since: Date.UTC(2026, 0, 5, 8, 40) / 1000,
      says: 'namespace quay hangs in its deletion, because its resources cannot be listed, and tides.example.com/v1 is named as the reason; its deletion was asked for at 2026-01-05T08:30:00Z',
      message: DISCOVERY_FAILED,
    });
  });

  it('whose content cannot be deleted is hurt by the group that is named', () => {
    const message =
      'Failed to delete all resource types, 1 remaining: the server is currently unable to handle the request (get ships.tides.example.com)';
    expect(hurt({ type: 'NamespaceDeletionContentFailure', message })?.says).toContain('because its content cannot be deleted');
  });

  it.each<[string, object, object]>([
    ['when the condition is False', { status: 'False' }, TIDES],
    ['that is not named', {}, { group: 'moorings.example.com', version: 'v1' }],
    ['of which another version is named', {}, { group: 'tides.example.com', version: 'v2' }],
    ['whose group is the end of the one that is named', { message: 'neap.tides.example.com/v1: unavailable' }, TIDES],
    ['whose version begins like the one that is named', { message: 'tides.example.com/v1beta1: unavailable' }, TIDES],
    ['when something is merely left in it', { type: 'NamespaceFinalizersRemaining' }, TIDES],
  ])('is not hurt by an API %s', (_, condition, api) => {
    expect(hurt(condition, api as typeof TIDES)).toBeUndefined();
  });

  it('lists only those that are being deleted', () => {
    expect(TERMINATING_NAMESPACES.fieldSelector).toBe('status.phase=Terminating');
  });
});
