import { type Catalogue, signalNamed } from './catalogue.ts';
import { CADVISOR_SIGNALS } from './elsewhere/cadvisor.ts';
import { KUBE_APISERVER_SIGNALS } from './elsewhere/kube-apiserver.ts';
import { KUBE_STATE_METRICS_SIGNALS } from './elsewhere/kube-state-metrics.ts';
import type { Levels, SignalElsewhere } from './elsewhere/levels.ts';
import type { GenerateOptions, OtherExporter } from './options.ts';
import { type RecordingRule, record } from './rule-book.ts';
import { SERIES } from './series.ts';

/**
 * Signals that other exporters know too, for clusters where our exporter may not look: `--with` names the exporters. What they say
 * counts only where the exporter itself says nothing.
 */
const BY_EXPORTER: Readonly<Record<OtherExporter, readonly SignalElsewhere[]>> = {
  'kube-state-metrics': KUBE_STATE_METRICS_SIGNALS,
  cadvisor: CADVISOR_SIGNALS,
  'kube-apiserver': KUBE_APISERVER_SIGNALS,
};

/** Of the exporters in use, each signal once, the first that knows it. */
function inUse(catalogue: Pick<Catalogue, 'signals'>, others: readonly OtherExporter[]): SignalElsewhere[] {
  const names = new Set(catalogue.signals.map((signal) => signal.name));
  const found = new Map<string, SignalElsewhere>();
  for (const other of others)
    for (const one of BY_EXPORTER[other]) if (names.has(one.signal) && !found.has(one.signal)) found.set(one.signal, one);
  return [...found.values()];
}

export function signalsElsewhere(catalogue: Pick<Catalogue, 'signals'>, others: readonly OtherExporter[]): ReadonlySet<string> {
  return new Set(inUse(catalogue, others).map((one) => one.signal));
}

export function elsewhereRules(catalogue: Pick<Catalogue, 'signals'>, options: GenerateOptions): RecordingRule[] {
  const levels = levelsOf(options);
  return inUse(catalogue, options.with).map(({ signal, expr }) =>
    record(SERIES.elsewhere, `As another exporter knows it: ${signalNamed(catalogue, signal).help}`, expr(levels), { signal }),
  );
}

function levelsOf(options: GenerateOptions): Levels {
  const cluster = options.clusterLabels.join(', ');
  return {
    cluster,
    with: (...labels) => [...options.clusterLabels, ...labels].join(', '),
    known: SERIES.known,
    kubeApiserver: options.kubeApiserverSelector,
    rateWindow: '5m',
  };
}

/** Signals by exporter, for the documentation. */
export function documentedElsewhere(): readonly { readonly exporter: OtherExporter; readonly signals: readonly string[] }[] {
  return (Object.keys(BY_EXPORTER) as OtherExporter[]).map((exporter) => ({
    exporter,
    signals: BY_EXPORTER[exporter].map((one) => one.signal),
  }));
}
