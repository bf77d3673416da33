import { extname } from 'node:path';
import type { Artifact } from './formats/rule-formats.ts';

/** Examples to copy from, and what names the folder of a file to others: neither is loaded by what loads the rest. */
const BESIDE = /^rules\/alertmanager\/|(^|\/)[^/.]+$|(^|\/)\.[^/]*$/;

/**
 * All artifacts as one text, to pipe on: YAML as documents, of which each says what file it is; JSON one after the other, as jq reads
 * it. @throws Error when they are of several kinds: such a stream nobody can read.
 */
export function streamOf(artifacts: readonly Artifact[]): string {
  const printed = artifacts.filter(({ path }) => !BESIDE.test(path));
  const kinds = new Set(printed.map(kindOf));
  const [first, ...more] = printed;
  if (kinds.size > 1 || first === undefined)
    throw new Error(
      `--output -: ${[...kinds].join(', ') || 'nothing'} in one stream; one kind is allowed: rules, rule-tests, dashboards or runbooks, with one --format`,
    );
  if (more.length === 0) return first.content;
  switch (extname(first.path)) {
    case '.yaml':
      return printed.map(({ path, content }) => `---\n# Source: ${path}\n${content}`).join('');
    case '.md':
      return printed.map(({ path, content }) => `<!-- Source: ${path} -->\n${content}`).join('\n');
    default:
      return printed.map(({ content }) => content).join('');
  }
}

/** The folder says the format: `rules/mimir`, `rules/tests`, `dashboards/json`, `runbooks`. */
function kindOf({ path }: Artifact): string {
  return `${path.split('/').slice(0, -1).join('/')} (${extname(path).slice(1)})`;
}
