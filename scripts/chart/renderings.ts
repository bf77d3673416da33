import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { sourceFiles } from './assemble.ts';
import { chartValues } from './values.ts';

const RENDERED = fileURLToPath(new URL('../../test/deploy/helm', import.meta.url));
const CI_VALUES = /^ci\/(.+)-values\.yaml$/;

/** Sets of values whose rendering is committed, by the name of their file in deploy/helm/ci. */
export function valueSets(): string[] {
  return sourceFiles().flatMap(({ path }) => CI_VALUES.exec(path)?.[1] ?? []);
}

export function valuesFile(name: string): string {
  return fileURLToPath(new URL(`../../deploy/helm/ci/${name}-values.yaml`, import.meta.url));
}

export function renderedFile(name: string): string {
  return `${RENDERED}/${name}.yaml`;
}

export function committedRenderings(): string[] {
  return readdirSync(RENDERED).flatMap((file) => /^(.+)\.yaml$/.exec(file)?.[1] ?? []);
}

/** First line of a rendering: of which chart it is. Whoever has no Helm can still tell an old one. */
export function renderedHead(name: string): string {
  const parts = sourceFiles().filter(({ path }) => /^(Chart\.yaml|templates\/.*\.(yaml|tpl))$/.test(path));
  const values = [JSON.stringify(chartValues.parse({})), readFileSync(valuesFile(name), 'utf8')];
  const hash = createHash('sha256');
  for (const text of [...parts.flatMap(({ path, content }) => [path, content]), ...values]) hash.update(`${text.length} ${text}`);
  return `# Printed by \`npm run chart:render\` from templates and values with sha256 ${hash.digest('hex')}\n`;
}
