import type { LogFile } from '../../../src/simulator/node/log-file.ts';
import type { Simulator } from '../../../src/simulator/simulator.ts';
import { familyOf, type Series } from './series.ts';

/** The logs of an API's containers at one moment. */
export interface Printed {
  readonly files: ReadonlyMap<LogFile, number>;
}

export function printedBy(simulator: Simulator, api: string): Printed {
  const logs = simulator.podsOf(api).flatMap(({ container }) => container.log ?? []);
  return { files: new Map(logs.map((log) => [log, log.written])) };
}

/** Containers of an API whose log nobody follows, with the reason for the reader. */
export function unfollowed(simulator: Simulator, api: string): string[] {
  return simulator
    .podsOf(api)
    .flatMap(({ container }) => (container.log && container.log.followers === 0 ? [`${api}: a log is followed by nobody`] : []));
}

/** Lines since then; undefined where the logs are others now. */
export function linesSince(before: Printed, now: Printed): number | undefined {
  if (before.files.size !== now.files.size) return undefined;
  let lines = 0;
  for (const [file, written] of now.files) {
    const then = before.files.get(file);
    if (then === undefined) return undefined;
    lines += written - then;
  }
  return lines;
}

/** Lines that the exporter has counted of an API since its start: read, and read in part. */
export function countedOf(series: Series, api: string): number {
  return familyOf(series, 'aggregated_api_log_lines_total')
    .filter(({ labels }) => labels['apiservice'] === api)
    .reduce((sum, { value }) => sum + value, 0);
}
