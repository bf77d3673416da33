import { readFileSync } from 'node:fs';

const ROOT = new URL('../../', import.meta.url);

/** One instruction of a Dockerfile, e.g. `{ name: 'COPY', argument: 'src src' }`. */
export interface Instruction {
  readonly name: string;
  readonly argument: string;
}

/** The stages of the Dockerfile at the root, each with its instructions; continued lines are joined. */
export function dockerfileStages(): Instruction[][] {
  const lines = readFileSync(new URL('Dockerfile', ROOT), 'utf8')
    .replace(/\\\n\s*/g, '')
    .split('\n');
  const stages: Instruction[][] = [];
  for (const line of lines) {
    const [, name, argument] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? [];
    if (name === undefined || argument === undefined) continue;
    if (name === 'FROM') stages.push([]);
    stages.at(-1)!.push({ name, argument });
  }
  return stages;
}

/** Sources and target of a COPY from the build context; undefined for a COPY from another stage. */
export function copiedFromContext({ name, argument }: Instruction): { sources: string[]; target: string } | undefined {
  if (name !== 'COPY' || argument.startsWith('--from')) return undefined;
  const words = argument.split(/\s+/);
  return { sources: words.slice(0, -1), target: words.at(-1)! };
}

/** What .dockerignore lets into the build context: it refuses all and names the exceptions. */
export function allowedInContext(): string[] {
  const [first, ...exceptions] = readFileSync(new URL('.dockerignore', ROOT), 'utf8').trim().split('\n');
  if (first !== '*') throw new Error(`.dockerignore begins with ${first}: * is expected`);
  return exceptions.map((line) => line.replace(/^!/, ''));
}
