import type { Diagnosis } from '../../domain/diagnosis.ts';
import { sureness } from '../../domain/sureness.ts';
import { bar, chip } from './chips.ts';
import { apiPath } from './fleet.ts';
import { plural } from './format.ts';
import { anchor, type Html, html } from './html.ts';
import type { Regions } from './regions.ts';
import { failingSince, type ShownApi } from './state.ts';
import { absolute, relative } from './times.ts';

const NAMED = 12;

/** APIs that fail for one shared reason are one fault, and one card: the surest verdict on the shared cause speaks for it. */
export function renderGroups(apis: readonly ShownApi[], regions: Regions, now: number): Html {
  const groups = new Map<string, ShownApi[]>();
  for (const shown of apis) {
    const id = shown.diagnosis?.together?.id;
    if (id !== undefined) groups.set(id, [...(groups.get(id) ?? []), shown]);
  }
  const together = [...groups].filter(([, members]) => members.length > 1).sort(([, a], [, b]) => b.length - a.length);
  const cards = together.map(([id, members]) => regions.add(cardId(id), card(id, members, now)));
  regions.list(
    'groups',
    together.map(([id]) => cardId(id)),
  );
  return html`<div id="groups" data-l>${cards}</div>`;
}

const cardId = (id: string) => anchor(id).replace(/^api-/, 'group-');

function card(id: string, members: readonly ShownApi[], now: number): Html {
  const spokesman = speaker(members);
  const since = members.flatMap((shown) => failingSince(shown) ?? []);
  const begin = since.length === 0 ? undefined : Math.min(...since);
  const named = members.slice(0, NAMED);
  return html`<section class="card bad group" id="${cardId(id)}" data-r><div class="head"><h2>${plural(members.length, 'API')} fail together</h2>${chip('warn', `shared: ${spokesman?.together?.shared ?? ''}`)}
${begin !== undefined && html`<span class="meta">since ${absolute(begin)} (${relative(begin, now)})</span>`}</div>
${spokesman && html`<p class="verdict">${spokesman.title}</p><p class="lead"><span class="conf">${bar(spokesman.confidence, spokesman.cause === 'unknown')} ${sureness(spokesman.confidence)} sure</span> ${spokesman.summary}</p>`}
<p class="lead">${named.map(({ api }, i) => html`${i > 0 && ', '}<a href="${apiPath(api.name)}">${api.name}</a>`)}${members.length > named.length && `, and ${plural(members.length - named.length, 'more', 'more')}`}</p></section>`;
}

/** Of the members with the cause that explains all of them best, the surest. */
function speaker(members: readonly ShownApi[]): Diagnosis | undefined {
  const verdicts = members.flatMap(({ diagnosis }) => diagnosis ?? []);
  const shared = verdicts.find(({ together }) => together?.cause !== undefined)?.together?.cause;
  const agreeing = verdicts.filter(({ cause }) => cause === shared);
  return [...(agreeing.length > 0 ? agreeing : verdicts)].sort((a, b) => b.confidence - a.confidence)[0];
}
