import { describe, expect, it } from 'vitest';
import { renderMarkdown } from '../../src/diagnose/report/markdown.ts';
import { renderText } from '../../src/diagnose/report/text.ts';
import { sureness } from '../../src/domain/sureness.ts';
import { HourBook } from '../../src/expose/hour/hour-book.ts';
import { renderApiPage } from '../../src/expose/page/api-page.ts';
import { renderIncidentPage } from '../../src/expose/page/incident.ts';
import { renderFleetPage } from '../../src/expose/page/page.ts';
import { renderIncidentMarkdown } from '../../src/incidents/report/markdown.ts';
import { renderIncidentsText } from '../../src/incidents/report/text.ts';
import { incident } from '../incidents/incident.ts';
import { NOW } from '../support/healthy.ts';
import { diagnosis, viewOf } from './view.ts';

const readable = (page: string) =>
  page
    .replace(/<\/?[a-z][^>]*>/g, '')
    .replaceAll('&gt;', '>')
    .replaceAll('&lt;', '<')
    .replaceAll('\\>', '>')
    .replaceAll('\\<', '<');

/** Everything that says how sure we are, of one confidence. */
const OUTPUTS: readonly (readonly [string, (confidence: number) => string])[] = [
  ['the fleet', (confidence) => renderFleetPage(said(confidence), { version: '1' }).document],
  [
    'the page of an API',
    (confidence) => renderApiPage(said(confidence), 'v1.tides.example.com', new HourBook(), { version: '1' })!.document,
  ],
  ['a diagnosis as text', (confidence) => renderText(said(confidence).round.diagnoses, { width: 200, colour: false })],
  ['a diagnosis as markdown', (confidence) => renderMarkdown(said(confidence).round.diagnoses)],
  ['the page of an incident', (confidence) => renderIncidentPage(of(confidence), { version: '1', prefix: '', now: NOW }).document],
  ['an incident as text', (confidence) => renderIncidentsText([of(confidence)], 200)],
  ['an incident as markdown', (confidence) => renderIncidentMarkdown(of(confidence))],
];
const said = (confidence: number) => viewOf(undefined, { diagnoses: [diagnosis({ confidence })] });
const of = (confidence: number) => incident({ confidence, causes: incident().causes.map((span) => ({ ...span, confidence })) });

describe.each(OUTPUTS)('%s', (_, render) => {
  it.each([0.991, 0.994, 0.995])('says of a confidence of %d what all say', (confidence) => {
    const text = readable(render(confidence));
    expect(text).toContain(sureness(confidence));
    expect(text.includes('> 99 %')).toBe(confidence >= 0.995);
  });
});
