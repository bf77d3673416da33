import { above, all, any, below, coincides, HOUR, MINUTE, not } from '../../src/domain/criterion.ts';
import type { Catalogue, PrintableSignal } from '../../src/generate/catalogue.ts';
import { avg, changedWithin, increase, inventCause, last, max, min, regular, tracks } from '../support/invented.ts';

const gauge = (name: string, metric: string, labels?: Record<string, string>): PrintableSignal => ({
  name,
  help: `${name}.`,
  kind: 'gauge',
  metric,
  source: 'probes',
  ...(labels ? { labels } : {}),
});

/** Invented, small, and with every kind of criterion. */
export const SMALL_CATALOGUE: Catalogue = {
  signals: [
    gauge('failing', 'aggregated_api_failing'),
    gauge('failures-periodic', 'aggregated_api_failures_periodic'),
    gauge('swell', 'aggregated_api_swell_ratio'),
    gauge('wind', 'aggregated_api_wind_ratio', { mast: 'fore' }),
    { ...gauge('groundings', 'aggregated_api_groundings_total'), kind: 'counter' },
    { ...gauge('buoy-moved', 'aggregated_api_buoy_moved_timestamp_seconds'), kind: 'timestamp' },
  ],
  symptom: above(max('failing', 5 * MINUTE), 0.5),
  symptomNow: above(last('failing', 5 * MINUTE), 0.5),
  unknownScore: 1,
  temperature: 1.5,
  signatures: [],
  facts: [
    { name: 'rough', says: 'Waves are high, or the wind is', when: any(above(last('swell'), 0.8), above(min('wind', 5 * MINUTE), 0.9)) },
  ],
  causes: [
    inventCause({
      id: 'buoy-adrift',
      category: 'misconfiguration',
      part: 'backend',
      title: 'The buoy is adrift',
      summary: 'It was moved and not moored again.',
      severity: 'warning',
      prior: -0.5,
      evidence: [
        { id: 'moved', when: changedWithin('buoy-moved', HOUR), weight: 'strong', says: 'moved' },
        {
          id: 'calm',
          when: all(below(last('swell'), 0.2), not(above(avg('wind', 10 * MINUTE), 0.5))),
          weight: 'circumstantial',
          says: 'calm',
        },
      ],
      supersedes: ['heavy-swell'],
      remedy: ['Moor it.'],
      verify: { command: 'kubectl get buoys', expect: 'moored' },
      references: [],
    }),
    inventCause({
      id: 'heavy-swell',
      category: 'resource-pressure',
      part: 'backend',
      title: 'The swell is too heavy',
      summary: 'Waves break over the gauge.',
      severity: 'critical',
      prior: -1,
      evidence: [
        { id: 'high', when: any(above(last('swell'), 0.8), above(min('wind', 5 * MINUTE), 0.9)), weight: 'strong', says: 'high' },
        { id: 'grounded', when: above(increase('groundings', 10 * MINUTE), 0), weight: 'decisive', says: 'grounded' },
        { id: 'follows-wind', when: tracks('swell', 'wind', { over: HOUR, atLeast: 0.7 }), weight: 'suggestive', says: 'tracks' },
        { id: 'still', when: not(above(last('swell'), 0.1)), weight: 'against', says: 'still' },
      ],
      remedy: ['Wait.'],
      verify: { command: 'kubectl get waves', expect: 'none' },
      references: [],
    }),
    inventCause({
      id: 'fog-bank',
      category: 'resource-pressure',
      part: 'backend',
      title: 'Swell in the fog',
      summary: 'Waves break over a gauge that nobody sees.',
      severity: 'critical',
      prior: -1,
      evidence: [
        { id: 'blind', when: above(last('wind'), 0.6), weight: 'suggestive', says: 'blind' },
        { id: 'grounded', when: above(increase('groundings', 10 * MINUTE), 0), weight: 'circumstantial', says: 'grounded' },
      ],
      deepens: ['heavy-swell'],
      supersedes: ['tide-table'],
      remedy: ['Sound the horn.'],
      verify: { command: 'kubectl get waves', expect: 'none' },
      references: [],
    }),
    inventCause({
      id: 'tide-table',
      category: 'scheduled-trigger',
      part: 'backend',
      title: 'It fails with the tide',
      summary: 'The tide comes twice a day.',
      severity: 'info',
      prior: -1,
      evidence: [{ id: 'periodic', when: regular('failing', { over: HOUR }), weight: 'strong', says: 'even' }],
      lookBack: [
        {
          id: 'after-groundings',
          when: coincides(above(increase('groundings', 5 * MINUTE), 0), above(last('failing'), 0.5), {
            within: 5 * MINUTE,
            over: HOUR,
            atLeast: 0.6,
          }),
          weight: 'suggestive',
          says: 'after groundings',
        },
      ],
      remedy: ['Look at the table.'],
      verify: { command: 'kubectl get tides', expect: 'low' },
      references: [],
    }),
  ],
};
