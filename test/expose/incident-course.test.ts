import { describe, expect, it } from 'vitest';
import type { Incident } from '../../src/domain/incident.ts';
import { renderIncidentPage } from '../../src/expose/page/incident.ts';
import { courseOf } from '../../src/expose/page/incident-course.ts';
import { incident, open } from '../incidents/incident.ts';
import { START } from '../incidents/ticks.ts';

const NOW = (START + 3600) * 1000;
const documentOf = (of: Incident) => renderIncidentPage(of, { version: '1', prefix: '', now: NOW }).document;
const laneOf = (of: Incident, id: string) => new RegExp(`<div id="lane-${id}"[\\s\\S]*?</span></div>`).exec(documentOf(of))?.[0];

describe('the course of an incident', () => {
  it.each([
    ['failing', 'in one stretch'],
    ['cause-0', 'cause not known'],
    ['cause-1', '93 % sure'],
    ['aggregator', '28 of 30 failed'],
    ['endpoint', 'none of 30 failed'],
    ['latency', 'up to 20 ms'],
    ['ready', '1 at its end, 0 at worst'],
    ['restart', '<title>server in tide-gauge restarted</title>'],
    ['change', '<title>rollout: Deployment harbour/tide-gauge: image changed, by kubectl-edit</title>'],
    ['evidence', '<title>Its address refuses connections.</title>'],
    ['hurt', '<title>it cannot scale</title>'],
    ['logs', '>12<'],
    ['load', 'up to 25 %'],
  ])('has the lane %s with %s', (id, expected) => {
    expect(laneOf(incident(), id)).toContain(expected);
  });

  it('has no lane of a vantage that nobody asked from', () => {
    expect(laneOf(incident(), 'service')).toBeUndefined();
  });

  it('has the stretches in which it passed meanwhile', () => {
    const returned = incident({ returned: 1, interruptions: [{ from: START + 20, to: START + 40 }] });
    expect(laneOf(returned, 'failing')).toContain('came back 1 ×');
    expect(laneOf(returned, 'failing')?.match(/class="(fail|pass)"/g)).toEqual(['class="fail"', 'class="fail"', 'class="pass"']);
  });

  it('says the same in a table, a row for each ten seconds', () => {
    const row = (after: number) =>
      new RegExp(`<tr id="m[^"]*" data-r><td class="t"><time datetime="${new Date((START + after) * 1000).toISOString()}"[\\s\\S]*?</tr>`)
        .exec(documentOf(incident({ before: [] })))?.[0]
        .replace(/<[^>]*>/g, '|');
    expect(row(0)).toContain('3 of 5 failed');
    expect(row(0)).toContain('it began');
    expect(row(30)).toContain('server in tide-gauge restarted; it failed; cause connection-refused; known error lines ×2');
    expect(row(-20)).toContain('|–||–||–||–||–||');
  });

  it.each<[string, Incident, number]>([
    ['a minute', incident({ before: [] }), 10],
    ['a minute, with something a quarter of an hour before it', incident({ before: [{ ...incident().before[0]!, at: START - 890 }] }), 20],
    ['an hour', incident({ before: [], ended: START + 3600 }), 80],
    ['a day', incident({ before: [], ended: START + 86_400 }), 2560],
  ])('of %s lies within its 61 rows', (_, of, step) => {
    const { from, step: ms, rows, happenings } = courseOf(of, NOW);
    expect([ms / 1000, rows.length]).toEqual([step, 61]);
    expect(from / 1000).toBeLessThan(of.began);
    expect(from / 1000 + 61 * step).toBeGreaterThan(of.ended ?? 0);
    expect(happenings.length).toBe(4 + of.before.length);
  });

  it('of one that goes on ends now; of one that nobody observes, when it was last seen', () => {
    const endOf = (of: Incident) => courseOf(of, NOW).bands[0]?.stretches[0]?.to;
    expect(endOf(open())).toBe(NOW);
    expect(endOf(open({ state: 'not-observed' }))).toBe((START + 55) * 1000);
  });

  it('of an earlier version says that nothing was measured, and draws what is known', () => {
    const { course: _, during: __, ...older } = incident();
    expect(documentOf(older)).toContain('An earlier version kept no measurements of it.');
    expect(laneOf(older, 'aggregator')).toContain('not observed');
    expect(laneOf(older, 'logs')).toContain('not observed');
    expect(laneOf(older, 'cause-1')).toContain('93 % sure');
  });
});
