import { countInWords, HURT_KIND_NAMES, HURT_KINDS, type Hurt, type HurtKind, hurtCount, hurtOf } from '../../domain/impact.ts';
import type { Observed } from '../../domain/observed.ts';
import type { ApiFacts } from '../../domain/snapshot.ts';
import { type Html, html, NOTHING } from './html.ts';
import { absolute, relative, withTimes } from './times.ts';

/** Rows of a kind; the rest is in /api/v1/diagnoses and in the snapshots that `record` writes. */
const MOST_ROWS = 20;

/** Whom the API hurts, by name; of a kind that may not be seen the right that opens it. Nothing where nobody looks, as in a text. */
export function renderImpact(api: ApiFacts, now: number): Html {
  if (!api.hurt) return NOTHING;
  const facts = hurtOf(api);
  return html`${HURT_KIND_NAMES.map((kind) => renderKind(api, kind, facts[kind], now))}`;
}

function renderKind(api: ApiFacts, kind: HurtKind, fact: Observed<readonly Hurt[]>, now: number): Html {
  const { who } = HURT_KINDS[kind];
  switch (fact.state) {
    case 'observed':
      return named(api, kind, fact.value, now);
    case 'forbidden':
      return html`<p class="lead">Not known of ${who}: we may not see them; opened by <code>${fact.rule}</code></p>`;
    case 'absent':
      return NOTHING;
    default:
      return html`<p class="lead">Not known of ${who}: ${fact.why ?? 'nobody looks for them'}.</p>`;
  }
}

function named(api: ApiFacts, kind: HurtKind, hurt: readonly Hurt[], now: number): Html {
  const count = hurtCount(api, kind) ?? 0;
  const words = countInWords(kind, count);
  if (words === undefined) return html`<p class="lead">${HURT_KINDS[kind].who}: none that we know of.</p>`;
  const rows = hurt.slice(0, MOST_ROWS);
  const list = html`<ul class="evidence">${rows.map((one) => row(one, now))}</ul>${count > rows.length && html`<p class="lead">and ${count - rows.length} more</p>`}`;
  return html`<details id="hurt-${kind}" open><summary>${words}</summary>${list}</details>`;
}

function row({ says, since, message = '' }: Hurt, now: number): Html {
  return html`<li><div class="row"><span class="says">${withTimes(says)}</span></div>
${since !== undefined && html`<div class="sub">since ${absolute(since * 1000)} (${relative(since * 1000, now)})</div>`}
${message !== '' && html`<pre>${message}</pre>`}</li>`;
}
