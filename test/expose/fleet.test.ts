import { describe, expect, it } from 'vitest';
import type { Diagnosis } from '../../src/domain/diagnosis.ts';
import { observed, UNOBSERVED } from '../../src/domain/observed.ts';
import { renderFleetPage } from '../../src/expose/page/page.ts';
import { parseFleetQuery } from '../../src/expose/page/query.ts';
import type { ExporterView } from '../../src/expose/view.ts';
import { healthyApi, healthySnapshot, NOW } from '../support/healthy.ts';
import { diagnosis, viewOf } from './view.ts';

const api = (name: string, namespace = 'harbour') => healthyApi({ name, backend: { namespace, service: 'tide-gauge', port: 443 } });
const verdict = (apiservice: string, differs: Partial<Diagnosis> = {}) => diagnosis({ apiservice, ...differs });
const FLEET = viewOf(
  healthySnapshot({
    apis: [
      api('v1.anchors.example.com'),
      api('v1.buoys.example.com', 'cargo'),
      { ...api('v1.cranes.example.com', 'cargo'), condition: UNOBSERVED, probes: [] },
      api('v1.docks.example.com'),
    ],
  }),
  {
    diagnoses: [
      verdict('v1.buoys.example.com', { confidence: 0.6, since: NOW / 1000 - 60, title: 'Zero endpoints are ready' }),
      verdict('v1.docks.example.com', { confidence: 0.9, since: NOW / 1000 - 600, category: 'authn-authz' }),
    ],
  },
);

/** Letters of the rows that can be seen, in their order. */
function shown(query: string, view: ExporterView = FLEET): string {
  const { document } = renderFleetPage(view, { version: '1' }, parseFleetQuery(Object.fromEntries(new URLSearchParams(query))));
  return [...document.matchAll(/<tr id="api-v1\.(\w)[^>]*>/g)].map(([row, letter]) => (row.includes(' hidden') ? '' : letter)).join('');
}

describe('the fleet that a URL asks for', () => {
  it.each([
    ['', 'bdca'],
    ['q=', 'bdca'],
    ['q=BUOYS', 'b'],
    ['q=cargo/tide', 'bc'],
    ['q=Zero+endpoints', 'b'],
    ['q=%E2%9C%95+failing', 'bd'],
    ['q=nothing', ''],
    // What the time says is not looked at: it would be another minute later.
    ['q=2026-01-05', ''],
    ['state=failing', 'bd'],
    ['state=healthy', 'a'],
    ['state=blind', 'c'],
    ['state=unheard-of', 'bdca'],
    ['namespace=cargo', 'bc'],
    ['namespace=carg', ''],
    ['category=authn-authz', 'd'],
    ['namespace=cargo&state=failing', 'b'],
    ['namespace=cargo&category=authn-authz', ''],
    ['sort=name', 'abcd'],
    ['sort=-name', 'dcba'],
    ['sort=state', 'bdca'],
    ['sort=-state', 'acbd'],
    ['sort=sure', 'bdca'],
    ['sort=-sure', 'dbca'],
    ['sort=since', 'dbca'],
    ['sort=-since', 'bdca'],
    ['sort=cause', 'dbca'],
    ['sort=-cause', 'bdca'],
    ['sort=__proto__', 'bdca'],
    ['sort=name&state=failing', 'bd'],
  ])('?%s shows %s', (query, expected) => {
    expect(shown(query)).toBe(expected);
  });

  it('a parameter that is given twice counts as not given', () => {
    const { document } = renderFleetPage(FLEET, { version: '1' }, parseFleetQuery({ q: ['a', 'b'], state: { x: 1 } }));
    expect(document).not.toContain(' hidden><td>');
  });

  it('says how many of how many it shows, and keeps the question in its form and its links', () => {
    const { document } = renderFleetPage(FLEET, { version: '1' }, parseFleetQuery({ q: 'Cargo', state: 'failing', sort: 'name' }));
    expect(document).toContain('1 of 4 shown');
    expect(document).toContain('<input type="search" name="q" id="q" value="cargo"');
    expect(document).toContain('<option value="failing" selected>');
    expect(document).toContain('<th aria-sort="ascending"><a href="/?q=cargo&amp;state=failing&amp;sort=-name" data-k="name">');
    expect(document).toContain('href="/?q=cargo&amp;state=failing&amp;sort=since"');
  });

  it('offers what is chosen though nothing has it', () => {
    const { document } = renderFleetPage(FLEET, { version: '1' }, parseFleetQuery({ namespace: 'gone' }));
    expect(document).toContain('<option value="gone" selected>gone</option>');
  });

  it('leads from each API to its page', () => {
    expect(renderFleetPage(FLEET, { version: '1' }).document).toContain('href="/apis/v1.buoys.example.com"');
  });

  it('names each API once', () => {
    expect(
      renderFleetPage(FLEET, { version: '1' })
        .document.replace(/(id|href)="[^"]*"/g, '')
        .split('v1.anchors.example.com'),
    ).toHaveLength(2);
  });
});

describe('APIs that fail together', () => {
  const shared = {
    id: 'node-n1',
    shared: 'node quay-1',
    apiservices: ['v1.buoys.example.com', 'v1.docks.example.com'],
    cause: 'node-not-ready',
  };
  const together = (differs: Partial<Diagnosis>) =>
    renderFleetPage(
      viewOf(healthySnapshot({ apis: FLEET.snapshot.apis }), {
        diagnoses: [
          verdict('v1.buoys.example.com', { confidence: 0.99, title: 'It is slow', cause: 'backend-slow', together: shared }),
          verdict('v1.docks.example.com', {
            confidence: 0.7,
            title: 'The node is gone',
            cause: 'node-not-ready',
            since: NOW / 1000 - 900,
            ...differs,
          }),
        ],
      }),
      { version: '1' },
    ).document;

  it('are one card that speaks by the cause they share, since the first of them fails', () => {
    const [card] = /<section class="card bad group"[\s\S]*?<\/section>/.exec(together({ together: shared })) ?? [''];
    expect(card).toContain('2 APIs fail together');
    expect(card).toContain('shared: node quay-1');
    expect(card).toContain('The node is gone');
    expect(card).not.toContain('It is slow');
    expect(card).toContain('2026-01-05 08:45:00');
    expect(card).toContain('<a href="/apis/v1.buoys.example.com">v1.buoys.example.com</a>, <a href="/apis/v1.docks.example.com">');
  });

  it('one alone is no card', () => {
    expect(together({})).not.toContain('fail together');
  });
});

it('a fleet of 200, a quarter of it failing, has at most 4,000 elements', () => {
  const apis = Array.from({ length: 200 }, (_, i) => api(`v1.quay-${i}.example.com`, `namespace-${i % 20}`));
  const view = viewOf(healthySnapshot({ apis: apis.map((one) => ({ ...one, logs: observed(emptyLogs) })) }), {
    diagnoses: apis.filter((_, i) => i % 4 === 0).map(({ name }) => verdict(name)),
  });
  const elements = renderFleetPage(view, { version: '1' }).document.match(/<[a-z]/g)?.length ?? 0;
  expect(elements).toBeGreaterThan(2000);
  expect(elements).toBeLessThanOrEqual(4000);
});

const emptyLogs = {
  lines: { info: 0, warning: 0, error: 0, fatal: 0, unknown: 0 },
  matches: [],
  dropped: { budget: 0, truncated: 0, gap: 0 },
  unknownTemplates: [],
  lastWords: [],
};
