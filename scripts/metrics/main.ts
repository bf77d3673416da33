// At a release: writes down what it promises of its metrics. From then on a change of one of them wants a line in the changelog.
import { readFileSync, writeFileSync } from 'node:fs';
import { declaredMetrics, promisedOf } from './promise.ts';

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
writeFileSync('docs/stable-metrics.json', `${JSON.stringify({ version, metrics: promisedOf(declaredMetrics()) }, null, 2)}\n`);
