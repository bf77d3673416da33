import type { Observed } from '../../domain/observed.ts';
import type { ApiFacts, ContainerFacts, PodFacts, PolicyFacts, PolicyVerdict, ResourceFacts } from '../../domain/snapshot.ts';
import { chip } from './chips.ts';
import { percent, plural } from './format.ts';
import { type Html, html, NOTHING } from './html.ts';
import { absolute, relative } from './times.ts';

/** Lines of a container that ended, beside it: all of them stand with the logs. */
const WORDS = 5;

/** The condition, the Service, its endpoints, pods, policies and rights. */
export function renderBackend(api: ApiFacts, now: number): Html {
  return html`<div class="scroll" role="group" tabindex="0" aria-label="Backend"><table><tbody>
${fact('Condition Available', api.condition, (condition) => html`${chip(condition.status === 'True' ? 'ok' : 'bad', condition.status)} ${condition.reason}${condition.lastTransition !== undefined && html` <span class="sub">since ${absolute(condition.lastTransition)}</span>`}<div class="sub">${condition.message}</div>`)}
${fact('Service', api.service, (service) => html`${service.type}${service.clusterIP !== undefined && html` ${service.clusterIP}`}${service.externalName !== undefined && html` ${service.externalName}`} <span class="sub">ports ${service.ports.map((port) => `${port.name ? `${port.name} ` : ''}${port.port}→${port.targetPort}`).join(', ')}; selector ${selector(service.selector)}</span>`)}
${fact(
  'Endpoints',
  api.endpoints,
  (
    endpoints,
  ) => html`${chip(endpoints.ready > 0 ? 'ok' : 'bad', `${endpoints.ready} ready`)} ${endpoints.notReady > 0 && chip('warn', `${endpoints.notReady} not ready`)} ${endpoints.terminating > 0 && chip('mute', `${endpoints.terminating} terminating`)}${!endpoints.portServed && html` ${chip('bad', 'port not served')}`}
<div class="sub">${endpoints.addresses.slice(0, 20).map((address, i) => html`${i > 0 && ', '}${address.ip}:${address.port}${address.pod !== undefined && html` (${address.pod}${address.node !== undefined && html` on ${address.node}`})`}`)}</div>`,
)}
${fact('Workload', api.workload, (workload) => html`${workload.kind} ${workload.name}: ${workload.available} of ${workload.replicas} available${workload.rollingOut && html` ${chip('info', 'rolling out')}`}${workload.stuck && html` ${chip('bad', 'rollout stuck')}`}`)}
${fact('NetworkPolicy', api.policy, policyRow)}
${fact('Rights of the backend', api.rights, (rights) => html`${right('auth-reader', rights.authReader)} ${right('auth-delegator', rights.authDelegator)}`)}
${api.caBundle && html`<tr><td class="w">caBundle</td><td>${api.caBundle.valid ? chip('ok', 'parses') : chip('bad', 'does not parse')} <span class="sub">${api.caBundle.subjects.join(', ')}${api.caBundle.notAfterSeconds !== undefined && html`; expires ${absolute(api.caBundle.notAfterSeconds * 1000)}`}</span></td></tr>`}
</tbody></table></div>${pods(api, now)}`;
}

/** The way in, then what it needs on the way out and does not surely get. */
function policyRow({ verdict, why, egress, notEvaluated }: PolicyFacts): Html {
  const out = egress?.filter((one) => one.verdict !== 'admits') ?? [];
  return html`${verdictChip(verdict)} <span class="sub">${why}${notEvaluated.length > 0 && html`; not read: ${notEvaluated.join(', ')}`}</span>
${out.map((one) => html`<div>to ${one.name}: ${verdictChip(one.verdict)} <span class="sub">${one.why}</span></div>`)}`;
}

const verdictChip = (verdict: PolicyVerdict): Html => chip(verdict === 'admits' ? 'ok' : verdict === 'blocks' ? 'bad' : 'warn', verdict);

/** A row for what was seen, or for why it was not. */
function fact<T>(name: string, of: Observed<T>, show: (value: T) => Html): Html {
  return html`<tr><td class="w">${name}</td><td>${of.state === 'observed' ? show(of.value) : unseen(of)}</td></tr>`;
}

export function unseen(of: Exclude<Observed<unknown>, { state: 'observed' }>): Html {
  if (of.state === 'absent') return chip('mute', 'absent');
  if (of.state === 'forbidden') return html`${chip('warn', 'forbidden')} <span class="sub">opened by <code>${of.rule}</code></span>`;
  return html`${chip('mute', 'not observed')} <span class="sub">${of.why}</span>`;
}

function right(name: string, granted: boolean | undefined): Html {
  return granted === undefined ? chip('mute', `${name} not seen`) : granted ? chip('ok', name) : chip('bad', `${name} missing`);
}

function selector(labels: Readonly<Record<string, string>> | null): string {
  return labels === null
    ? 'none'
    : Object.entries(labels)
        .map(([key, value]) => `${key}=${value}`)
        .join(',');
}

function pods(api: ApiFacts, now: number): Html {
  if (api.pods.state !== 'observed') return html`<h3>Pods</h3>${unseen(api.pods)}`;
  const shown = api.pods.value.slice(0, 20);
  if (shown.length === 0) return html`<h3>Pods</h3><p class="lead">The selector matches no pod.</p>`;
  const resources = api.resources.state === 'observed' ? api.resources.value : [];
  return html`<h3>Pods</h3><div class="scroll" role="group" tabindex="0" aria-label="Pods"><table><thead><tr><th>Pod and container</th><th>Node</th><th>State</th><th class="n">Restarts</th><th>Last termination</th><th class="n">CPU</th><th class="n">Throttled</th><th class="n">Memory</th></tr></thead>
<tbody>${shown.flatMap((pod) => pod.containers.map((container) => containerRow(pod, container, { resources, now, words: lastWords(api, pod, container) })))}</tbody></table></div>
${api.pods.value.length > shown.length && html`<p class="sub">and ${plural(api.pods.value.length - shown.length, 'pod')} more</p>`}`;
}

function lastWords({ logs }: ApiFacts, pod: PodFacts, container: ContainerFacts): readonly string[] {
  if (logs.state !== 'observed') return [];
  return logs.value.lastWords.find((words) => words.pod === pod.name && words.container === container.name)?.lines.slice(-WORDS) ?? [];
}

interface RowFacts {
  readonly resources: readonly ResourceFacts[];
  readonly now: number;
  readonly words: readonly string[];
}

function containerRow(pod: PodFacts, container: ContainerFacts, { resources, now, words }: RowFacts): Html {
  const used = resources.find((facts) => facts.pod === pod.name && facts.container === container.name);
  return html`<tr><td>${pod.name} <div class="sub">${container.name}</div></td><td>${pod.node ?? html`<span class="sub">none</span>`}</td>
<td>${containerState(pod, container)}</td><td class="n">${container.restarts}</td><td>${termination(container, now)}</td>
<td class="n">${ratio(used?.cpuUsageRatio)}</td><td class="n">${ratio(used?.cpuThrottledRatio)}</td><td class="n">${ratio(used?.memoryUsageRatio)}</td></tr>${words.length > 0 && html`<tr class="words"><td colspan="8"><span class="sub">Last words of ${container.name}</span><pre>${words.join('\n')}</pre></td></tr>`}`;
}

function containerState(pod: PodFacts, container: ContainerFacts): Html {
  if (container.waiting) return html`${chip('bad', container.waiting.reason)}<div class="sub">${container.waiting.message}</div>`;
  if (pod.reason !== undefined) return html`${chip('bad', pod.reason)}<div class="sub">${pod.message}</div>`;
  if (!pod.scheduled) return html`${chip('bad', 'not scheduled')}<div class="sub">${pod.unschedulable}</div>`;
  if (container.terminated) return chip(container.init ? 'mute' : 'bad', `ended: ${container.terminated.reason}`);
  return container.ready ? chip('ok', 'ready') : chip('warn', container.running ? 'running, not ready' : pod.phase);
}

function termination({ lastTermination: last }: ContainerFacts, now: number): Html {
  if (!last) return NOTHING;
  return html`${last.reason}, exit code ${last.exitCode}${last.finishedAt !== undefined && html`<div class="sub">${relative(last.finishedAt, now)}</div>`}${last.message !== undefined && html`<div class="sub">${last.message.slice(0, 512)}</div>`}`;
}

function ratio(value: number | undefined): string {
  return value === undefined ? '' : percent(value);
}
