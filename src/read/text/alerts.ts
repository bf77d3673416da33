import type { Claim } from './claims.ts';
import { headOf } from './lines.ts';

/** How Alertmanager and what hangs behind it mark an alert that has ended: `[RESOLVED]`, `Status: resolved`, `"status": "resolved"`. */
const SAYS_STATE = /resolved|firing/i;
const ENDED = /\[resolved|\bstate?(?:us)?\\?"?\*{0,2}\s?[:=]\*{0,2}\s?\\?"?resolved\b|^\W{0,8}resolved\b/i;
const FIRES = /\bfiring\b/i;
/** In the line that names the alert the bare word is enough. */
const ENDED_HERE = /\bresolved\b/i;

/**
 * Alerts of the Kubernetes mixin and our own, in whatever a chat, a mail or Alertmanager makes of them. The state stands once, above
 * the alert's name and words (Alertmanager 0.28 template/default.tmpl, webhook payload): it holds until the next one is told.
 */
export class AlertReader {
  #ended = false;

  read(line: string): Claim | undefined {
    const text = headOf(line);
    if (SAYS_STATE.test(text)) this.#ended = ENDED.test(text) || (this.#ended && !FIRES.test(text));
    const claim = text.includes('ggregated') ? alertIn(text) : undefined;
    return this.#ended || (claim && ENDED_HERE.test(text)) ? undefined : claim;
  }

  /** A command begins: what stood before is of another text. */
  end(): void {
    this.#ended = false;
  }
}

const ALERT_NAME = /\b((?:Kube)?AggregatedAPI(?:Errors|Down|Flapping|Slow))\b/;
const ALERT_WORDS = /aggregated API (v\d\S{0,260}?)(?:\/\S{1,63})? has (?:reported errors|been only \d)/i;
const ALERT_AS_LABEL = /\balertname\b|\bfiring\b/i;
const ALERT_LABEL = /\b(?:name|apiservice)["'\s]{0,2}[=:]\s{0,2}["']?(v\d\w{0,20}\.[a-z0-9.-]{1,252})/;

/** Alerts of the Kubernetes mixin and our own, in whatever a chat, a mail or Alertmanager makes of them. */
function alertIn(line: string): Claim | undefined {
  const name = line.includes('AggregatedAPI') ? ALERT_NAME.exec(line)?.[1] : undefined;
  const words = line.includes('ggregated API') ? ALERT_WORDS.exec(line) : null;
  if (!name && !words) return undefined;
  // A rule's text and a link to a runbook say nothing of now.
  if (!words && !ALERT_AS_LABEL.test(line) && /\balert:\s|runbook/i.test(line)) return undefined;
  return {
    ...apiOfAlert(line, words?.[1]),
    answers: false,
    because: name ? `the alert ${name} speaks of it` : 'an alert says that it reports errors',
  };
}

function apiOfAlert(line: string, named: string | undefined): { api?: string } {
  const api = named ?? ALERT_LABEL.exec(line)?.[1] ?? /\b(v[1-9]\w{0,20}\.[a-z][a-z0-9.-]{1,252})/.exec(line)?.[1];
  return api ? { api } : {};
}
