import { dump } from 'js-yaml';

/** An archive of the plugin for one kind of machine. */
export interface PluginArchive {
  /** As Go names it. */
  readonly architecture: string;
  readonly file: string;
  readonly sha256: string;
}

/** As a krew index has it; the file is called so. */
export const PLUGIN = 'aggregated-api';
export const BINARY = 'kubectl-aggregated_api';

/** The manifest for a krew index (https://krew.sigs.k8s.io/docs/developer-guide/plugin-manifest). @param url of the folder that the archives are downloaded from */
export function krewManifest(version: string, url: string, archives: readonly PluginArchive[]): string {
  return dump(
    {
      apiVersion: 'krew.googlecontainertools.github.com/v1alpha2',
      kind: 'Plugin',
      metadata: { name: PLUGIN },
      spec: {
        version: `v${version}`,
        homepage: url,
        shortDescription: 'Name why aggregated APIs fail, and what to do',
        description: [
          'Looks at the aggregated APIs of the cluster (metrics-server, adapters of custom metrics,',
          'your own) for half a minute, or reads what is pasted, and says of each that errs',
          'why, how sure that is, what shows it, and what to do. It only reads.',
          '',
        ].join('\n'),
        caveats: 'What it may not see it names, with the RBAC rule that opens it.\n',
        platforms: archives.map(({ architecture, file, sha256 }) => ({
          selector: { matchLabels: { os: 'linux', arch: architecture } },
          uri: new URL(file, url.endsWith('/') ? url : `${url}/`).href,
          sha256,
          bin: BINARY,
        })),
      },
    },
    { lineWidth: -1 },
  );
}
