import { readFile, rename, writeFile } from 'node:fs/promises';
import type { Config } from '../config.ts';
import { DERIVED_SIGNALS } from '../diagnose/derived-signals.ts';
import { createDiagnostician, type Diagnostician } from '../diagnose/diagnostician.ts';
import { createExposition } from '../expose/exposition.ts';
import { createSelfMetrics } from '../expose/self-metrics.ts';
import { createWebServer } from '../expose/server.ts';
import type { ExporterView } from '../expose/view.ts';
import type { Logger } from '../observe/source.ts';
import { SIGNALS } from '../signals/list.ts';
import { readSignals } from '../signals/read.ts';
import { catalogueOptions } from './catalogue-options.ts';
import type { ConnectedObserver } from './observe-cluster.ts';

const SAVE_EVERY_MS = 60_000;
/** A changed probe result causes a tick at once, but not more than one a second. */
const LEAST_BETWEEN_TICKS_MS = 1000;

export const ALL_SIGNALS = [...SIGNALS, ...DERIVED_SIGNALS];

/** Observes, diagnoses and publishes until the signal aborts. Resolves when everything is closed. */
export async function runExporter({ observer, client }: ConnectedObserver, config: Config, log: Logger, stop: AbortSignal): Promise<void> {
  const version = process.env.AGGREGATED_API_EXPORTER_VERSION ?? 'dev';
  const self = createSelfMetrics({ version });
  const waiting = () => ({ time: Date.now(), sources: observer.sources() });
  const exposition = createExposition({ signals: ALL_SIGNALS, self, waiting, seriesPerFamily: config.limits.series_per_family });
  const diagnostician = createDiagnostician(catalogueOptions());
  const stateFile = config.diagnosis.state_file;
  if (stateFile) await restore(diagnostician, stateFile, log);

  let view: ExporterView | undefined;
  const server = await createWebServer({
    exposition,
    view: () => view,
    waiting,
    listenAddresses: config.web.listen_addresses,
    ...(config.web.config_file === undefined ? {} : { webConfigFile: config.web.config_file }),
    // The generator is loaded when the first runbook is read.
    runbook: async (cause) => (await import('../generate/runbook-html.ts')).renderRunbookHtml(cause),
    version,
    log,
  });
  log.info({ urls: server.urls.map(String) }, 'listening');

  const tick = () => {
    // Before discovery has answered there is nothing to judge, and an empty view would look like a healthy cluster.
    if (!view && !observer.ready()) return;
    const started = performance.now();
    const snapshot = observer.snapshot();
    const values = readSignals(snapshot);
    const round = diagnostician.observe(snapshot, values);
    const signals = new Map([...values].map(([name, own]) => [name, new Map([...own, ...(round.derived.get(name) ?? [])])]));
    view = { snapshot, signals, round };
    exposition.update(view);
    self.observeTick((performance.now() - started) / 1000);
  };
  const ticker = startTicking(tick, config.diagnosis.interval, log);
  observer.onUrgent(ticker.soon);
  observer.start(stop);

  const saver = stateFile ? setInterval(() => void save(diagnostician, stateFile, log), SAVE_EVERY_MS) : undefined;
  await aborted(stop);
  ticker.stop();
  clearInterval(saver);
  if (stateFile) await save(diagnostician, stateFile, log);
  await server.close();
  client.close();
}

/** Every `interval`, and soon after something urgent. A tick that throws is logged and the next one comes all the same. */
function startTicking(tick: () => void, interval: number, log: Logger): { soon(): void; stop(): void } {
  let last = 0;
  let timer: NodeJS.Timeout | undefined;
  let due = 0;
  const schedule = (after: number) => {
    const at = Date.now() + after;
    if (timer && due <= at) return;
    clearTimeout(timer);
    due = at;
    timer = setTimeout(run, after);
  };
  const run = () => {
    timer = undefined;
    last = Date.now();
    try {
      tick();
    } catch (error) {
      log.error({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) }, 'a tick failed');
    }
    schedule(interval);
  };
  schedule(Math.min(interval, 250));
  return {
    soon: () => schedule(Math.max(0, last + LEAST_BETWEEN_TICKS_MS - Date.now())),
    stop: () => clearTimeout(timer),
  };
}

async function restore(diagnostician: Diagnostician, file: string, log: Logger): Promise<void> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
      log.warn({ file, error: (error as Error).message }, 'the history can not be read: starting without');
    return;
  }
  try {
    diagnostician.restore(text);
    log.info({ file }, 'went on with the history of an earlier run');
  } catch (error) {
    log.warn({ file, error: (error as Error).message }, 'the history is not usable: starting without');
  }
}

async function save(diagnostician: Diagnostician, file: string, log: Logger): Promise<void> {
  try {
    await writeFile(`${file}.partial`, diagnostician.serialise(), { mode: 0o600 });
    await rename(`${file}.partial`, file);
  } catch (error) {
    log.warn({ file, error: (error as Error).message }, 'the history could not be saved');
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
