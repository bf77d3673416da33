// Makes the pictures of the README from the demo: `npm run build && node scripts/pictures.mjs`. Takes two minutes, and needs Chromium.
import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { chromium } from 'playwright-core';

const PORT = 9946;
const BASE = process.argv[2] ?? `http://127.0.0.1:${PORT}/`;
/** Until several faults stand, one of them for a while. */
const SETTLED_MS = 100_000;

const exporter =
  process.argv[2] === undefined
    ? spawn(process.execPath, ['dist/main.js', 'serve', '--simulate', `--web.listen-address=127.0.0.1:${PORT}`], { stdio: 'ignore' })
    : undefined;
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--headless', '--no-sandbox', '--disable-gpu'] });
try {
  if (exporter) await sleep(SETTLED_MS);
  const page = await browser.newPage({ viewport: { width: 1280, height: 860 } });
  await page.goto(BASE);
  await page.screenshot({ path: 'docs/images/status-page.png' });
  await page.locator('#rows tr[data-s=failing] a').first().click();
  await page.waitForURL(/\/apis\//);
  await page.locator('section[aria-label="The last hour"]').screenshot({ path: 'docs/images/api-page.png' });
} finally {
  await browser.close();
  exporter?.kill();
}
