import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FieldReader, type FieldTree } from '../../src/kube/json-fields.ts';
import { lastWriter, withoutManagedFields } from '../../src/kube/managed-fields.ts';

/** The plain way: parse everything, then keep the fields. */
function select(value: unknown, tree: FieldTree): unknown {
  if (Array.isArray(value)) return value.map((element) => select(element, tree));
  if (typeof value !== 'object' || value === null) return value;
  const kept: Record<string, unknown> = {};
  for (const [key, child] of Object.entries(value)) {
    const wanted = Object.hasOwn(tree, key) ? tree[key] : undefined;
    if (wanted === true) kept[key] = child;
    else if (wanted) kept[key] = select(child, wanted);
  }
  return kept;
}

const read = (text: string, tree: FieldTree) => {
  // Around the object stand other bytes, as in a watch's buffer.
  const bytes = Buffer.from(`]}"${text}{["`);
  return new FieldReader(tree).read(bytes, 3, 3 + Buffer.byteLength(text));
};

const TREE: FieldTree = { a: true, b: { c: true, d: { e: true } }, list: { name: true } };

describe('the field reader', () => {
  it.each([
    [{ a: 1, x: 2, b: { c: 'é"\\', d: { e: null, f: 0 } } }],
    [{ list: [{ name: 'one', junk: [1, { name: 'no' }] }, { name: 'two' }, {}, 3] }],
    [{ b: null, list: null }],
    [{ x: '{"a":1}', a: { a: [] } }],
    [{}],
  ])('keeps what the tree names of %j', (object) => {
    for (const text of [JSON.stringify(object), JSON.stringify(object, null, '\t')]) expect(read(text, TREE)).toEqual(select(object, TREE));
  });

  it('equals parsing and selecting, for any object', () => {
    const key = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'list', 'name', 'x', 'managedFields');
    const object = fc.object({
      key,
      maxDepth: 5,
      values: [fc.string({ unit: 'grapheme' }), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean(), fc.constant(null)],
    });
    fc.assert(
      fc.property(object, (value) => {
        const text = JSON.stringify(value);
        expect(read(text, TREE)).toEqual(select(JSON.parse(text), TREE));
      }),
    );
  });

  it.each(['', '{', '{"a"', '{"a":', '{"a":1', '{"a":1,}', '{"a" 1}', '{"x":"abc', '{"x":[1,2', '{"a":tru}', '{a:1}'])(
    'refuses the malformed text %j and ends',
    (text) => {
      expect(() => read(text, TREE)).toThrow(SyntaxError);
    },
  );

  it('ends on any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        try {
          new FieldReader(TREE).read(Buffer.from(bytes), 0, bytes.length);
        } catch (error) {
          expect(error).toBeInstanceOf(SyntaxError);
        }
      }),
    );
  });
});

describe('withoutManagedFields', () => {
  const managedFields = [{ manager: 'kubectl', fieldsV1: { 'f:spec': { 'k:{"x":"]"}': {} } } }];
  it.each([
    ['in the middle', { metadata: { name: 'a', managedFields, uid: 'u' } }],
    ['first', { metadata: { managedFields, name: 'a' } }],
    ['last', { metadata: { name: 'a', managedFields } }],
    ['alone', { metadata: { managedFields } }],
    ['not there', { metadata: { name: 'a' } }],
    ['only in a string', { metadata: { name: '"managedFields":[' } }],
  ])('cuts them where they are %s', (_name, object) => {
    const expected = JSON.parse(JSON.stringify(object, (key, value) => (key === 'managedFields' ? undefined : value)));
    const bytes = Buffer.from(`{"type":"ADDED","object":${JSON.stringify(object)}}`);
    expect(JSON.parse(withoutManagedFields(bytes, 25, bytes.length - 1))).toEqual(expected);
  });
});

describe('lastWriter', () => {
  const entries = [
    { manager: 'helm', time: '2026-01-05T08:00:00Z', fieldsV1: { 'f:spec': { 'f:caBundle': {} } } },
    { manager: 'kubectl-edit', time: '2026-01-05T08:30:00Z', fieldsV1: { 'f:spec': { 'f:service': {} } } },
    { manager: 'kube-apiserver', time: '2026-01-05T09:00:00Z', subresource: 'status', fieldsV1: { 'f:status': {} } },
  ];
  it.each([
    ['the newest that is no status', entries, [], { manager: 'kubectl-edit', at: Date.UTC(2026, 0, 5, 8, 30) }],
    ['who wrote a field', entries, ['f:spec', 'f:caBundle'], { manager: 'helm', at: Date.UTC(2026, 0, 5, 8) }],
    ['nobody for a field that none wrote', entries, ['f:data'], undefined],
    ['nobody without managedFields', undefined, [], undefined],
    ['nobody for nonsense', [null, {}, { manager: 1 }, { manager: 'x', time: 'soon' }], [], undefined],
  ])('names %s', (_name, managedFields, path, writer) => {
    expect(lastWriter(managedFields, path)).toEqual(writer);
  });
});
