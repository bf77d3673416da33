import type { SourceName } from '../../domain/sources.ts';
import type { DumpFile } from './dump-file.ts';

/** A tool that writes dumps, and what none of its dumps holds. */
interface Layout {
  /** A noun with its article. */
  readonly name: string;
  /** Program and version whose source says so. */
  readonly source: string;
  /** A file that only this one has. */
  readonly file: RegExp;
  readonly lacks: readonly SourceName[];
}

const LAYOUTS: readonly Layout[] = [
  {
    name: 'a support bundle of replicatedhq/troubleshoot',
    source: 'troubleshoot 0.133 pkg/collect/cluster_resources.go: no collector of APIServices',
    file: /(?:^|\/)cluster-resources\//,
    lacks: ['api-services'],
  },
  {
    name: '`kubectl cluster-info dump`',
    source: 'kubectl 1.36 and 1.37 pkg/cmd/clusterinfo/clusterinfo_dump.go Run',
    file: /(?:^|\/)replication-controllers\.(?:json|yaml)$|^cluster-info\//,
    lacks: ['api-services', 'endpoint-slices', 'network-policies', 'cron-jobs'],
  },
];

/** Why a dump holds nothing of a source: by the tool that wrote it, where its files tell. */
export function whyAbsent(files: readonly DumpFile[]): (source: SourceName) => string {
  const layout = LAYOUTS.find(({ file }) => files.some(({ segments }) => file.test(segments.join('/'))));
  return (source) => (layout?.lacks.includes(source) ? `not in the dump: ${layout.name} takes none` : 'not in the dump');
}
