import { gzipSync } from 'node:zlib';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { CAUSES } from '../../../src/correlations/list.ts';
import type { Incident } from '../../../src/domain/incident.ts';
import { observed } from '../../../src/domain/observed.ts';
import type { ApiFacts } from '../../../src/domain/snapshot.ts';
import { createExposition } from '../../../src/expose/exposition.ts';
import { createWebServer, type WebServer } from '../../../src/expose/server.ts';
import type { ExporterView } from '../../../src/expose/view.ts';
import { MemoryBook } from '../../../src/incidents/book.ts';
import { withMeasured } from '../../../src/incidents/course.ts';
import { diagnosis, viewOf } from '../../expose/view.ts';
import { incident, open } from '../../incidents/incident.ts';
import { healthyApi, healthySnapshot, healthyTally, NOW, probeResult } from '../../support/healthy.ts';
import { openBrowser, openPage, violations } from '../browser.ts';

/** Pages of a server whose ticks the test makes: an hour of them in a minute. */
const TIDES = 'v1.tides.example.com';
const BUOYS = 'v1.buoys.example.com';
const HOSTILE = '</code><img src=x onerror="document.title=\'owned\'"><script>document.title="owned"</script>';

let browser: Browser;
let server: WebServer;
let view: ExporterView;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());
afterEach(() => server.close());

interface Tick {
  readonly time?: number;
  readonly failing?: readonly string[];
  readonly names?: readonly string[];
  readonly api?: Partial<ApiFacts>;
}

function viewAt({ time = NOW, failing = [], names = [BUOYS, TIDES], api = {} }: Tick): ExporterView {
  const namespaceOf = (name: string) => (name === BUOYS ? 'cargo' : 'harbour');
  return viewOf(
    healthySnapshot({
      time,
      apis: names.map((name) => healthyApi({ name, backend: { namespace: namespaceOf(name), service: 'tide-gauge', port: 443 }, ...api })),
    }),
    { diagnoses: failing.map((apiservice, i) => diagnosis({ apiservice, ...(i > 1 && wordsOf(i)) })) },
  );
}

/** As many different causes as there are, as a fleet in trouble has. */
function wordsOf(i: number) {
  const { id, title, category } = CAUSES[i % CAUSES.length]!;
  return { cause: id, title, category, confidence: 0.5 + ((i * 7) % 50) / 100, since: NOW / 1000 - i * 97 };
}

function show(tick: Tick): void {
  view = viewAt(tick);
  server.published();
}

async function serve(tick: Tick = {}, incidents?: MemoryBook): Promise<URL> {
  view = viewAt(tick);
  server = await createWebServer({
    exposition: createExposition({ signals: [] }),
    view: () => view,
    ...(incidents && { incidents }),
    listenAddresses: ['127.0.0.1:0'],
    version: '1',
    log: { info() {}, warn() {}, error() {} },
  });
  server.published();
  return server.urls[0]!;
}

const rowsOf = (page: Page) => page.locator('#rows tr:visible a').allTextContents();
const atPage = (base: URL, path: string) => new URL(path, base).href;

it('shows a fault as it begins, and keeps focus, order and filter', async () => {
  const base = await serve();
  const { page, complaints } = await openPage(browser, base.href);
  await page.locator(`a[href="/apis/${TIDES}"]`).focus();
  expect(await rowsOf(page)).toEqual([BUOYS, TIDES]);
  show({ time: NOW + 10_000, failing: [TIDES] });
  await expect.poll(() => rowsOf(page)).toEqual([TIDES, BUOYS]);
  expect(await page.title()).toBe('(1) Aggregated APIs');
  expect(await page.locator('#rows tr').first().textContent()).toContain('The backend is killed for its memory');
  expect(await page.evaluate('document.activeElement.textContent')).toBe(TIDES);
  await page.locator('#q').fill('buoys');
  show({ time: NOW + 20_000, failing: [TIDES, BUOYS] });
  await expect.poll(() => page.title()).toBe('(2) Aggregated APIs');
  expect(await rowsOf(page)).toEqual([BUOYS]);
  expect(complaints).toEqual([]);
  await page.close();
});

it('filters and sorts by typing and clicking as the server does, and stands in a link', async () => {
  const base = await serve({ failing: [TIDES] });
  const { page, complaints } = await openPage(browser, base.href);
  await page.locator('#q').fill('harb');
  expect(await rowsOf(page)).toEqual([TIDES]);
  expect(await page.locator('#count').textContent()).toBe('1 of 2 shown');
  await page.locator('#f-state').selectOption('failing');
  await page.locator('th a', { hasText: 'API' }).click();
  await page.locator('th a', { hasText: 'API' }).click();
  expect(new URL(page.url()).search).toBe('?q=harb&state=failing&sort=-name');
  await page.reload();
  expect(await rowsOf(page)).toEqual([TIDES]);
  await page.locator('#clear').click();
  expect(await rowsOf(page)).toEqual([TIDES, BUOYS]);
  const plain = await openPage(browser, atPage(base, '/?q=cargo'), { javaScriptEnabled: false });
  expect(await rowsOf(plain.page)).toEqual([BUOYS]);
  await plain.page.locator('#q').fill('tide');
  await plain.page.locator('#apply').click();
  expect(await rowsOf(plain.page)).toEqual([TIDES, BUOYS]);
  expect([...complaints, ...plain.complaints]).toEqual([]);
  await Promise.all([page.close(), plain.page.close()]);
});

it('an old link of an alert leads to the page of its API', async () => {
  const base = await serve();
  const { page } = await openPage(browser, atPage(base, `/#api-${TIDES}`));
  await page.waitForURL(`**/apis/${TIDES}`);
  await page.close();
});

it('is used by the keyboard alone: from the filter to an API, to its hour, into a fold', async () => {
  const base = await serve({
    failing: [TIDES],
    api: { probes: [healthyTally('aggregator', 'discovery', { failures: { connection_refused: 3 } })] },
  });
  const { page, complaints } = await openPage(browser, base.href);
  await page.keyboard.press('/');
  await page.keyboard.type('tides');
  expect(await rowsOf(page)).toEqual([TIDES]);
  for (let i = 0; i < 20 && (await page.evaluate('document.activeElement.textContent')) !== TIDES; i++) await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/apis\//);
  for (let i = 0; i < 40 && (await page.evaluate('document.activeElement.id')) !== 'moment'; i++) await page.keyboard.press('Tab');
  expect(await page.locator('#reading').textContent()).toContain('3 of 360 failed');
  await page.keyboard.press('ArrowLeft');
  expect(await page.locator('#reading').textContent()).toContain('nothing was recorded');
  expect(await page.locator('#moment').getAttribute('aria-valuetext')).toContain('nothing was recorded');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  expect(await page.locator('#hour-table').getAttribute('open')).not.toBeNull();
  expect(await page.locator('#minutes tr').count()).toBe(61);
  expect(complaints).toEqual([]);
  await page.close();
});

it('keeps what is open and what is selected while the rest is renewed', async () => {
  const base = await serve({ failing: [TIDES] });
  const { page } = await openPage(browser, atPage(base, `/apis/${TIDES}`));
  await page.locator('#events > summary').click();
  await page.locator('[id$="-alternatives"] > summary').click();
  await page.evaluate('getSelection().selectAllChildren(document.querySelector(".verdict"))');
  view = viewOf(view.snapshot.apis.length > 0 ? { ...view.snapshot, time: NOW + 10_000 } : view.snapshot, {
    diagnoses: [diagnosis({ title: 'Another verdict' })],
  });
  server.published();
  await expect.poll(() => page.locator('#observed-at time').getAttribute('datetime')).toBe(new Date(NOW + 10_000).toISOString());
  expect(await page.locator('.verdict').textContent()).toBe('The backend is killed for its memory');
  expect(await page.evaluate('getSelection().toString()')).toBe('The backend is killed for its memory');
  await page.evaluate('getSelection().removeAllRanges()');
  await expect.poll(() => page.locator('.verdict').textContent()).toBe('Another verdict');
  expect(await page.locator('#events').getAttribute('open')).not.toBeNull();
  expect(await page.locator('[id$="-alternatives"]').getAttribute('open')).not.toBeNull();
  await page.close();
});

it('a hostile line stays text, also where it comes later', async () => {
  const logs = observed({
    lines: { info: 0, warning: 0, error: 1, fatal: 0, unknown: 0 },
    matches: [{ signature: HOSTILE, speaker: 'client' as const, count: 1, lastAt: NOW, sample: HOSTILE }],
    dropped: { budget: 0, truncated: 0, gap: 0 },
    unknownTemplates: [{ template: HOSTILE, count: 1, sample: HOSTILE, lastAt: NOW }],
    lastWords: [],
  });
  const base = await serve({ api: { logs } });
  const { page, complaints } = await openPage(browser, atPage(base, `/apis/${TIDES}`));
  await page.locator('#logs > summary').click();
  show({
    time: NOW + 10_000,
    api: {
      logs,
      probes: [healthyTally('aggregator', 'discovery', { last: probeResult({ ok: false, reason: 'other', detail: HOSTILE }) })],
    },
  });
  await expect.poll(() => page.locator('#probes').textContent()).toContain(HOSTILE);
  expect(await page.locator('#logs').textContent()).toContain(HOSTILE);
  expect(await page.locator('img').count()).toBe(0);
  expect(await page.title()).not.toBe('owned');
  expect(complaints).toEqual([]);
  await page.close();
});

it('says when the exporter does not answer any more', async () => {
  const base = await serve();
  const { page } = await openPage(browser, base.href);
  expect(await page.locator('#stale').isVisible()).toBe(false);
  await server.close();
  await expect
    .poll(() => page.locator('#stale').textContent(), { timeout: 60_000 })
    .toMatch(/^The exporter has not answered for \d+ s: what is shown is from \d{4}-/);
  expect(await page.locator('#stale').isVisible()).toBe(true);
  await page.close();
});

it('shows times in the zone of who looks', async () => {
  const base = await serve({ failing: [TIDES] });
  const { page } = await openPage(browser, base.href, { timezoneId: 'Pacific/Auckland' });
  expect(await page.locator('#observed-at').textContent()).toBe('2026-01-05 22:00:00');
  expect(await page.locator('#observed-at time').getAttribute('title')).toContain('2026-01-05 09:00:00 UTC');
  expect(await page.locator('#rows time.r').first().textContent()).toBe('8 min ago');
  await page.close();
});

it('moves nothing for who wants no motion, and prints the verdict without controls', async () => {
  const base = await serve({ failing: [TIDES] });
  const { page } = await openPage(browser, atPage(base, `/apis/${TIDES}`), { reducedMotion: 'reduce' });
  expect(await page.evaluate('document.getAnimations().length')).toBe(0);
  expect(await violations(page)).toEqual([]);
  await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
  expect(await page.locator('.copy').first().isVisible()).toBe(false);
  expect(await page.locator('#reader').isVisible()).toBe(false);
  expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(255, 255, 255)');
  expect((await page.pdf()).length).toBeGreaterThan(10_000);
  await page.close();
});

const bookOf = (...incidents: Incident[]): MemoryBook => {
  const book = new MemoryBook({ maxBytes: 2 ** 24, keepSeconds: 86_400 * 30 });
  for (const one of incidents) book.put(one);
  return book;
};
const SECOND = NOW / 1000;
/** Begins as NOW, and fails on. */
const GOES_ON = open({ began: SECOND, lastFailing: SECOND });
const endedAfter = (seconds: number): Incident =>
  incident({ ended: SECOND + seconds, lastFailing: SECOND + seconds, endedBy: { at: SECOND + seconds, what: 'rollout', says: HOSTILE } });

it('an incident is followed from its begin on the list to its end on its own page, and stays text', async () => {
  const book = bookOf();
  const base = await serve({}, book);
  const { page, complaints } = await openPage(browser, atPage(base, '/incidents'));
  expect(await page.locator('#none').textContent()).toContain('No incident is remembered');
  expect(await page.locator('#incidents').isVisible()).toBe(false);
  book.put(GOES_ON);
  show({ time: NOW + 10_000, failing: [TIDES] });
  await expect.poll(() => page.title()).toBe('(1) Incidents');
  expect(await page.locator('#none').textContent()).toBe('');
  await page.locator('#incidents tr a').first().click();
  await page.waitForURL(/\/incidents\/2026/);
  expect(await page.locator('#verdict').textContent()).toContain('it goes on');
  await page.locator('#hour-table > summary').click();
  book.put(endedAfter(20));
  show({ time: NOW + 20_000 });
  await expect.poll(() => page.title()).toBe('✓ ended Incident of v1.tides.example.com');
  expect(await page.locator('#end').textContent()).toContain(HOSTILE);
  expect(await page.locator('#hour-table').getAttribute('open')).not.toBeNull();
  expect(await page.locator('img').count()).toBe(0);
  book.expire(SECOND + 100 * 86_400);
  show({ time: NOW + 30_000 });
  await expect.poll(() => page.locator('#stale').textContent()).toContain('This incident is not remembered any more');
  expect(complaints).toEqual([]);
  await page.close();
});

it.each([
  [1280, 'light'],
  [390, 'light'],
  [1280, 'dark'],
] as const)('incidents fit a window of %d pixels, %s, and are accessible', async (width, colorScheme) => {
  const base = await serve({}, bookOf(GOES_ON, incident({ id: '20260105t080000z-v1.tides.example.com' })));
  for (const path of ['/incidents', `/incidents?apiservice=${TIDES}`, `/incidents/${GOES_ON.id}`]) {
    const { page, complaints } = await openPage(browser, atPage(base, path), { viewport: { width, height: 900 }, colorScheme });
    for (const fold of await page.locator('details:not([open]) > summary').all()) await fold.click();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    expect(await violations(page)).toEqual([]);
    expect(complaints).toEqual([]);
    await page.close();
  }
});

it('an incident is read by the keyboard alone: from the list to its course, row by row, and its table', async () => {
  const base = await serve({}, bookOf(incident({ before: [] })));
  const { page, complaints } = await openPage(browser, atPage(base, '/incidents'));
  const focused = (of: string) => page.evaluate<string>(`document.activeElement.${of}`);
  for (let i = 0; i < 20 && !(await focused('textContent')).startsWith('2026-01-05'); i++) await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/incidents\/2026/);
  for (let i = 0; i < 40 && (await focused('id')) !== 'moment'; i++) await page.keyboard.press('Tab');
  expect(await page.locator('#reading').textContent()).toContain('through the kube-apiserver: 5 of 5 failed');
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowLeft');
  expect(await page.locator('#moment').getAttribute('aria-valuetext')).toContain('server in tide-gauge restarted');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  expect(await page.locator('#hour-table').getAttribute('open')).not.toBeNull();
  expect(await page.locator('#minutes tr').count()).toBe(61);
  expect(complaints).toEqual([]);
  await page.close();
});

it('times of an incident are in the zone of who looks, those within its words too', async () => {
  const base = await serve({}, bookOf(incident()));
  const { page } = await openPage(browser, atPage(base, `/incidents/${incident().id}`), { timezoneId: 'Pacific/Auckland' });
  expect(await page.locator('#verdict .lead').first().textContent()).toContain('Began 2026-01-05 22:00:00');
  expect(await page.locator('#verdict .lead').first().textContent()).toContain('nothing errs since 2026-01-05 22:01:00');
  await page.close();
});

it('without the script an incident says the same, with its table', async () => {
  const base = await serve({}, bookOf(incident()));
  const { page } = await openPage(browser, atPage(base, `/incidents/${incident().id}`), { javaScriptEnabled: false });
  expect(await page.locator('#reader').isVisible()).toBe(false);
  await page.locator('#hour-table > summary').click();
  expect(await page.locator('#minutes').textContent()).toContain('server in tide-gauge restarted');
  await page.close();
});

it('copies a command without its button', async () => {
  const base = await serve({ failing: [TIDES] });
  const { page } = await openPage(browser, atPage(base, `/apis/${TIDES}`), { permissions: ['clipboard-read', 'clipboard-write'] });
  await page.locator('.evidence .cmd .copy').first().click();
  await expect.poll(() => page.locator('.evidence .cmd .copy').first().textContent()).toBe('copied');
  expect(await page.evaluate('navigator.clipboard.readText()')).toBe('kubectl -n harbour get pods -l app=tide-gauge -o wide');
  await page.close();
});

const FLEET = Array.from({ length: 200 }, (_, i) => `v1.quay-${i}.example.com`);
const QUARTER = FLEET.filter((_, i) => i % 4 === 0);

/** Bytes that are sent, elements, and what an act costs: median of twenty, on the clock and of the main thread's processor. */
async function costOf(page: Page, url: URL | string) {
  const bytes = gzipSync(await (await fetch(url)).text()).length;
  const elements = await page.evaluate<number>('document.querySelectorAll("*").length');
  const session = await page.context().newCDPSession(page);
  // Seconds of the main thread's own processor time: script, style and layout; other programs that want the processor are not in it.
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const busy = async () => (await session.send('Performance.getMetrics')).metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0;
  const timed = async (act: string) => {
    const before = await busy();
    // From the event to the end of the frame that shows its effect.
    const clock = await page.evaluate<number>(`(async () => { const all = []; for (let i = 0; i < 20; i++) {
      const began = performance.now(); ${act};
      await new Promise((done) => requestAnimationFrame(() => { const port = new MessageChannel(); port.port1.onmessage = done; port.port2.postMessage(0); }));
      all.push(performance.now() - began); } return all.sort((a, b) => a - b)[10]; })()`);
    return { processor: ((await busy()) - before) * 50, clock };
  };
  return { bytes, elements, timed };
}

type Cost = Awaited<ReturnType<Awaited<ReturnType<typeof costOf>>['timed']>>;
const words = ({ processor, clock }: Cost) => `${processor.toFixed(0)} ms of processor, ${clock.toFixed(0)} ms on the clock`;

function expectWithinBudget({ bytes, elements }: { readonly bytes: number; readonly elements: number }, ...acts: readonly Cost[]): void {
  expect(bytes).toBeLessThanOrEqual(60_000);
  expect(elements).toBeLessThanOrEqual(4000);
  for (const { processor } of acts) {
    expect(processor).toBeGreaterThan(0);
    expect(processor).toBeLessThanOrEqual(100);
  }
}

it('a fleet of 200 keeps to its budget: 60 KB compressed, 4,000 elements, 100 ms from a key to what it shows', async () => {
  const base = await serve({ names: FLEET, failing: QUARTER });
  const { page, complaints } = await openPage(browser, base.href);
  const { timed, ...size } = await costOf(page, base);
  const filter = await timed(`q.value = i % 2 ? '' : 'quay-1'; q.dispatchEvent(new Event('input', { bubbles: true }))`);
  const sort = await timed(`document.querySelector(i % 2 ? '#fleet th a[data-k=name]' : '#fleet th a[data-k=since]').click()`);
  console.log(
    `fleet of 200, 50 of them failing: ${(size.bytes / 1000).toFixed(1)} KB compressed, ${size.elements} elements; a letter in the filter ${words(filter)}; a click that sorts ${words(sort)}`,
  );
  expectWithinBudget(size, filter, sort);
  expect(complaints).toEqual([]);
  await page.close();
});

/** The most that the list shows, each of another API, most of them over. */
const MANY = FLEET.map((apiservice, i) => {
  const began = SECOND - 120 * (FLEET.length - i);
  const differs = { id: `20260105t${String(i).padStart(6, '0')}z-${apiservice}`, apiservice, began, title: wordsOf(i).title };
  return i % 10 === 0 ? open(differs) : incident({ ...differs, ended: began + 60 });
});
/** As large as one can be: a day, all slots, all evidence, everything that happened. */
const LONG = open({
  began: SECOND - 86_400,
  course: {
    step: 2560,
    slots: Array.from({ length: 34 }, (_, i) => ({ ...incident().course!.slots[i % 6]!, at: (Math.floor(SECOND / 2560) - 33 + i) * 2560 })),
  },
  evidence: Array.from({ length: 24 }, (_, i) => ({ ...incident().evidence[0]!, id: `piece-${i}`, sample: `${i} ${'x'.repeat(500)}` })),
  before: Array.from({ length: 20 }, (_, i) => ({ ...incident().before[0]!, at: SECOND - 86_400 - i })),
  during: Array.from({ length: 20 }, (_, i) => ({ ...incident().before[0]!, at: SECOND - i * 4000 })),
  hurt: Array.from({ length: 50 }, (_, i) => ({ ...incident().hurt[0]!, name: `pier-${i}` })),
});

it('200 incidents, and the largest one, keep to the same budget', async () => {
  const base = await serve({}, bookOf(...MANY, LONG));
  for (const [what, path, act] of [
    ['200 incidents', '/incidents', `document.querySelectorAll('#incidents tr')[i].scrollIntoView()`],
    ['the largest incident', `/incidents/${LONG.id}`, `moment.value = 60 - i; moment.dispatchEvent(new Event('input'))`],
  ] as const) {
    const { page, complaints } = await openPage(browser, atPage(base, path));
    const { timed, ...size } = await costOf(page, atPage(base, path));
    const cost = await timed(act);
    console.log(`${what}: ${(size.bytes / 1000).toFixed(1)} KB compressed, ${size.elements} elements; an act ${words(cost)}`);
    expectWithinBudget(size, cost);
    expect(complaints).toEqual([]);
    await page.close();
  }
});

async function memoryOf(page: Page) {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  return async () => {
    await session.send('HeapProfiler.collectGarbage');
    const { metrics } = await session.send('Performance.getMetrics');
    const value = (name: string) => metrics.find((metric) => metric.name === name)?.value ?? 0;
    return { heap: value('JSHeapUsedSize'), nodes: value('Nodes'), listeners: value('JSEventListeners') };
  };
}

type Memory = Awaited<ReturnType<Awaited<ReturnType<typeof memoryOf>>>>;

function expectFlat(what: string, before: Memory, after: Memory): void {
  console.log(
    `${what}, 360 ticks: heap ${(before.heap / 1e6).toFixed(2)} to ${(after.heap / 1e6).toFixed(2)} MB, nodes ${before.nodes} to ${after.nodes}, listeners ${before.listeners} to ${after.listeners}`,
  );
  expect(after.heap).toBeLessThan(before.heap + 500_000);
  // The course of an incident still fills its slots.
  expect(after.nodes).toBeLessThan(before.nodes * 1.05 + 100);
  expect(after.listeners).toBe(before.listeners);
}

const shownTick = (page: Page) => page.evaluate<number>(`Date.parse(document.querySelector('#observed-at time').dateTime)`);

/** Each is taken before the next one comes, as in life. */
async function ticks(page: Page, from: number, to: number, tick: (i: number) => Tick): Promise<void> {
  for (let i = from; i < to; i++) {
    show({ time: NOW + i * 10_000, ...tick(i) });
    await expect.poll(() => shownTick(page), { interval: 2, timeout: 30_000 }).toBe(NOW + i * 10_000);
  }
}

it('an hour of ticks, one each ten seconds, in fast motion leaves neither nodes nor memory behind', async () => {
  const base = await serve({ names: FLEET, failing: QUARTER });
  const { page, complaints } = await openPage(browser, base.href);
  const measured = await memoryOf(page);
  // What fails moves on by one API a tick: rows change and change places in each.
  const moving = (i: number): Tick => ({ names: FLEET, failing: FLEET.filter((_, n) => (n + i) % 40 === 0) });
  await ticks(page, 1, 61, moving);
  const before = await measured();
  await ticks(page, 61, 421, moving);
  expectFlat('a fleet of 200', before, await measured());
  expect(complaints).toEqual([]);
  await page.close();
});

it.each(['/incidents', `/incidents/${GOES_ON.id}`])('nor does an hour of %s, in which one begins or goes on in each tick', async (path) => {
  const book = bookOf(...MANY, GOES_ON);
  const base = await serve({}, book);
  const { page, complaints } = await openPage(browser, atPage(base, path));
  const measured = await memoryOf(page);
  let { course } = GOES_ON;
  const next = (i: number): Tick => {
    course = withMeasured(course, SECOND + 10 * i, { asked: [{ vantage: 'aggregator', asked: 1, failed: 1 }], ready: 1 });
    book.put({ ...GOES_ON, course, lastFailing: SECOND + 10 * i });
    book.put(incident({ id: `20260105t1${String(i).padStart(5, '0')}z-v1.x.example.com`, began: SECOND + 10 * i }));
    return {};
  };
  await ticks(page, 1, 61, next);
  const before = await measured();
  await ticks(page, 61, 421, next);
  expectFlat(path.slice(0, 12), before, await measured());
  expect(complaints).toEqual([]);
  await page.close();
});
