// Makes the pictures of the README and of docs/tour.md from the demo: `npm run build && node scripts/pictures.mjs`. Takes eight minutes, in
// which one incident begins and ends, and needs Chromium. With the address of a running demo it looks at that.
import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { chromium } from 'playwright-core';

const PORT = 9946;
const BASE = process.argv[2] ?? `http://127.0.0.1:${PORT}/`;
/** Of the tour: people wait for its metrics. */
const API = 'v1beta1.external.metrics.k8s.io';
const LONGEST_MS = 10 * 60_000;
const PAUSE_MS = 2000;
/** Until a fault has stood for a while, and shows on the axis. */
const STOOD_SECONDS = 90;

const exporter =
  process.argv[2] === undefined
    ? spawn(process.execPath, ['dist/main.js', 'serve', '--simulate', `--web.listen-address=127.0.0.1:${PORT}`], { stdio: 'ignore' })
    : undefined;

/** The newest incident of the API for which it holds. */
async function incident(holds) {
  for (const end = Date.now() + LONGEST_MS; Date.now() < end; await sleep(PAUSE_MS)) {
    const answer = await fetch(new URL(`api/v1/incidents?apiservice=${API}`, BASE)).catch(() => undefined);
    const found = answer?.ok ? (await answer.json()).incidents.find(holds) : undefined;
    if (found) return found;
  }
  throw new Error(`${API} had no such incident within ${LONGEST_MS / 60_000} minutes`);
}

const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--headless', '--no-sandbox', '--disable-gpu'] });
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 860 } });
  const picture = (name, of = page, options = {}) => of.screenshot({ path: `docs/images/${name}.png`, ...options });
  await incident(({ state, began }) => state === 'failing' && Date.now() / 1000 - began > STOOD_SECONDS);
  await page.goto(BASE);
  await picture('status-page');
  await page.getByRole('link', { name: API }).click();
  await page.waitForURL(/\/apis\//);
  await picture('tour-verdict', page.locator('#verdict'));
  await picture('api-page', page.locator('section[aria-label="The last hour"]'));
  await picture('tour-hurt', page.locator('section:has(#hurt-autoscaler)'));
  const { id } = await incident(({ state }) => state === 'ended');
  await page.goto(new URL(`incidents/${id}`, BASE).href);
  await picture('tour-incident');
} finally {
  await browser.close();
  exporter?.kill();
}
