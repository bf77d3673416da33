import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import rooms from '../scripts/lint/rooms.json' with { type: 'json' };

/** Each room imports the rooms that stand before it, never one that stands behind; the editor shows the same by local/room-fence. */
const ALLOWED: ReadonlyMap<string, readonly string[]> = new Map(Object.entries(rooms));
const ROOT = new URL('../src/', import.meta.url).pathname;

const files = readdirSync(ROOT, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
const stageOf = (file: string) => (file.includes('/') ? file.slice(0, file.indexOf('/')) : file);

function importsOf(file: string): string[] {
  const text = readFileSync(join(ROOT, file), 'utf8');
  return [...text.matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)].map((match) => relative(ROOT, join(ROOT, dirname(file), match[1]!)));
}

describe('layers', () => {
  it.each(files.filter((file) => ALLOWED.has(stageOf(file))))('%s imports only what its stage may', (file) => {
    const own = stageOf(file);
    const allowed = ALLOWED.get(own) ?? [];
    const wrong = importsOf(file).filter((target) => stageOf(target) !== own && !allowed.includes(stageOf(target)));
    expect(wrong).toEqual([]);
  });

  it('has no stage that the design does not name', () => {
    const stages = new Set(files.map(stageOf).filter((stage) => !stage.endsWith('.ts')));
    expect([...stages].filter((stage) => !ALLOWED.has(stage) && stage !== 'commands')).toEqual([]);
  });

  it('has in CONTRIBUTING a row for each room, and no row without one', () => {
    const page = readFileSync(new URL('../CONTRIBUTING.md', import.meta.url), 'utf8');
    const rows = [...page.matchAll(/^\| `src\/([a-z]+)` \|/gm)].map(([, room]) => room);
    expect(rows.sort()).toEqual([...ALLOWED.keys(), 'commands'].sort());
  });
});
