import { defineConfig } from 'vitest/config';
import { SecondTries } from '../support/second-tries.ts';

/** Tests against real programs: Prometheus, Alertmanager, a real control plane. One file at a time: they share two cores. */
export default defineConfig({
  test: {
    include: ['test/e2e/**/*.test.ts'],
    // Each other version of Kubernetes takes a quarter of an hour to build: `npm run e2e:upgrade` and `npm run e2e:versions` run them.
    // What clients print of a broken API, taken anew: `npm run e2e:clients` writes it to test/read/captures.
    // A hundred starts of the exporter, and as many kills: `npm run e2e:endurance`.
    exclude: [
      ...(process.env.E2E_VERSIONS ? [] : ['test/e2e/versions/**']),
      ...(process.env.E2E_CLIENTS ? [] : ['test/e2e/clients/**']),
      ...(process.env.E2E_ENDURANCE ? [] : ['test/e2e/endurance/**']),
      // A cluster for each way to the backends: `npm run e2e:ways`.
      ...(process.env.E2E_WAYS ? [] : ['test/e2e/ways/**']),
      // A cluster for each other aggregated server; some take long to build: `npm run e2e:servers`.
      ...(process.env.E2E_SERVERS ? [] : ['test/e2e/servers/**']),
    ],
    globalSetup: ['test/support/once-per-run.ts'],
    testTimeout: 600_000,
    hookTimeout: 600_000,
    // What fails once on two busy cores and passes at once afterwards is reported as that: `retried: <test>` at the end.
    retry: 1,
    fileParallelism: false,
    maxWorkers: 1,
    // How long each takes is worth knowing: they are the slow ones.
    reporters: ['verbose', new SecondTries()],
  },
});
