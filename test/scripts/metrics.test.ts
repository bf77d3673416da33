import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { brokenPromises, declaredMetrics, type Promised, promisedOf, unreleasedOf } from '../../scripts/metrics/promise.ts';

const textOf = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');

describe('what the last release promised of its metrics', () => {
  const last = JSON.parse(textOf('docs/stable-metrics.json')) as { version: string; metrics: Promised[] };

  it('is kept, or the changelog says what changed', () => {
    expect(last.metrics.length).toBeGreaterThan(25);
    expect(brokenPromises(last.metrics, declaredMetrics(), unreleasedOf(textOf('CHANGELOG.md')))).toEqual([]);
  });

  it('is that of this version or of one before it', () => {
    const order = (version: string) =>
      version
        .split('.')
        .map((part) => part.padStart(6, '0'))
        .join('.');
    const { version } = JSON.parse(textOf('package.json')) as { version: string };
    expect(order(last.version) <= order(version)).toBe(true);
  });
});

describe('a promise', () => {
  const depth: Promised = { name: 'aggregated_api_depth', type: 'gauge', labels: ['apiservice', 'berth'], stability: 'stable' };
  const broken = (now: readonly Promised[], changelog = '') => brokenPromises([depth], now, changelog).join('\n');

  it.each<[string, Promised, RegExp | '']>([
    ['nothing', depth, ''],
    ['the order of labels, which nobody sees', { ...depth, labels: ['berth', 'apiservice'] }, ''],
    ['its name', { ...depth, name: 'aggregated_api_depths' }, /^aggregated_api_depth: it is gone; say so in the changelog/],
    ['its type', { ...depth, type: 'counter' }, /it was a gauge and is a counter/],
    ['a label less', { ...depth, labels: ['apiservice'] }, /it had the labels apiservice, berth and has apiservice;/],
    ['a label more', { ...depth, labels: ['apiservice', 'berth', 'quay'] }, /and has apiservice, berth, quay/],
    ['that it is stable', { ...depth, stability: 'beta' }, /it was stable and is beta/],
    ['that it stays', { ...depth, stability: 'deprecated' }, /it was stable and is deprecated/],
  ])('is broken by a change of %s', (_, now, says) => {
    if (says === '') expect(broken([now])).toBe('');
    else expect(broken([now])).toMatch(says);
    expect(broken([now], 'The metric `aggregated_api_depth` changed.')).toBe('');
    if (says !== '') expect(broken([now], 'The metric `aggregated_api_depth_total` changed.')).not.toBe('');
  });

  it('is not made of what is beta', () => {
    expect(promisedOf([depth, { ...depth, stability: 'beta' }, { ...depth, stability: 'deprecated' }])).toHaveLength(2);
  });

  it.each([
    ['## [Unreleased]\n\n- new\n\n## [0.1.0]\n- old\n', '- new'],
    ['# Changelog\n\n## [Unreleased]\n- new\n', '- new'],
  ])('is taken back in what is not released', (changelog, text) => {
    expect(unreleasedOf(changelog).trim()).toBe(text);
  });
});
