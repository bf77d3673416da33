import { ABSENT, observed, UNOBSERVED } from '../domain/observed.ts';
import type { ClusterFacts } from '../domain/snapshot.ts';
import type { KubeClient } from '../kube/api.ts';
import { textOf, unheard } from '../kube/fields.ts';
import { rawArray, rawObject } from '../kube/raw.ts';
import { readCaBundle } from '../objects/ca-bundle.ts';
import type { Clock } from '../source/clock.ts';
import { type Answer, createKept, observedNow } from '../source/kept.ts';
import type { Logger } from '../source/logger.ts';
import { createPeriodicSource } from '../source/periodic.ts';
import type { Right } from '../source/right.ts';
import type { Source } from '../source/source.ts';
import { getObject } from './get-object.ts';

export interface FrontProxyCaSource extends Source {
  /** From ConfigMap kube-system/extension-apiserver-authentication, which the kube-apiserver keeps. */
  facts(): ClusterFacts['frontProxyCa'];
}

const NAMESPACE = 'kube-system';
const OBJECT = 'extension-apiserver-authentication';
export const GET_AUTHENTICATION: Right = { group: '', resources: ['configmaps'], verbs: ['get'], namespace: NAMESPACE, object: OBJECT };
/** What could not be read again for so long is not known any more. */
const STALE_MS = 10 * 60_000;
/** An outage that begins is a reason to look again, not each of its failures. */
const REST_MS = 10_000;

interface Authentication {
  readonly requestHeaderCa: string | undefined;
  readonly allowedNames: readonly string[];
}

/** Reads the CA that aggregated servers believe the kube-apiserver by. It changes with a rotation, so a watch would be idle for years. */
export function createFrontProxyCa({
  client,
  clock,
  log,
  intervalMs = 60_000,
}: {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly log: Logger;
  /** Milliseconds between two readings. Default 60 000. */
  readonly intervalMs?: number | undefined;
}): FrontProxyCaSource {
  const what = `ConfigMap ${OBJECT}`;
  const kept = createKept<Authentication>({ what, about: { source: 'config-maps' }, clock, log, staleAfterMs: STALE_MS });
  return {
    ...createPeriodicSource({
      name: 'config-maps',
      intervalMs,
      staleAfterMs: STALE_MS,
      restMs: REST_MS,
      log,
      needs: 'all',
      parts: () => [kept.part()],
      async read() {
        kept.take(await readAuthentication(client));
      },
    }),
    facts() {
      const value = kept.believed();
      if (value) return frontProxyCaOf(value);
      const { answer } = kept;
      return !answer || answer.state === 'ok' ? UNOBSERVED : observedNow(answer);
    },
  };
}

async function readAuthentication(client: KubeClient): Promise<Answer<Authentication>> {
  const answer = await getObject(client, `/api/v1/namespaces/${NAMESPACE}/configmaps/${OBJECT}`, GET_AUTHENTICATION);
  if (answer.state !== 'ok') return answer;
  const data = rawObject(rawObject(answer.value).data);
  const value = {
    requestHeaderCa: textOf(data['requestheader-client-ca-file'], 'data.requestheader-client-ca-file', unheard, 2 ** 20),
    allowedNames: stringsOf(data['requestheader-allowed-names']),
  };
  return { state: 'ok', value };
}

/** The kube-apiserver writes lists as JSON text. */
function stringsOf(value: unknown): string[] {
  try {
    return rawArray(JSON.parse(typeof value === 'string' && value !== '' ? value : '[]')).filter(
      (entry): entry is string => typeof entry === 'string',
    );
  } catch {
    return [];
  }
}

function frontProxyCaOf({ requestHeaderCa, allowedNames }: Authentication): ClusterFacts['frontProxyCa'] {
  const bundle = readCaBundle(requestHeaderCa);
  if (!bundle) return ABSENT;
  if (bundle.notAfterSeconds === undefined)
    return { state: 'unobserved', why: 'requestheader-client-ca-file holds no certificate that parses' };
  return observed({ notAfterSeconds: bundle.notAfterSeconds, subjects: bundle.subjects, allowedNames });
}
