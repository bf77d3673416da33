import { readFileSync } from 'node:fs';

/** What .dockerignore lets into the build context: it refuses all and names the exceptions. */
export function allowedInContext(): string[] {
  const [first, ...exceptions] = readFileSync(new URL('../../.dockerignore', import.meta.url), 'utf8')
    .trim()
    .split('\n');
  if (first !== '*') throw new Error(`.dockerignore begins with ${first}: * is expected`);
  return exceptions.map((line) => line.replace(/^!/, ''));
}
