import { ROWS, type Row } from './rows.ts';

const INTRODUCTION = `# What of the runbook is answered

Generated from \`scripts/runbook-coverage/rows.ts\`; do not edit. The runbook of the alert KubeAggregatedAPIErrors has seven steps, eight correlations
(A to H) and a look back. Each row says what it asks a person to look at, and where the answer is: a metric, evidence (\`cause/evidence\`), a title
on the status page, a test that shows it. What has no answer is said.
`;

/** docs/runbook-coverage.md */
export function renderRunbookCoverage(rows: readonly Row[] = ROWS): string {
  return `${INTRODUCTION}\n${rows.map(section).join('\n')}`;
}

function section({ of, asks, metrics, evidence, page, tests, missing }: Row): string {
  return [
    `## ${of}: ${asks}\n`,
    line('metrics', metrics?.map(code)),
    line('evidence', evidence?.map(linked)),
    line('page', page),
    line(
      'tests',
      tests?.map((file) => `[${file.replace(/^test\//, '')}](../${file})`),
    ),
    line('not answered', missing === undefined ? undefined : [missing]),
    '',
  ].join('');
}

const line = (name: string, values: readonly string[] | undefined): string => (values ? `- ${name}: ${values.join(', ')}\n` : '');
const code = (text: string): string => `\`${text}\``;
const linked = (evidence: string): string => `[${evidence}](../runbooks/${evidence.split('/')[0]}.md)`;
