import type { Simulator } from '../../../src/simulator/simulator.ts';
import type { LogLine } from '../../../test/support/exporter-process.ts';
import type { Held, WatchedExporter } from '../exporter-inside.ts';
import { readSeries, type Series } from './series.ts';
import { differences, seenFacts, trueFacts } from './truth.ts';

/** What the exporter says at one moment, and what is not right about it in a cluster where all is well. */
export interface Look {
  readonly series: Series;
  readonly wrong: readonly string[];
}

/** A source may not be asked here: the right to it is nobody's until somebody gives it. */
const FORBIDDEN = 'config-maps';

/** What is observed, and whether it is the truth. */
export async function lookAt(exporter: WatchedExporter, simulator: Simulator): Promise<Look> {
  const series = readSeries((await exporter.get('/metrics')).body);
  const truth = trueFacts(simulator);
  const apis = truth.get('APIs') as string[];
  const silent = [...series].flatMap(([key, value]) =>
    key.startsWith('aggregated_api_exporter_source_up{') && value === 0 && !key.includes(`"${FORBIDDEN}"`) ? [`${key} 0`] : [],
  );
  const failing = apis.flatMap((api) => {
    const value = series.get(`aggregated_api_failing{apiservice="${api}"}`);
    return value === 0 ? [] : [`${api}: failing ${value}`];
  });
  return { series, wrong: [...differences(truth, seenFacts(series, apis)), ...silent, ...failing] };
}

interface Diagnoses {
  readonly diagnoses: readonly { readonly apiservice: string; readonly cause: string; readonly state?: string }[];
}
interface Incidents {
  readonly incidents: readonly {
    readonly id: string;
    readonly apiservice: string;
    readonly began: number;
    readonly ended?: number;
    readonly state: string;
  }[];
}

/** What is still said of failures though nothing has failed for longer than any evidence counts. */
export async function verdictsLeft(exporter: WatchedExporter): Promise<string[]> {
  const { diagnoses } = JSON.parse((await exporter.get('/api/v1/diagnoses')).body) as Diagnoses;
  const incidents = await incidentsOf(exporter);
  return [
    ...diagnoses.map(({ apiservice, cause, state }) => `${apiservice}: still diagnosed, ${cause}, ${state}`),
    ...incidents.flatMap(({ apiservice, id, began, ended, state }) => {
      if (ended === undefined) return [`${apiservice}: incident ${id} has no end, ${state}`];
      return ended < began ? [`${apiservice}: incident ${id} ended ${began - ended} s before it began`] : [];
    }),
  ];
}

export async function incidentsOf(exporter: WatchedExporter): Promise<Incidents['incidents']> {
  return (JSON.parse((await exporter.get('/api/v1/incidents')).body) as Incidents).incidents;
}

/** More than any round leaves open; what grows from round to round comes to it. */
const MOST: ReadonlyMap<string, number> = new Map([
  ['Timeout', 260],
  ['TCPSocketWrap', 140],
]);
const MOST_OTHERS = 20;
const MOST_FILES = 170;
const MOST_RSS_MIB = 220;

export function tooMuch({ resources, files, rss }: Held): string[] {
  return [
    ...Object.entries(resources).flatMap(([kind, count]) =>
      count > (MOST.get(kind) ?? MOST_OTHERS) ? [`${count} of ${kind} are open`] : [],
    ),
    ...(files > MOST_FILES ? [`${files} files are open`] : []),
    ...(rss > MOST_RSS_MIB ? [`${rss.toFixed(0)} MiB are resident`] : []),
  ];
}

/** Lines in which the exporter says that it is wrong itself. */
export function ownFaults(lines: readonly LogLine[]): string[] {
  return lines.flatMap(({ msg, error, err }) =>
    /bug|nobody caught|tick failed|could not be recorded|a listener of/.test(msg) ? [`${msg}: ${JSON.stringify(error ?? err)}`] : [],
  );
}
