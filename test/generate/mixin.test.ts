import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { DEFAULT_OPTIONS } from '../../src/generate/options.ts';

const ROOT = new URL('../../', import.meta.url);
const mixin = readFileSync(new URL('mixin.libsonnet', ROOT), 'utf8');
const imported = [...mixin.matchAll(/importstr '([^']+)'/g)].map(([, path]) => path!);
const filesIn = (folder: string, ending: string) =>
  readdirSync(new URL(folder, ROOT))
    .filter((file) => file.endsWith(ending))
    .map((file) => `${folder}/${file}`);

it('the mixin imports each generated file once', () => {
  expect([...imported].sort()).toEqual([...filesIn('dashboards', '.json'), ...filesIn('rules/prometheus', '.yaml')].sort());
});

it('the mixin knows the address that is printed without a flag', () => {
  expect(mixin.split(`'${DEFAULT_OPTIONS.externalUrl}'`)).toHaveLength(3);
});
