import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** What one run of `npm run e2e:versions` saw of one version; a file of recorded/ each, named by the minor version. */
export interface Recording {
  readonly versions: {
    /** `gitVersion` of the kube-apiserver, the Go that built it, what `/version` of its storage says, and the aggregated server's. */
    readonly kubernetes: string;
    readonly go: string;
    readonly etcd: string;
    readonly sampleApiserver: string;
  };
  /** Load averages of a minute of the machine at the start and at the end, and its processors: seconds are to be read with them. */
  readonly load: { readonly before: number; readonly after: number; readonly processors: number };
  /** Fault → what was seen of it. */
  readonly faults: Readonly<Record<string, SeenFault>>;
  /** Names of the checks of /readyz?verbose. */
  readonly readyz: readonly string[];
  /** Names of the labels of each family of /metrics that the exporter reads or that is near one; of histograms with their suffixes. */
  readonly metrics: Readonly<Record<string, readonly string[]>>;
  /** Kind of aggregated server (what discovery it has) → what it was asked, in the order in which it was first asked. */
  readonly discovery: Readonly<Record<string, readonly AskedFor[]>>;
}

export interface AskedFor {
  readonly path: string;
  readonly accept: string;
  /** What it answered: its content type, or its status where it has no such path. */
  readonly answer: string;
}

export interface SeenFault {
  readonly api: string;
  /** Of APIService, while the fault lasts. */
  readonly condition?: { readonly status: string; readonly reason: string; readonly message: string };
  /** From the injection to the first False of the condition; absent where it was still True when `lookedSeconds` were over. */
  readonly falseAfter?: number;
  readonly lookedSeconds: number;
  /** What a client gets who lists the API's objects: status and body, as it stands. */
  readonly client: { readonly status: number; readonly body: string };
  /** Lines of the kube-apiserver about it, one of each kind, in the order in which they came. */
  readonly lines: readonly string[];
  readonly expected: string;
  readonly verdict: string;
  readonly category: string;
  readonly rightCategory: boolean;
  readonly rightCause: boolean;
  readonly confidence: number;
  /** From the first failed probe to the first verdict, and to the one from which on it stayed right. */
  readonly detected?: number;
  readonly rightAfter?: number;
  readonly blamed: readonly string[];
  /** What is wrong with the commands that were printed with the verdict. */
  readonly commands: readonly string[];
}

const FOLDER = new URL('./recorded/', import.meta.url);

/** Minor version → recording, oldest first. */
export function recordings(): ReadonlyMap<string, Recording> {
  if (!existsSync(FOLDER)) return new Map();
  const files = readdirSync(FOLDER)
    .filter((file) => file.endsWith('.json'))
    .sort();
  return new Map(files.map((file) => [file.replace('.json', ''), JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8')) as Recording]));
}

/** Where the run of a version writes. */
export function fileOf(version: string): URL {
  return new URL(`${version}.json`, FOLDER);
}
