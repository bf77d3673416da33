import { printAll } from '../src/commands/generate.ts';
import { type Artifact, WRAPPERS } from '../src/generate/formats/rule-formats.ts';
import { streamOf } from '../src/generate/stream.ts';

const MIXIN_FIX = /\/kubernetes-aggregated-apis\.yaml$/;

/**
 * The formats that are not committed, with the defaults: of each one file to load, and one of the replacement of the
 * kubernetes-mixin's two alerts, which not everybody wants. Objects of an operator are documents of one file, as
 * `kubectl apply -f` reads them.
 */
export async function ruleAssets(): Promise<Artifact[]> {
  const assets: Artifact[] = [];
  for (const format of WRAPPERS) {
    const printed = (await printAll('rules', { format, mixinFix: true })).flatMap(({ artifacts }) => artifacts);
    const own = printed.filter(({ path }) => path.startsWith(`rules/${format}/`));
    assets.push(
      { path: `aggregated-api-exporter-${format}.yaml`, content: streamOf(own.filter(({ path }) => !MIXIN_FIX.test(path))) },
      { path: `kubernetes-aggregated-apis-${format}.yaml`, content: streamOf(own.filter(({ path }) => MIXIN_FIX.test(path))) },
    );
  }
  return assets;
}
