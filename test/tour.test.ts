import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { CAUSES } from '../src/correlations/list.ts';
import { required } from '../src/domain/required.ts';
import { parseIncident } from '../src/incidents/parse-incident.ts';
import { renderIncidentMarkdown } from '../src/incidents/report/markdown.ts';

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
const tour = read('docs/tour.md');
const film = read('docs/images/film.svg');
const told = required(parseIncident(JSON.parse(read('docs/tour-incident.json'))), 'the incident of the tour');
const runbook = read(`runbooks/${told.cause}.md`);

/** The tour quotes what the program prints: these fail when it prints something else; `npm run film` makes film, incident and ticket anew. */
it('prints the ticket as the program prints that incident', () => {
  expect(/^````markdown\n([\s\S]*?)^````$/m.exec(tour)?.[1]).toBe(renderIncidentMarkdown(told));
});

it('walks an incident from its begin to its end, with people who were hurt', () => {
  expect(told).toMatchObject({ apiservice: 'v1beta1.external.metrics.k8s.io', cause: 'connection-refused', state: 'ended' });
  expect(told.hurt.length).toBeGreaterThan(0);
  expect(tour).toContain(`category=\`${CAUSES.find(({ id }) => id === told.cause)?.category}\``);
});

it('has evidence that the cause knows', () => {
  expect(told.evidence.length).toBeGreaterThan(1);
  for (const { id } of told.evidence.filter(({ cause }) => cause === told.cause)) expect(runbook).toContain(`| \`${id}\` |`);
});

it('has the steps of the remedy, and what shows that it worked, in the words of the runbook', () => {
  const steps = tour.match(/^\d\. .*$/gm) ?? [];
  expect(steps.length).toBeGreaterThan(2);
  expect(steps).toEqual(/## Remedy\n\n([\s\S]*?)\n\n/.exec(runbook)?.[1]?.split('\n'));
  const [, worked = '?'] = /^It worked when: (.*)$/m.exec(runbook) ?? [];
  expect(tour).toContain(`It worked when: ${worked}.`);
});

it('quotes the alert', () => {
  const [, sentence = '?'] = /^> \S+ (has failed [^:]*: [^.]*\.)/m.exec(tour) ?? [];
  expect(read('rules/prometheus/aggregated-api-symptoms.yaml')).toContain(sentence);
});

it('has a film of five pictures in at most 400 KB, which asks nobody for anything', () => {
  expect(film.length).toBeLessThanOrEqual(400_000);
  expect(film.match(/<g class="step"/g)).toHaveLength(5);
  expect(film.match(/(?:href|src)="[^"]{10}/g)).toEqual(Array.from({ length: 5 }, () => 'href="data:image'));
  expect(film).not.toMatch(/<script|\bon\w+=|url\(|@import/);
  for (const page of ['README.md', 'docs/tour.md']) expect(read(page)).toContain('images/film.svg');
});
