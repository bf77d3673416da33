import { randomUUID } from 'node:crypto';
import { required } from '../domain/required.ts';
import { KubeStatusError } from '../kube/errors.ts';
import { isConflict, isObject, type OneObject, type StoredObject } from './one-object.ts';

/** One text that all replicas read and the leader writes, in a ConfigMap. */
export interface SharedText {
  readonly rule: string;
  /** Undefined when there is none yet. @throws KubeStatusError, KubeRequestError */
  read(signal: AbortSignal): Promise<TextVersion | undefined>;
  /** In the place of `before`, which `read` or `write` returned. Undefined: another one has written meanwhile, and nothing has happened. */
  write(content: Buffer, before: TextVersion | undefined, signal: AbortSignal): Promise<TextVersion | undefined>;
}

export interface TextVersion {
  readonly content: Buffer;
  /** Another one for each writing. */
  readonly version: string;
}

const KEY = 'logs';
const TIMEOUT_MS = 5_000;

/** @param writer who we are, for people. */
export function createSharedText(configMap: OneObject, writer: string): SharedText {
  /** The whole object of a version, which is given back with what others keep in it. */
  const objects = new WeakMap<TextVersion, StoredObject>();
  const versionOf = (object: StoredObject): TextVersion => {
    const { binaryData, metadata } = object;
    const text = isObject(binaryData) ? binaryData[KEY] : undefined;
    const content = Buffer.from(typeof text === 'string' ? text : '', 'base64');
    const version = { content, version: JSON.stringify([metadata['uid'], metadata.resourceVersion]) };
    objects.set(version, object);
    return version;
  };
  return {
    rule: configMap.rule,
    async read(signal) {
      const object = await configMap.get({ signal, timeoutMs: TIMEOUT_MS });
      return object && versionOf(object);
    },
    async write(content, before, signal) {
      const limits = { signal, timeoutMs: TIMEOUT_MS };
      const fields = {
        // Without something new the kube-apiserver would take it for no change, and keep the version.
        data: { writer: `${writer} ${randomUUID()}` },
        binaryData: { [KEY]: content.toString('base64') },
      };
      try {
        if (!before) return versionOf(await configMap.create(fields, limits));
        const object = required(objects.get(before), 'the object of a version that was read');
        return versionOf(await configMap.update({ ...object, ...fields }, limits));
      } catch (error) {
        if (isConflict(error) || isGone(error)) return undefined;
        throw error;
      }
    },
  };
}

/** Deleted by somebody since it was read: the next try makes it anew. */
function isGone(error: unknown): boolean {
  return error instanceof KubeStatusError && error.kind === 'not-found';
}
