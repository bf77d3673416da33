import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../lock.ts';

/** One instruction of a Dockerfile, e.g. `{ name: 'COPY', argument: 'src src' }`. */
export interface Instruction {
  readonly name: string;
  readonly argument: string;
}

/** The stages of a Dockerfile, each with its instructions; continued lines are joined. */
export function dockerfileStages(file = join(ROOT, 'Dockerfile')): Instruction[][] {
  const lines = readFileSync(file, 'utf8')
    .replace(/\\\n\s*/g, '')
    .split('\n');
  const stages: Instruction[][] = [];
  for (const line of lines) {
    const [, name, argument] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? [];
    if (name === undefined || argument === undefined) continue;
    if (name === 'FROM') stages.push([]);
    stages.at(-1)?.push({ name, argument });
  }
  return stages;
}

/** Of a FROM. */
export interface Base {
  /** As `gcr.io/distroless/nodejs24-debian12:nonroot`. */
  readonly name: string;
  /** As `sha256:…`; undefined where the base is named by its tag only, which others can move. */
  readonly digest: string | undefined;
}

export function baseOf(stage: readonly Instruction[]): Base {
  const from = argumentsOf(stage, 'FROM')[0] ?? '';
  const [, name = from, digest] = /^(?:--\S+\s+)*([^\s@]+)(?:@(sha256:[0-9a-f]{64}))?(?:\s|$)/.exec(from) ?? [];
  return { name, digest };
}

export function argumentsOf(stage: readonly Instruction[], name: string): string[] {
  return stage.filter((instruction) => instruction.name === name).map(({ argument }) => argument);
}

/** `KEY="value"` of each ENV or LABEL. */
export function pairsOf(stage: readonly Instruction[], name: 'ENV' | 'LABEL'): [string, string][] {
  return argumentsOf(stage, name).map((argument) => {
    const [, key, value] = /^([\w.-]+)="([^"\\$]*)"$/.exec(argument) ?? [];
    if (key === undefined || value === undefined) throw new Error(`Dockerfile: ${name} ${argument}: one KEY="value" is understood`);
    return [key, value];
  });
}

/** ENTRYPOINT or CMD without a shell. */
export function commandOf(stage: readonly Instruction[], name: 'ENTRYPOINT' | 'CMD'): string[] {
  return JSON.parse(argumentsOf(stage, name)[0] ?? '[]') as string[];
}

/** Sources and target of a COPY, and the stage that it is from; undefined for other instructions. */
export function copied({ name, argument }: Instruction): { from?: string; sources: string[]; target: string } | undefined {
  if (name !== 'COPY') return undefined;
  const words = argument.split(/\s+/);
  const from = words[0]?.startsWith('--from=') ? words.shift()?.slice('--from='.length) : undefined;
  return { ...(from !== undefined && { from }), sources: words.slice(0, -1), target: words.at(-1) ?? '' };
}
