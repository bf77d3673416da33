// Makes docs/images/film.svg, the short film of the README and of docs/tour.md, from the demo: `npm run film`. One API from healthy to healthy
// in five pictures, which the SVG shows in turn by itself; the incident, docs/tour-incident.json, and its ticket in the tour. Takes five minutes, until its incident has ended, and needs Chromium.
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { chromium } from 'playwright-core';

const PORT = 9947;
const BASE = `http://127.0.0.1:${PORT}/`;
const API = 'v1beta1.external.metrics.k8s.io';
const LONGEST_MS = 8 * 60_000;
const PAUSE_MS = 500;

const WIDTH = 1000;
const HEIGHT = 600;
/** Of the line of words above each picture. */
const CAPTION = 44;
const SECONDS_EACH = 5;
/** Of WebP: the least at which small letters stay sharp. */
const QUALITY = 0.72;

const until = async (what, holds) => {
  for (const end = Date.now() + LONGEST_MS; Date.now() < end; await sleep(PAUSE_MS)) {
    const found = await holds().catch(() => undefined);
    if (found) return found;
  }
  throw new Error(`${what}: not within ${LONGEST_MS / 60_000} minutes`);
};
const json = async (path) => (await fetch(new URL(path, BASE))).json();
const answerOf = async () => (await json('api/v1/diagnoses')).answers.find(({ apiservice }) => apiservice === API)?.answer;
const incident = async (holds) => (await json(`api/v1/incidents?apiservice=${API}`)).incidents.find(holds);

const exporter = spawn(process.execPath, ['dist/main.js', 'serve', '--simulate', `--web.listen-address=127.0.0.1:${PORT}`], {
  stdio: 'ignore',
});
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--headless', '--no-sandbox', '--disable-gpu'] });
try {
  const page = await browser.newPage({ viewport: { width: WIDTH, height: HEIGHT }, colorScheme: 'light' });
  const steps = [];
  const take = async (says) => {
    steps.push({ says, picture: await webp(await page.screenshot()) });
  };
  const open = (path) => page.goto(new URL(path, BASE).href);
  const showFromTop = (selector) =>
    page.locator(selector).evaluate((element) => window.scrollTo(0, element.getBoundingClientRect().top + window.scrollY - 12));

  await until(`${API} to be healthy`, async () => (await answerOf()) === 'healthy');
  await open(`apis/${API}`);
  await take('Healthy: nothing that was asked failed');

  await until(`${API} to fail`, () => incident(({ state }) => state === 'failing'));
  await open('.');
  await take('A fault: APIs that fail stand first, each with its cause');

  await until('the cause to be named', () =>
    incident(({ state, causes }) => state === 'failing' && causes.at(-1)?.cause === 'connection-refused'),
  );
  // Evidence that counts what lasts is whole by then.
  await sleep(45_000);
  await open(`apis/${API}`);
  await showFromTop('#verdict');
  await take('The cause by name, how sure it is, and the evidence');

  await page
    .locator('#verdict')
    .getByText('What to do', { exact: false })
    .first()
    .evaluate((element) => {
      window.scrollTo(0, element.getBoundingClientRect().top + window.scrollY - 12);
    });
  await take('The remedy: what to do, and how to see that it worked');

  const ended = await until('the incident to end', () => incident(({ state }) => state === 'ended'));
  await open(`incidents/${ended.id}`);
  await take('The morning after: the incident, with its end');

  writeFileSync('docs/images/film.svg', film(steps));
  // What it measured is in the picture.
  const { course: _, ...told } = ended;
  writeFileSync('docs/tour-incident.json', `${JSON.stringify(told, null, 1)}\n`);
  const ticket = await (await fetch(new URL(`incidents/${ended.id}.md`, BASE))).text();
  const tour = readFileSync('docs/tour.md', 'utf8');
  writeFileSync(
    'docs/tour.md',
    tour.replace(/^````markdown\n[\s\S]*?^````$/m, () => `\`\`\`\`markdown\n${ticket}\`\`\`\``),
  );
} finally {
  await browser.close();
  exporter.kill();
}

/** Chromium writes WebP, too: a third of the bytes of a PNG. */
async function webp(png) {
  const page = await browser.newPage();
  try {
    return await page.evaluate(
      async ([data, quality]) => {
        const image = new Image();
        image.src = `data:image/png;base64,${data}`;
        await image.decode();
        const canvas = document.createElement('canvas');
        canvas.width = image.width;
        canvas.height = image.height;
        canvas.getContext('2d').drawImage(image, 0, 0);
        return canvas.toDataURL('image/webp', quality);
      },
      [png.toString('base64'), QUALITY],
    );
  } finally {
    await page.close();
  }
}

/** Plays by CSS alone, also where it stands in an <img>; who wants no motion sees the verdict. */
function film(steps) {
  const whole = steps.length * SECONDS_EACH;
  const shown = 100 / steps.length;
  const groups = steps.map(
    ({ says, picture }, index) =>
      `<g class="step" style="animation-delay:${index * SECONDS_EACH}s"><rect width="${WIDTH}" height="${HEIGHT + CAPTION}" fill="#fff"/><text x="16" y="29">${index + 1}/${steps.length}  ${says}</text><image y="${CAPTION}" width="${WIDTH}" height="${HEIGHT}" href="${picture}"/></g>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT + CAPTION}" role="img">
<title>One incident in five pictures: healthy, a fault, its cause, the remedy, its end</title>
<style>
text{font:600 20px system-ui,sans-serif;fill:#1a1a1a}
.step{visibility:hidden;animation:show ${whole}s step-end infinite}
@keyframes show{0%{visibility:visible}${shown}%{visibility:hidden}}
@media (prefers-reduced-motion:reduce){.step{animation:none}.step:nth-of-type(3){visibility:visible}}
</style>
${groups.join('\n')}
</svg>
`;
}
