import { readFileSync } from 'node:fs';
import { ALL_SIGNALS, publishedAtZero } from '../src/commands/catalogue-options.ts';
import { configJsonSchema } from '../src/config.ts';
import { renderMetricsDoc } from '../src/expose/metrics-doc.ts';
import { openApiDocument } from '../src/expose/openapi/document.ts';
import { renderProbeReasons } from '../src/probe/reasons.ts';
import { renderServersDoc } from '../src/profiles/profiles-doc.ts';
import { SIGNATURES } from '../src/signatures/list.ts';
import { renderSignaturesDoc } from '../src/signatures/signatures-doc.ts';
import { renderConfigurationDoc } from './configuration-doc.ts';
import { renderRunbookCoverage } from './runbook-coverage/page.ts';
import { renderSpokenErrors } from './spoken-errors/report.ts';
import { renderVersions } from './versions/page.ts';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string };

/** The pages of docs/ that come from declarations: file name → text. A test compares them with what is committed. */
export function generatedDocs(): Readonly<Record<string, string>> {
  return {
    'configuration.md': renderConfigurationDoc(configJsonSchema()),
    'configuration.schema.json': `${JSON.stringify(configJsonSchema(), null, 2)}\n`,
    'metrics.md': renderMetricsDoc(ALL_SIGNALS, publishedAtZero()),
    'openapi.json': `${JSON.stringify(openApiDocument(version), null, 2)}\n`,
    'probe-reasons.md': renderProbeReasons(),
    'real-world/versions.md': renderVersions(),
    'runbook-coverage.md': renderRunbookCoverage(),
    'servers.md': renderServersDoc(),
    'signatures.md': renderSignaturesDoc(SIGNATURES),
    'spoken-errors.md': renderSpokenErrors(),
  };
}
