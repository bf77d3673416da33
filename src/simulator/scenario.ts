import { load } from 'js-yaml';
import * as z from 'zod';
import { METRICS_APIS } from './control-plane/autoscalers.ts';
import { periodOf } from './control-plane/cron-jobs.ts';

/** Wall-clock milliseconds from `500ms`, `10s`, `2m`. */
const duration = z
  .string()
  .regex(/^\d+(ms|s|m)$/, 'a duration such as 500ms, 10s or 2m is allowed')
  .transform((text) => {
    return Number.parseInt(text, 10) * { ms: 1, s: 1000, m: 60_000 }[text.replace(/^\d+/, '') as 'ms' | 's' | 'm'];
  });

const label = z.string().regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, 'lower-case letters, digits and - are allowed');

const api = z
  .strictObject({
    group: z.string().regex(/^[a-z0-9][-.a-z0-9]*[a-z0-9]$/, 'a DNS name is allowed'),
    version: z.string().regex(/^v\d+((alpha|beta)\d+)?$/, 'a version such as v1 or v1beta1 is allowed'),
    namespace: label,
    service: label,
    resource: label,
    kind: z.string().regex(/^[A-Z][A-Za-z]*$/, 'a kind such as TideGauge is allowed'),
    replicas: z.int().min(1).max(10).default(1),
    port: z.int().min(1024).max(65_535).default(10_250),
    readinessProbe: z.boolean().default(true),
    livenessProbe: z.boolean().default(false),
  })
  .describe('An aggregated API and its backend.');

const cronJob = z.strictObject({
  namespace: label,
  name: label,
  schedule: z.string().refine((text) => {
    try {
      return periodOf(text) > 0;
    } catch {
      return false;
    }
  }, '"* * * * *" or a step of minutes as in "*/5 * * * *" is allowed'),
  runsFor: duration,
});

const autoscaler = z
  .strictObject({
    namespace: label,
    name: label,
    min: z.int().min(1).default(1),
    max: z.int().min(1).max(1000).default(10),
    replicas: z.int().min(0).default(1),
    api: z.string().describe('Name of the APIService of a metrics API, <version>.<group>.'),
  })
  .describe('An HPA, which takes its metric from an aggregated API.');

const passingNamespace = z
  .strictObject({
    name: label,
    deletedAt: duration.describe('After the start, and after each beginning, wall clock.'),
    every: duration.optional().describe('Made and deleted again and again.'),
  })
  .describe('A namespace that is made and deleted, as by a pipeline.');

const entry = z.strictObject({
  at: duration.describe('After the start, wall clock.'),
  fault: z.string().describe('Id of a fault or an anomaly.'),
  api: z.string().describe('Name of the APIService, <version>.<group>.'),
  for: duration.optional().describe('Left out = until the end.'),
  every: duration.optional().describe('Injects it again and again.'),
});

const schema = z.strictObject({
  name: label,
  compression: z.number().min(1).max(1000).default(1).describe("Times the cluster's own periods are shortened by."),
  timeouts: z.number().min(1).max(100).default(1).describe("Times the control plane's time-outs are shortened by."),
  nodes: z.array(label).min(1).max(20).default(['worker-a', 'worker-b']),
  apiservers: z.union([z.literal(1), z.literal(2)]).default(1),
  traffic: z.boolean().default(true).describe('An ordinary client lists each API now and then.'),
  apis: z.array(api).min(1).max(50),
  cronJobs: z.array(cronJob).default([]),
  autoscalers: z.array(autoscaler).max(200).default([]),
  namespaces: z.array(passingNamespace).max(20).default([]),
  timeline: z.array(entry).default([]),
});

export type Scenario = z.output<typeof schema>;
export type ScenarioInput = z.input<typeof schema>;
export type TimelineEntry = Scenario['timeline'][number];

/** What a timeline may name. */
export interface Known {
  readonly faults: readonly string[];
}

/** YAML text, or a literal of the same shape → a scenario. Throws one error that lists everything wrong with it. */
export function readScenario(source: string | ScenarioInput, known: Known): Scenario {
  const raw = typeof source === 'string' ? parse(source) : source;
  const result = schema.safeParse(raw);
  if (!result.success) throw new ScenarioError(result.error.issues.map((issue) => describe(issue, raw)));
  const problems = contradictions(result.data, known);
  if (problems.length > 0) throw new ScenarioError(problems);
  return result.data;
}

export class ScenarioError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`the scenario can't be used:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.problems = problems;
  }
}

function parse(text: string): unknown {
  try {
    return load(text);
  } catch (error) {
    throw new ScenarioError([`not YAML: ${(error as Error).message.split('\n')[0]}`]);
  }
}

function describe(issue: z.core.$ZodIssue, raw: unknown): string {
  const path = issue.path.join('.') || 'the file';
  if (issue.code === 'unrecognized_keys') return `${path}: unknown key ${issue.keys.join(', ')}`;
  let value: unknown = raw;
  for (const part of issue.path) value = (value as Record<PropertyKey, unknown> | undefined)?.[part];
  return `${path}: ${JSON.stringify(value)}: ${issue.message}`;
}

function contradictions(scenario: Scenario, known: Known): string[] {
  const names = scenario.apis.map((plan) => `${plan.version}.${plan.group}`);
  const doubles = names.filter((name, index) => names.indexOf(name) !== index).map((name) => `apis: ${name} is there twice`);
  const scaled = scenario.autoscalers.flatMap(({ api: name }, index) => {
    const metrics = names.filter((known) => METRICS_APIS.has(known.slice(known.indexOf('.') + 1)));
    return metrics.includes(name)
      ? []
      : [`autoscalers.${index}.api: ${JSON.stringify(name)}: allowed are ${metrics.join(', ') || 'none: no API here gives metrics'}`];
  });
  return [
    ...doubles,
    ...scaled,
    ...scenario.timeline.flatMap((item, index) => {
      const path = `timeline.${index}`;
      return [
        ...(known.faults.includes(item.fault)
          ? []
          : [`${path}.fault: ${JSON.stringify(item.fault)}: allowed are ${known.faults.join(', ')}`]),
        ...(names.includes(item.api) ? [] : [`${path}.api: ${JSON.stringify(item.api)}: allowed are ${names.join(', ')}`]),
        ...(item.every !== undefined && (item.for === undefined || item.for >= item.every)
          ? [`${path}.for: must be there, and shorter than every`]
          : []),
      ];
    }),
  ];
}
