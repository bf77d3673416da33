import { describe, expect, it } from 'vitest';
import { declaredMetrics, servedBy } from '../../../scripts/versions/metrics-in-source.ts';
import { CATEGORY_CHECKS } from '../../../src/correlations/category-checks.ts';
import { CAUSES } from '../../../src/correlations/list.ts';
import { APISERVER_SAMPLES } from '../../../src/observe/apiserver-metrics/reading.ts';

/** Kubernetes 1.34 to 1.37, as their sources declare their metrics. */
const VERSIONS = ['1.34', '1.35', '1.36', '1.37'];
/** Of Go's client library, which every version has. */
const OF_ANY_PROCESS = /^process_/;
/** What a command looks for in the metrics of a kube-apiserver. */
const LOOKED_FOR = /get --raw \/metrics \| grep (?:-E )?'?([^']+)'?/;

const commands = [
  ...Object.values(CATEGORY_CHECKS).map(({ command }) => command),
  ...CAUSES.flatMap(({ evidence, lookBack = [], remedy, verify }) => [
    ...[...evidence, ...lookBack].map(({ reproduce }) => reproduce),
    ...remedy.map((step) => (typeof step === 'string' ? undefined : step.command)),
    verify.command,
  ]),
].flatMap((command) => LOOKED_FOR.exec(command ?? '')?.[1] ?? []);

it.each(APISERVER_SAMPLES.filter((name) => !OF_ANY_PROCESS.test(name)))('%s is in /metrics of 1.34 to 1.37', (name) => {
  expect(servedBy(name)).toEqual(VERSIONS);
});

it.each([...new Set(commands)].filter((what) => !OF_ANY_PROCESS.test(what)))('each version has something that `grep %s` shows', (what) => {
  const pattern = new RegExp(what);
  const names = declaredMetrics().flatMap(({ name }) => [name, `${name}_sum`, `${name}_count`]);
  const shown = names.filter((name) => pattern.test(name)).flatMap((name) => servedBy(name));
  expect([...new Set(shown)].sort()).toEqual(VERSIONS);
});

describe('a metric that is deprecated', () => {
  it.each([
    ['STABLE', 'apiserver_storage_objects', ['1.34', '1.35', '1.36']],
    ['ALPHA', 'apiserver_flowcontrol_request_concurrency_limit', []],
  ])('and %s is hidden when its time is over', (_stability, name, versions) => {
    expect(servedBy(name)).toEqual(versions);
  });
});
