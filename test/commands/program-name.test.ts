import { expect, it } from 'vitest';
import { programName } from '../../src/commands/program-name.ts';

it.each([
  [undefined, 'aggregated-api-exporter', 'serve'],
  ['/app/dist/main.js', 'aggregated-api-exporter', 'serve'],
  ['/usr/local/bin/aggregated-api-exporter', 'aggregated-api-exporter', 'serve'],
  ['kubectl-aggregated_api', 'kubectl aggregated-api', 'diagnose'],
  ['/root/.krew/bin/kubectl-aggregated_api', 'kubectl aggregated-api', 'diagnose'],
  ['/root/kubectl-aggregated_api.exe', 'kubectl aggregated-api', 'diagnose'],
  ['/src/kubectl-aggregated_api/main.js', 'aggregated-api-exporter', 'serve'],
  ['/bin/kubectl-aggregated_apis', 'aggregated-api-exporter', 'serve'],
])('called as %s it is %s, which does %s', (path, name, standard) => {
  expect(programName(path)).toEqual({ name, standard });
});
