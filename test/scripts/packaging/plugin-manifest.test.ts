import { load } from 'js-yaml';
import { expect, it } from 'vitest';
import { krewManifest } from '../../../scripts/packaging/plugin/manifest.ts';

// That krew takes it: test/e2e/packaging/plugin.test.ts.
it.each(['https://example.com/v1.2.3', 'https://example.com/v1.2.3/'])(
  'an archive of each architecture is downloaded from below %s',
  (url) => {
    const archives = ['amd64', 'arm64'].map((architecture) => ({
      architecture,
      file: `plugin-${architecture}.tar.gz`,
      sha256: architecture,
    }));
    const { metadata, spec } = load(krewManifest('1.2.3', url, archives)) as { metadata: object; spec: { platforms: object[] } };
    expect(metadata).toEqual({ name: 'aggregated-api' });
    expect(spec).toMatchObject({ version: 'v1.2.3', homepage: url });
    expect(spec.platforms).toEqual(
      ['amd64', 'arm64'].map((arch) => ({
        selector: { matchLabels: { os: 'linux', arch } },
        uri: `https://example.com/v1.2.3/plugin-${arch}.tar.gz`,
        sha256: arch,
        bin: 'kubectl-aggregated_api',
      })),
    );
  },
);
