import { describe, expect, it } from 'vitest';
import { catalogueOptions } from '../../src/commands/catalogue-options.ts';
import { diagnoseSnapshots } from '../../src/diagnose/diagnostician.ts';
import { patternInWords } from '../../src/diagnose/report/pattern-words.ts';
import { isoTime } from '../../src/diagnose/report/printable.ts';
import { fill } from '../../src/diagnose/words.ts';
import { readText } from '../../src/read/text/read-text.ts';
import { healthyApi } from '../support/healthy.ts';

const of = (...parts: [number, number, number, number?, number?, number?]) => Date.UTC(...parts) / 1000;

describe('words', () => {
  it.each([
    ['Service {service} of namespace {namespace}', 'Service tide-gauge of namespace harbour'],
    ['{version} of {group}', 'v1 of tides.example.com'],
    ['{apiservice} errs', 'v1.tides.example.com errs'],
  ])('fills %s', (text, expected) => {
    expect(fill(text, healthyApi())).toBe(expected);
  });

  it('leaves no blank for what a text does not tell', () => {
    const api = healthyApi({ backend: { namespace: '', service: '', port: 443 } });
    expect(fill('Service {service}', api)).toBe('Service (service not known)');
  });

  it('writes a time to the second', () => {
    expect(isoTime(of(2026, 0, 5, 9))).toBe('2026-01-05T09:00:00Z');
  });

  it.each([
    [of(2026, 0, 5, 9), of(2026, 0, 5, 9, 2), 'persistent, failing since 2026-01-05T09:00:00Z (2 min)'],
    [of(2026, 0, 5, 9), of(2026, 0, 5, 9), 'persistent, failing since 2026-01-05T09:00:00Z'],
    [of(2026, 0, 5, 9), undefined, "failing since 2026-01-05T09:00:00Z, by the condition's last transition; until when is not in the text"],
    [undefined, undefined, 'a text shows one moment: how long it has failed is not in it'],
  ])('says since when', (since, now, expected) => {
    expect(patternInWords({ name: 'persistent', onsets: [], ...(since === undefined ? {} : { since }) }, now)).toBe(expected);
  });

  it('asks of a text with victims only for the condition, which would decide most', () => {
    const text =
      'Error from server (ServiceUnavailable): the server is currently unable to handle the request (get tides.tides.example.com)';
    const [verdict] = diagnoseSnapshots(readText(text), catalogueOptions()).diagnoses;
    expect(verdict).toMatchObject({ cause: 'unknown' });
    expect(verdict!.nextCheck).toMatch(/^Run `kubectl get apiservice v1\.tides\.example\.com -o yaml`: .* or another cause\.$/);
  });
});
