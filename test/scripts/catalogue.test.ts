import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { catalogueLists, idTypes } from '../../scripts/catalogue-files.ts';
import { CAUSES } from '../../src/correlations/list.ts';
import { DERIVED_SIGNALS } from '../../src/signals/derived.ts';
import { SIGNALS } from '../../src/signals/list.ts';
import { SIGNATURES } from '../../src/signatures/list.ts';

const ROOT = new URL('../../', import.meta.url).pathname;

describe('the lists of the catalogue', () => {
  it.each(Object.entries(catalogueLists(ROOT)))('%s is what `npm run generate` prints', (file, text) => {
    expect(readFileSync(`${ROOT}${file}`, 'utf8')).toBe(text);
  });

  it('ids.ts is what `npm run generate` prints', () => {
    const text = idTypes({ causes: CAUSES, signals: [...SIGNALS, ...DERIVED_SIGNALS], signatures: SIGNATURES });
    expect(readFileSync(`${ROOT}src/domain/ids.ts`, 'utf8')).toBe(text);
  });

  // These two are in an order that means something, so they are kept by hand.
  it.each([
    ['signals', SIGNALS, 'observe'],
    ['signatures', SIGNATURES, 'nearMisses'],
  ] as const)('that of src/%s holds every literal of the folder', async (folder, list, field) => {
    const listed = new Set<unknown>(list);
    const missing: string[] = [];
    for (const file of readdirSync(`${ROOT}src/${folder}`).filter((name) => name.endsWith('.ts'))) {
      const exported = (await import(`../../src/${folder}/${file}`)) as Record<string, unknown>;
      for (const [name, value] of Object.entries(exported))
        for (const entry of Array.isArray(value) ? (value as unknown[]) : [])
          if (typeof entry === 'object' && entry !== null && field in entry && !listed.has(entry)) missing.push(`${file} ${name}`);
    }
    expect([...new Set(missing)]).toEqual([]);
  });
});
