import type { Catalogue } from './catalogue.ts';
import type { GenerateOptions, OtherExporter } from './options.ts';
import type { RecordingRule } from './rule-book.ts';

/** Signals that other exporters know too, where `--with` names them. */
export function signalsElsewhere(_catalogue: Pick<Catalogue, 'signals'>, _others: readonly OtherExporter[]): ReadonlySet<string> {
  return new Set();
}

export function elsewhereRules(_catalogue: Pick<Catalogue, 'signals'>, _options: GenerateOptions): RecordingRule[] {
  return [];
}
