import type { Observed } from '../../domain/observed.ts';
import type { LogFacts, SignatureCount } from '../../domain/snapshot.ts';
import { unseen } from './backend.ts';
import { plural } from './format.ts';
import { more } from './happenings.ts';
import { type Html, html, NOTHING } from './html.ts';
import { absolute } from './times.ts';

const SHOWN = 12;

/** What the folded section holds. */
export function logsTitle(logs: Observed<LogFacts>): string {
  if (logs.state !== 'observed') return 'Logs (not seen)';
  const { matches, unknownTemplates } = logs.value;
  const unknown = unknownTemplates.length > 0 ? `, ${plural(unknownTemplates.length, 'unknown error')}` : '';
  return `Logs (${plural(matches.length, 'known error')}${unknown})`;
}

/** Signatures with a line of each, the last words of what crashed, and error lines that nobody knows. */
export function renderLogs(logs: Observed<LogFacts>, texts: readonly SignatureCount[]): Html {
  const facts = logs.state === 'observed' ? logs.value : undefined;
  return html`${logs.state === 'observed' ? counts(logs.value) : html`<p class="lead">Logs: ${unseen(logs)}</p>`}
${matches('Known error lines', facts?.matches ?? [])}${matches('Known in conditions, events and answers', texts)}
${(facts?.lastWords ?? []).map(({ pod, container, lines }) => html`<h3>Last words of ${container} in ${pod}</h3><pre>${lines.slice(-20).join('\n')}</pre>`)}
${unknown(facts)}`;
}

function counts({ lines, dropped }: LogFacts): Html {
  const read = Object.entries(lines).map(([severity, count]) => `${count} ${severity}`);
  const lost = Object.entries(dropped).filter(([, count]) => count > 0);
  return html`<p class="lead">Lines read: ${read.join(', ')}${lost.length > 0 && html`; lost: ${lost.map(([why, count]) => `${count} ${why}`).join(', ')}`}</p>`;
}

function matches(title: string, found: readonly SignatureCount[]): Html {
  if (found.length === 0) return NOTHING;
  const newest = [...found].sort((a, b) => b.lastAt - a.lastAt).slice(0, SHOWN);
  return html`<h3>${title}</h3><div class="scroll" role="group" tabindex="0" aria-label="${title}"><table><tbody>${newest.map(
    (match) =>
      html`<tr><td class="t">${absolute(match.lastAt)}</td><td class="w">${match.signature}<div class="sub">${match.speaker}</div></td><td class="n">×${match.count}</td><td><code>${match.sample}</code></td></tr>`,
  )}</tbody></table></div>${more(found.length - SHOWN, 'signature')}`;
}

function unknown(facts: LogFacts | undefined): Html {
  const templates = facts?.unknownTemplates ?? [];
  if (templates.length === 0) return NOTHING;
  const most = [...templates].sort((a, b) => b.count - a.count).slice(0, SHOWN);
  return html`<h3>Error lines that no signature knows (${plural(templates.length, 'template')})</h3><div class="scroll" role="group" tabindex="0" aria-label="Unknown error lines"><table><tbody>${most.map(
    ({ template, count, sample, lastAt }) =>
      html`<tr><td class="t">${absolute(lastAt)}</td><td class="n">×${count}</td><td><code>${template}</code><div class="sub">${sample}</div></td></tr>`,
  )}</tbody></table></div>${more(templates.length - SHOWN, 'template')}`;
}
