import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';

/** The status page of the bundled demo in a real browser: what its Content-Security-Policy and its style do is seen nowhere else. */
const MAIN = fileURLToPath(new URL('../../../dist/main.js', import.meta.url));
const PORT = 9945;
const URL_OF_PAGE = `http://127.0.0.1:${PORT}/`;
const DEADLINE_MS = 120_000;

let exporter: ChildProcess;
let browser: Browser;

beforeAll(async () => {
  exporter = spawn(process.execPath, [MAIN, 'serve', '--simulate', `--web.listen-address=127.0.0.1:${PORT}`], { stdio: 'ignore' });
  browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-quic', '--disable-background-networking'],
  });
  const end = Date.now() + DEADLINE_MS;
  // Until the first fault of the demo is diagnosed.
  for (;;) {
    const text = await fetch(URL_OF_PAGE).then(
      (answer) => answer.text(),
      () => '',
    );
    if (text.includes('class="verdict"')) return;
    if (Date.now() > end) throw new Error(`no diagnosis on the page within ${DEADLINE_MS / 1000} s`);
    await sleep(500);
  }
});

afterAll(async () => {
  await browser?.close();
  exporter?.kill();
  if (exporter?.exitCode === null && exporter.signalCode === null) await once(exporter, 'exit');
});

/** The page, and all that the browser complains about. */
async function open(width: number, path = ''): Promise<{ page: Page; complaints: string[] }> {
  const page = await browser.newPage({ viewport: { width, height: 900 } });
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('requestfailed', (request) => complaints.push(`${request.url()}: ${request.failure()?.errorText}`));
  await page.goto(`${URL_OF_PAGE}${path}`);
  return { page, complaints };
}

it.each([1280, 400])('fits a window of %d pixels, and breaks no policy of its own', async (width) => {
  const { page, complaints } = await open(width);
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
  expect(await page.locator('.verdict').first().isVisible()).toBe(true);
  expect(complaints).toEqual([]);
  await page.close();
});

it('renews itself and leaves open what is open', async () => {
  const { page, complaints } = await open(1280);
  const observed = () => page.locator('#age').textContent();
  const backend = page.locator('details[id$="-backend"]').first();
  await backend.locator('summary').click();
  const first = await observed();
  await expect.poll(observed, { timeout: DEADLINE_MS }).not.toBe(first);
  expect(await backend.getAttribute('open')).not.toBeNull();
  expect(complaints).toEqual([]);
  await page.close();
});

it('leads from the verdict to its runbook', async () => {
  const { page, complaints } = await open(1280);
  await page.locator('a', { hasText: 'runbook' }).first().click();
  await page.waitForURL(/\/runbooks\/[a-z-]+$/);
  expect(await page.locator('h2', { hasText: 'Remedy' }).isVisible()).toBe(true);
  expect(complaints).toEqual([]);
  await page.close();
});
