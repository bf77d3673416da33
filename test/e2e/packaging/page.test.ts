import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openBrowser, openPage, violations } from '../browser.ts';

/** The pages of the bundled demo in a real browser: what their Content-Security-Policy, style and script do is seen nowhere else. */
const MAIN = fileURLToPath(new URL('../../../dist/main.js', import.meta.url));
const PORT = 9945;
const URL_OF_PAGE = `http://127.0.0.1:${PORT}/`;
const DEADLINE_MS = 120_000;

let exporter: ChildProcess;
let browser: Browser;

beforeAll(async () => {
  exporter = spawn(process.execPath, [MAIN, 'serve', '--simulate', `--web.listen-address=127.0.0.1:${PORT}`], { stdio: 'ignore' });
  browser = await openBrowser();
  const end = Date.now() + DEADLINE_MS;
  // Until the first fault of the demo is diagnosed.
  for (;;) {
    const text = await fetch(URL_OF_PAGE).then(
      (answer) => answer.text(),
      () => '',
    );
    if (text.includes('data-c="')) return;
    if (Date.now() > end) throw new Error(`no diagnosis on the page within ${DEADLINE_MS / 1000} s`);
    await sleep(500);
  }
});

afterAll(async () => {
  await browser?.close();
  exporter?.kill();
  if (exporter?.exitCode === null && exporter.signalCode === null) await once(exporter, 'exit');
});

const firstFailing = '#rows tr[data-c] a';

it.each([
  [1280, 'light'],
  [390, 'light'],
  [1280, 'dark'],
] as const)(
  'the fleet and an API fit a window of %d pixels, %s, break no policy of their own, and are accessible',
  async (width, colorScheme) => {
    const { page, complaints } = await openPage(browser, URL_OF_PAGE, { viewport: { width, height: 900 }, colorScheme });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    expect(await violations(page)).toEqual([]);
    await page.locator(firstFailing).first().click();
    await page.waitForURL(/\/apis\//);
    for (const fold of await page.locator('details:not([open]) > summary').all()) if (await fold.isVisible()) await fold.click();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    expect(await violations(page)).toEqual([]);
    expect(complaints).toEqual([]);
    await page.close();
  },
);

it('an API is followed live, and what is open stays open', async () => {
  const { page, complaints } = await openPage(browser, URL_OF_PAGE);
  await page.locator(firstFailing).first().click();
  await page.waitForURL(/\/apis\//);
  const observed = () => page.locator('#observed-at').textContent();
  await page.locator('#events > summary').click();
  const first = await observed();
  await expect.poll(observed, { timeout: DEADLINE_MS }).not.toBe(first);
  expect(await page.locator('#events').getAttribute('open')).not.toBeNull();
  expect(complaints).toEqual([]);
  await page.close();
});

it('leads from the fleet over the verdict to its runbook', async () => {
  const { page, complaints } = await openPage(browser, URL_OF_PAGE);
  await page.locator(firstFailing).first().click();
  await page.locator('a', { hasText: 'runbook' }).first().click();
  await page.waitForURL(/\/runbooks\/[a-z-]+$/);
  expect(await page.locator('h2', { hasText: 'Remedy' }).isVisible()).toBe(true);
  expect(complaints).toEqual([]);
  await page.close();
});
