import type { ApiFacts } from '../../domain/snapshot.ts';
import { rawArray } from '../../kube/raw.ts';
import { readText } from '../text/read-text.ts';
import type { DumpFile } from './dump-file.ts';

/** Where troubleshoot writes what client-go said of groups that did not answer (0.122 pkg/collect/cluster_resources.go apiResources). */
const FILE = /(?:^|\/)cluster-resources\/groups-resources-errors\.json$/;
const LARGEST = 2 ** 20;

/** What discovery said of the APIs that it could not ask, as facts of a text; most of a support bundle's word on APIServices. */
export async function discoveryErrors(files: readonly DumpFile[], note: (text: string) => void): Promise<readonly ApiFacts[]> {
  const file = files.find(({ segments }) => FILE.test(segments.join('/')));
  if (!file || (await file.size()) > LARGEST) return [];
  try {
    const lines = rawArray(JSON.parse(await file.text())).filter((line) => typeof line === 'string');
    return (readText(lines.join('\n')).at(-1)?.apis ?? []).filter(({ group, reported }) => group !== '' && reported?.state === 'failing');
  } catch (error) {
    note(`${file.segments.join('/')} is not readable: ${(error as Error).message.split('\n')[0] ?? ''}`);
    return [];
  }
}
