import { afterEach, describe, expect, it } from 'vitest';
import { createKubeClient } from '../../src/kube/client.ts';
import { createOneObject } from '../../src/leader/one-object.ts';
import { createSharedText } from '../../src/leader/shared-text.ts';
import { SILENT } from '../../src/source/logger.ts';
import { answer, answerStatus, type KubeServer, startKubeServer } from '../support/kube-server.ts';

const COLLECTION = '/api/v1/namespaces/tides/configmaps';
const signal = new AbortController().signal;

interface Held {
  metadata: { name: string; resourceVersion: string; labels?: object };
  binaryData?: Record<string, string>;
  data?: Record<string, string>;
}

let server: KubeServer | undefined;
let client: ReturnType<typeof createKubeClient> | undefined;
afterEach(async () => {
  client?.close();
  await server?.stop();
});

/** A kube-apiserver with one ConfigMap, or none yet, as it keeps versions: what changes nothing has the version that it had. */
async function harbour(held?: Held) {
  const kept: { now: Held | undefined } = { now: held };
  let version = 1;
  const put = (object: Held): Held => {
    const { resourceVersion: _, ...before } = kept.now?.metadata ?? { resourceVersion: '' };
    const same = kept.now && JSON.stringify([before, kept.now.data, kept.now.binaryData]);
    const { resourceVersion: __, ...metadata } = object.metadata;
    if (same !== JSON.stringify([metadata, object.data, object.binaryData])) version++;
    kept.now = { ...object, metadata: { ...object.metadata, resourceVersion: String(version) } };
    return kept.now;
  };
  server = await startKubeServer((request, response, url) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const sent = chunks.length > 0 ? (JSON.parse(Buffer.concat(chunks).toString()) as Held) : undefined;
      if (request.method === 'POST' && url.pathname === COLLECTION)
        return kept.now ? answerStatus(response, 409, 'AlreadyExists', 'it is there') : answer(response, 201, put(sent!));
      if (url.pathname !== `${COLLECTION}/harbour` || !kept.now) return answerStatus(response, 404, 'NotFound', 'not there');
      if (request.method === 'GET') return answer(response, 200, kept.now);
      if (sent!.metadata.resourceVersion !== kept.now.metadata.resourceVersion) return answerStatus(response, 409, 'Conflict', 'changed');
      return answer(response, 200, put(sent!));
    });
  });
  client = createKubeClient(server.kubeConfig, { log: SILENT });
  const place = { group: '', version: 'v1', resource: 'configmaps', kind: 'ConfigMap', namespace: 'tides', name: 'harbour' };
  const text = (writer: string) =>
    createSharedText(
      createOneObject(() => client!, place),
      writer,
    );
  return { kept, north: text('north'), south: text('south') };
}

const words = Buffer.from([0, 1, 255]);

describe('a text that all replicas read', () => {
  it('is none before it was written; whoever writes it first makes it, and the second is refused', async () => {
    const { north, south, kept } = await harbour();
    expect(await north.read(signal)).toBeUndefined();
    expect((await north.write(words, undefined, signal))?.content).toEqual(words);
    expect(await south.write(Buffer.from('south'), undefined, signal)).toBeUndefined();
    expect((await south.read(signal))?.content).toEqual(words);
    expect(kept.now).toMatchObject({ kind: 'ConfigMap', apiVersion: 'v1', metadata: { name: 'harbour', namespace: 'tides' } });
  });

  it('is written by its version: the same content once more is another version, and shuts out whoever has the one before', async () => {
    const { north, south } = await harbour();
    const first = (await north.write(words, undefined, signal))!;
    const claimed = (await south.write(words, await south.read(signal), signal))!;
    expect(claimed.version).not.toBe(first.version);
    expect(await north.write(Buffer.from('north'), first, signal)).toBeUndefined();
    expect((await south.write(Buffer.from('south'), claimed, signal))?.content.toString()).toBe('south');
  });

  it('keeps what others have put on its object', async () => {
    const { north, kept } = await harbour({
      metadata: { name: 'harbour', resourceVersion: '1', labels: { tide: 'high' } },
      data: { note: 'ours' },
    });
    const found = await north.read(signal);
    expect(found?.content).toHaveLength(0);
    expect(await north.write(words, found, signal)).toBeDefined();
    expect(kept.now).toMatchObject({ metadata: { labels: { tide: 'high' } } });
  });

  it('that was deleted since it was read is not written, and is none', async () => {
    const { north, kept } = await harbour();
    const first = await north.write(words, undefined, signal);
    kept.now = undefined;
    expect(await north.write(words, first, signal)).toBeUndefined();
    expect(await north.read(signal)).toBeUndefined();
  });

  it('names the rule that it takes', async () => {
    expect((await harbour()).north.rule).toBe('configmaps: get, create, update (tides/harbour)');
  });
});
