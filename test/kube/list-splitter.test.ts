import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createListSplitter } from '../../src/kube/list-splitter.ts';

function splitList(chunks: readonly Buffer[], maxItemBytes?: number) {
  const items: string[] = [];
  const splitter = createListSplitter((bytes, start, end) => items.push(bytes.toString('utf8', start, end)), maxItemBytes);
  for (const chunk of chunks) splitter.push(chunk);
  return { items, envelope: splitter.end() };
}

function chunksOf(text: string, size: number): Buffer[] {
  const bytes = Buffer.from(text);
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size));
  return chunks;
}

const metadata = { resourceVersion: '7' };

describe('the list splitter', () => {
  it.each([
    ['no items', { kind: 'PodList', metadata, items: [] }, []],
    ['null items, as an empty Go slice is written', { kind: 'PodList', metadata, items: null }, []],
    [
      'metadata after the items, as unstructured lists have it',
      { apiVersion: 'v1', items: [{ a: 1 }], kind: 'PodList', metadata },
      [{ a: 1 }],
    ],
    [
      'brackets and quotes inside strings',
      { kind: 'PodList', metadata, items: [{ a: '}]{"\\' }, { b: '"items":[' }] },
      [{ a: '}]{"\\' }, { b: '"items":[' }],
    ],
    ['another array before the items', { kind: 'PodList', odd: [{ x: 1 }], metadata, items: [{ a: [[{}]] }] }, [{ a: [[{}]] }]],
    ['items inside metadata', { kind: 'PodList', metadata: { ...metadata, items: [{ x: 1 }] }, items: [{ a: 1 }] }, [{ a: 1 }]],
  ])('finds %s, whole and byte by byte', (_name, list, items) => {
    for (const text of [JSON.stringify(list), JSON.stringify(list, null, 2)])
      for (const size of [1, 7, 1e6]) expect(splitList(chunksOf(text, size)).items.map((item) => JSON.parse(item))).toEqual(items);
  });

  it('reads version and continue', () => {
    const list = { kind: 'PodList', metadata: { resourceVersion: '7', continue: 'abc' }, items: [{}] };
    expect(splitList(chunksOf(JSON.stringify(list), 5)).envelope).toEqual({ kind: 'PodList', resourceVersion: '7', continue: 'abc' });
  });

  it.each([
    ['an empty body', '', 'it is empty'],
    ['a page of a proxy', '<html><body>Bad</body></html>', 'it begins with "<html>'],
    ['a list cut in an item', '{"kind":"PodList","metadata":{"resourceVersion":"7"},"items":[{"a":', 'broke off in the middle'],
    ['a list cut in a string', '{"kind":"PodLi', 'broke off in the middle'],
    ['another object', '{"kind":"Status","code":200}', 'its kind is "Status", not a list'],
    ['a list without a version', '{"kind":"PodList","metadata":{},"items":[]}', 'no metadata.resourceVersion'],
    ['brackets that don’t match', '}}}', 'brackets don’t match'],
  ])('refuses %s', (_name, text, message) => {
    expect(() => splitList(chunksOf(text, 9))).toThrow(message);
  });

  it('refuses an item above the limit instead of holding it', () => {
    const text = JSON.stringify({ kind: 'PodList', metadata, items: [{ a: 'x'.repeat(300_000) }] });
    expect(() => splitList(chunksOf(text, 16_384), 100_000)).toThrow('larger than 100000 bytes');
  });

  it('gives every item of any list, cut anywhere', () => {
    const list = fc.record({ items: fc.array(fc.object({ maxDepth: 3 }), { maxLength: 8 }), size: fc.integer({ min: 1, max: 200 }) });
    fc.assert(
      fc.property(list, ({ items, size }) => {
        const texts = items.map((item) => JSON.stringify(item));
        const text = `{"kind":"XList","metadata":{"resourceVersion":"1"},"items":[${texts.join(',')}]}`;
        expect(splitList(chunksOf(text, size)).items).toEqual(texts);
      }),
    );
  });
});
