import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CATEGORY_CHECKS } from '../../src/correlations/category-checks.ts';
import { CAUSES } from '../../src/correlations/list.ts';
import { evidenceCommand, fillCommand, shellWord } from '../../src/diagnose/commands.ts';
import { UNOBSERVED } from '../../src/domain/observed.ts';
import { PLACEHOLDER_NAMES, PLACEHOLDERS, QUOTE_SOURCES, SHOW_LINE, WHERE_THE_LINE_STANDS } from '../../src/domain/placeholders.ts';
import type { ApiFacts } from '../../src/domain/snapshot.ts';
import { healthyApi } from '../support/healthy.ts';
import { play } from '../support/play.ts';
import { ROWS } from './tables/rows.ts';

/** Each command that only reads, as the catalogue has it: place → template. */
const READING: readonly (readonly [place: string, template: string])[] = [
  ...Object.entries(CATEGORY_CHECKS).map(([category, { command }]) => [`category ${category}`, command] as const),
  ...CAUSES.flatMap(({ id, evidence, lookBack = [], remedy, verify }) => [
    ...[...evidence, ...lookBack].flatMap((one) => (one.reproduce === undefined ? [] : [[`${id}/${one.id}`, one.reproduce] as const])),
    ...remedy.flatMap((step, i) =>
      typeof step === 'string' || step.command === undefined || step.destroys !== undefined
        ? []
        : [[`${id}/remedy ${i + 1}`, step.command] as const],
    ),
    [`${id}/verify`, verify.command] as const,
  ]),
];
const CHANGING = CAUSES.flatMap(({ id, remedy }) =>
  remedy.flatMap((step) => (typeof step === 'string' || step.destroys === undefined ? [] : [{ id, step }])),
);

/** Nothing is known but what an APIService alone would tell, or not even its name. */
const unseen = (differs: Partial<ApiFacts>): ApiFacts =>
  healthyApi({ service: UNOBSERVED, endpoints: UNOBSERVED, pods: UNOBSERVED, workload: UNOBSERVED, ...differs });
const NAMELESS = unseen({ name: 'unknown', group: '', version: '', backend: { namespace: '', service: '', port: 443 } });
const SITUATIONS: readonly ApiFacts[] = [
  healthyApi(),
  unseen({}),
  NAMELESS,
  ...ROWS.flatMap(({ match }) => play(match, { healthyTicks: 1, faultyTicks: 3 }).at(-1)!.apis),
];
const filled = (template: string, api: ApiFacts): string[] =>
  template === WHERE_THE_LINE_STANDS
    ? QUOTE_SOURCES.map((from) => evidenceCommand(template, api, { text: 'x', from }))
    : [fillCommand(template, api)];

const READS = /^(?:get|describe|logs|top|events|api-resources|auth can-i|rollout (?:status|history))$/;
const OTHER_READERS = new Set([
  'awk',
  'base64',
  'done',
  'do',
  'echo',
  'grep',
  'head',
  'ip',
  'nc',
  'openssl',
  'ping',
  'read',
  'time',
  'tr',
  'while',
]);

/** Words that a shell would run. */
function programs(command: string): string[] {
  const bare = command.replace(/'[^']*'/g, "''").replace(/(?<=\|\s*while )read -r [a-z ]+;/, ';');
  return [...bare.matchAll(/(?:^|[|;]|\$\(|\bdo\b|\btime\b)\s*([a-z][\w-]*)/g)].map(([, word]) => word!);
}

describe('commands', () => {
  it('hold placeholders of the closed set only', () => {
    const all = [
      ...READING.map(([, template]) => template),
      ...CHANGING.map(({ step }) => step.command ?? ''),
      ...Object.values(SHOW_LINE),
    ];
    const strange = all.flatMap((template) =>
      [...template.matchAll(/\{(?!end\})([a-z-]+)\}|<([^<>]*)>/g)].flatMap(([whole, name]) =>
        PLACEHOLDER_NAMES.some((known) => known === name) ? [] : [whole],
      ),
    );
    expect(strange).toEqual([]);
  });

  it('are complete for every API that may be seen, and a shell can read them', () => {
    const commands = new Set(SITUATIONS.flatMap((api) => READING.flatMap(([, template]) => filled(template, api))));
    for (const command of commands) expect(command).not.toMatch(/<[^<>]*>|\{(?!end\})[a-z-]+\}/);
    expect(commands.size).toBeGreaterThan(150);
    // One shell for all: it names the line that it can not read.
    expect(() => execFileSync('bash', ['-n'], { input: [...commands].join('\n'), stdio: 'pipe' })).not.toThrow();
  });

  it.each(READING)('only read: %s', (_, template) => {
    for (const command of filled(template, NAMELESS)) {
      for (const [, verb] of command.matchAll(/\bkubectl ((?:auth|rollout) [a-z-]+|[a-z-]+)/g)) expect(verb).toMatch(READS);
      for (const program of programs(command).filter((word) => word !== 'kubectl')) expect([...OTHER_READERS]).toContain(program);
      expect(command).not.toMatch(/[^2]>(?!=)/);
    }
  });

  it('find a name that nobody knows', () => {
    expect(fillCommand('kubectl get pods -n {namespace}', NAMELESS)).toMatch(/^kubectl get pods -n "\$\(kubectl get apiservice .*\)"$/);
    expect(fillCommand('kubectl get pods -n {namespace}', healthyApi())).toBe('kubectl get pods -n harbour');
    for (const name of PLACEHOLDER_NAMES) expect(PLACEHOLDERS[name].find).toMatch(/^kubectl (?:get|api-resources) /);
  });

  it('ask the Service where no pod is known, and all pods where no selector is', () => {
    const api = unseen({});
    expect(fillCommand('kubectl logs -n {namespace} {pod} -c {container} --previous', api)).toBe(
      'kubectl logs -n harbour service/tide-gauge --previous',
    );
    expect(fillCommand('kubectl get pods -n {namespace} -l {selector} -o wide', api)).toBe('kubectl get pods -n harbour -o wide');
    expect(fillCommand('kubectl describe pod -n {namespace} {pod}', api)).toBe('kubectl describe pods -n harbour');
  });

  it('ask for the previous log only of a container that has one', () => {
    const previous = 'kubectl logs -n {namespace} {pod} -c {container} --previous';
    expect(fillCommand(previous, healthyApi())).toBe('kubectl logs -n harbour tide-gauge-7c9f8d6b5-abcde -c server');
    const crashing = play(ROWS.find(({ cause }) => cause === 'pod-crash-looping')!.match, { healthyTicks: 1, faultyTicks: 3 }).at(-1)!
      .apis[0]!;
    expect(fillCommand(previous, crashing)).toBe('kubectl logs -n harbour tide-gauge-7c9f8d6b5-abcde -c server --previous');
  });

  it('take a name from the cluster as one word, whatever it holds', () => {
    const names = fc.sample(
      fc.oneof(fc.string({ minLength: 1 }), fc.constantFrom('$(exit 7)', "a'b", 'a b', '`x`', '; exit 7', '*', '~', '\\', '"')),
      200,
    );
    const known = names.filter((name) => shellWord(name) !== undefined);
    expect(known.length).toBeGreaterThan(100);
    const script = known.map((name) =>
      fillCommand(String.raw`printf '%s\0' {namespace}`, healthyApi({ backend: { namespace: name, service: 's', port: 1 } })),
    );
    const printed = execFileSync('bash', ['-c', script.join('\n')], { encoding: 'utf8' });
    expect(printed.split('\0').slice(0, -1)).toEqual(known);
  });

  it('take no option and no control character for a name', () => {
    for (const name of ['', '-A', '--kubeconfig=x', 'a\nb', 'a\u001bb']) expect(shellWord(name)).toBeUndefined();
  });
});

describe('steps that destroy something', () => {
  it('are those whose command does not only read', () => {
    expect(CHANGING.map(({ id }) => id)).toContain('orphaned-apiservice');
    for (const { step } of CHANGING) {
      expect(step.destroys).toMatch(/^This [a-z].*\.$/);
      for (const [, verb] of (step.command ?? '').matchAll(/\bkubectl ((?:auth|rollout) [a-z-]+|[a-z-]+)/g))
        expect(verb).not.toMatch(READS);
    }
  });

  it('are never in plain text', () => {
    const plain = CAUSES.flatMap(({ id, remedy }) => remedy.flatMap((step) => (typeof step === 'string' ? [`${id}: ${step}`] : [])));
    expect(plain.filter((step) => /\bkubectl\b|\b(?:delete|drain it|taint|scale it|roll ?back)\b/i.test(step))).toEqual([]);
  });
});
