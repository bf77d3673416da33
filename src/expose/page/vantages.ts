import { observedValue } from '../../domain/observed.ts';
import { PHASES, type ProbeTally, type UnbelievedTarget, VANTAGE_FACTS } from '../../domain/probe.ts';
import type { ApiFacts, EndpointAddress } from '../../domain/snapshot.ts';
import { chip } from './chips.ts';
import { duration, percent } from './format.ts';
import { type Html, html, NOTHING } from './html.ts';
import { renderReach } from './reach.ts';
import { absolute, relative } from './times.ts';

/** What each vantage sees: where the vantages differ is where the fault is. */
export function renderVantages(api: ApiFacts, now: number): Html {
  const { probes, unbelieved = [] } = api;
  const seen =
    probes.length > 0
      ? renderTallies(probes, now, observedValue(api.endpoints)?.addresses)
      : html`<p class="lead">No probe has ended yet.</p>`;
  return html`${seen}${unbelieved.length > 0 && renderUnbelieved(unbelieved, now)}${renderReach(api.reach, now)}`;
}

/** Shown, because a person may know whose hosts these are; counted nowhere. */
function renderUnbelieved(targets: readonly UnbelievedTarget[], now: number): Html {
  return html`<p class="lead">Not believed, and counted nowhere: outside the cluster these addresses may belong to somebody else, and no certificate has shown that the backend is there.</p>
<div class="scroll" role="group" tabindex="0" aria-label="Targets that are not believed"><table class="stack"><thead><tr><th>Vantage</th><th>What answers there</th><th>When</th></tr></thead>
<tbody>${targets.map(
    ({ vantage, target, last, answersAs }) => html`<tr><td>${vantage}<div class="sub">${VANTAGE_FACTS[vantage].words}, ${target}</div></td>
<td>${chip('mute', answersAs === undefined ? 'not believed' : `not believed: answers as ${answersAs}`)}${answersAs === undefined && last.reason !== undefined && html` <span class="sub">${last.reason}</span>`}</td><td class="t">${relative(last.at, now)}</td></tr>`,
  )}</tbody></table></div>`;
}

function renderTallies(tallies: readonly ProbeTally[], now: number, addresses: readonly EndpointAddress[] = []): Html {
  return html`<div class="scroll" role="group" tabindex="0" aria-label="Probes"><table class="stack"><thead><tr><th>Vantage</th><th>Request</th><th>Last result</th><th>When</th><th class="n">Took</th><th>Phases</th><th class="n">Failed</th></tr></thead>
<tbody>${tallies.map((tally) => row(tally, now, addresses))}</tbody></table></div>`;
}

function row(
  { vantage, request, target, last, attempts, failures, lastOk }: ProbeTally,
  now: number,
  addresses: readonly EndpointAddress[],
): Html {
  const failed = Object.values(failures).reduce((sum, n) => sum + n, 0);
  const phases = PHASES.flatMap((phase) => {
    const seconds = last.phases[phase];
    return seconds === undefined ? [] : [`${phase} ${duration(seconds)}`];
  });
  return html`<tr><td>${vantage}<div class="sub">${VANTAGE_FACTS[vantage].words}, ${target}${behind(target, addresses)}</div></td><td class="w">${request}</td>
<td>${last.ok ? chip('ok', '✓ ok') : chip('bad', `✕ ${last.reason ?? 'failed'}`)}${last.status !== undefined && html` <span class="sub">HTTP ${last.status}</span>`}
${last.detail !== undefined && html`<div class="sub">${last.detail}</div>`}${!last.ok && html`<div class="sub">last good ${lastOk === undefined ? 'never' : absolute(lastOk)}</div>`}</td>
<td class="t">${relative(last.at, now)}</td><td class="n">${duration(last.seconds)}</td><td class="sub">${phases.join(' · ')}${last.connection === 'reused' && ' (reused)'}</td>
<td class="n">${attempts > 0 && html`${failed} of ${attempts}<div class="sub">${percent(failed / attempts)}</div>`}</td></tr>`;
}

/** An address says nothing to a person: its pod and its node do. */
function behind(target: string, addresses: readonly EndpointAddress[]): Html {
  const found = addresses.find(({ ip, port }) => target === `${ip}:${port}` || target === `[${ip}]:${port}`);
  if (found?.pod === undefined) return NOTHING;
  return html`: <b>${found.pod}</b>${found.node !== undefined && html` on ${found.node}`}`;
}
