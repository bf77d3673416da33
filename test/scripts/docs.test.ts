import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { generatedDocs } from '../../scripts/generated-docs.ts';

it.each(Object.entries(generatedDocs()))('docs/%s is what `npm run docs` prints', (file, text) => {
  expect(readFileSync(new URL(`../../docs/${file}`, import.meta.url), 'utf8')).toBe(text);
});
