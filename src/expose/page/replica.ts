import type { Candidacy } from '../../domain/candidacy.ts';
import { type Html, html } from './html.ts';

/** One line: what this replica does, who does the rest, and what it lacks. */
export function renderReplica(candidacy: Candidacy): Html {
  const { problem, rule } = candidacy;
  return html`<p class="lead">${roleOf(candidacy)}${
    problem !== undefined &&
    html` The Lease cannot be read or written: ${problem}.${rule !== undefined && html` The rule that opens it: <code>${rule}</code>`}`
  }</p>`;
}

function roleOf({ identity, leads, holder }: Candidacy): Html {
  if (leads) return html`The replica <b>${identity}</b> leads: it reads the logs for all, and alone writes files.`;
  const own = 'Probes, verdicts and incidents on this page are its own.';
  if (holder === undefined || holder === identity)
    return html`The replica <b>${identity}</b> does not lead, and knows of none that does: until one does, no log is read. ${own}`;
  return html`The replica <b>${identity}</b> follows <b>${holder}</b>, which reads the logs for all, and alone writes files. ${own}`;
}
