/** What a text says at a place of it. */
interface Placed {
  readonly text: string;
}

/**
 * The operator of OLM prints each change of its connection to a catalogue (operator-lifecycle-manager pkg/controller/registry/grpc/source.go):
 * `state.Key.Namespace=olm state.Key.Name=pearls state.State=READY`.
 */
const STATE = /\bstate\.Key\.Name=([a-z0-9][\w.-]{0,252}) state\.State=([A-Z_]{2,20})/;
const MOST_CATALOGUES = 50;

/**
 * Messages without those that a later one takes back: what is said of a catalogue before it was reached, where the last that is said of its
 * connection is that it is ready. A catalogue's pod is replaced at each poll of its image, and not being reached meanwhile is how that looks.
 */
export function withoutReachedAgain<Message extends Placed>(messages: readonly Message[]): readonly Message[] {
  const reached = new Map<string, number>();
  for (const [index, { text }] of messages.entries()) {
    const [, name, state = ''] = text.includes('state.State=') ? (STATE.exec(text.slice(0, 4096)) ?? []) : [];
    if (name === undefined) continue;
    if (state === 'READY' && (reached.has(name) || reached.size < MOST_CATALOGUES)) reached.set(name, index);
    else if (state === 'TRANSIENT_FAILURE' || state === 'SHUTDOWN') reached.delete(name);
  }
  if (reached.size === 0) return messages;
  const names = [...reached];
  return messages.filter(({ text }, index) => !names.some(([name, at]) => index < at && text.includes(name)));
}
