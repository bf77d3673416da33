import type { ApiFacts } from '../../domain/snapshot.ts';
import type { ServerProfile } from '../../profiles/profile.ts';
import { type Flags, serversOf } from '../../signals/flags/command-line.ts';
import { type Html, html } from './html.ts';

/** What is normal for the program behind the API, and the flags that decide whether it works, as its containers have them. */
export function renderProfile(profile: ServerProfile, api: ApiFacts): Html {
  const { startUp, normal, flags, source } = profile;
  const servers = serversOf(api);
  return html`<ul><li><b>start</b>: ready within ${startUp.seconds} s, because ${startUp.because}</li>${normal.map(({ about, says }) => html`<li><b>${about}</b>: ${says}</li>`)}</ul>
${flags.length > 0 && html`<h3>Flags that matter</h3><ul>${flags.map(({ name, says }) => html`<li><code>--${name}</code> ${flagInWords(name, servers)}: ${says}</li>`)}</ul>`}
<p class="lead">As read in ${source}. Other versions and other manifests may differ.</p>`;
}

/** As the containers have it; where they differ, each of its values. */
function flagInWords(name: string, servers: readonly Flags[] | undefined): string {
  if (!servers) return '(not known here)';
  const values = new Set(servers.map((flags) => (flags.has(name) ? `= ${flags.get(name) ?? 'not known'}` : 'not set')));
  return [...values].join(' or ');
}
