import { readFileSync } from 'node:fs';
import { dirname, relative, resolve, sep } from 'node:path';

/** Room → the rooms whose files it may import beside its own. `src/commands` and the files in `src` itself may import any. */
const ROOMS = new Map(Object.entries(JSON.parse(readFileSync(new URL('rooms.json', import.meta.url), 'utf8'))));
const SRC = new URL('../../src', import.meta.url).pathname;

/** `a/b.ts` below src → `a`; undefined outside of src and for the files in src itself. */
function roomOf(path) {
  const parts = relative(SRC, path).split(sep);
  return parts.length > 1 && parts[0] !== '..' ? parts[0] : undefined;
}

/** What test/layers.test.ts proves, where it is written: an import of a room that stands behind. */
export const roomFence = {
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      behind: 'src/{{own}} may import {{allowed}}, not {{target}}: see scripts/lint/rooms.json and "The way of the data" in CONTRIBUTING.',
    },
  },
  create(context) {
    const own = roomOf(context.filename);
    const allowed = own === undefined ? undefined : ROOMS.get(own);
    if (allowed === undefined) return {};
    const check = (source) => {
      if (typeof source?.value !== 'string' || !source.value.startsWith('.')) return;
      const path = resolve(dirname(context.filename), source.value);
      const room = roomOf(path);
      if (room === own || (room !== undefined && allowed.includes(room))) return;
      const data = { own, allowed: allowed.join(', ') || 'no other room', target: relative(dirname(SRC), path) };
      context.report({ node: source, messageId: 'behind', data });
    };
    return {
      ImportDeclaration: (node) => check(node.source),
      ExportNamedDeclaration: (node) => check(node.source),
      ExportAllDeclaration: (node) => check(node.source),
      ImportExpression: (node) => check(node.source),
    };
  },
};
