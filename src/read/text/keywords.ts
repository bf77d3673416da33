import type { SignatureCount } from '../../domain/snapshot.ts';
import { TOPICS } from '../../signatures/topics.ts';

const SAMPLE = 512;
/** Enough to know what a text is about. */
const MOST_LINES = 2000;

/**
 * What most of some error lines are about; a tie goes to the more special topic. Undefined when their words tell nothing.
 * @param at Unix milliseconds.
 */
export function topicOf(lines: readonly string[], at: number): SignatureCount | undefined {
  const votes = TOPICS.map(() => 0);
  const samples = new Map<number, string>();
  for (const line of lines.slice(0, MOST_LINES)) {
    const text = line.length > 4096 ? line.slice(0, 4096) : line;
    const topic = TOPICS.findIndex(({ words }) => words.test(text));
    if (topic < 0) continue;
    votes[topic] = (votes[topic] ?? 0) + 1;
    if (!samples.has(topic)) samples.set(topic, text.trim().slice(0, SAMPLE));
  }
  const most = Math.max(...votes);
  const winner = votes.indexOf(most);
  const topic = TOPICS[winner];
  if (most === 0 || topic === undefined) return undefined;
  const { id, pointsTo } = topic;
  return { signature: id, speaker: 'aggregated-server', count: most, lastAt: at, sample: samples.get(winner) ?? '', pointsTo };
}
