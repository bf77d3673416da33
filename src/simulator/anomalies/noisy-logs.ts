import { alarmingLine } from '../backend/chatter.ts';
import { defineAnomaly } from './anomaly.ts';

/** The server writes alarming lines that mean nothing. */
export const noisyLogs = defineAnomaly({
  id: 'noisy-logs',
  inject({ timers, random }, api) {
    const write = () => api.log(alarmingLine(random));
    write();
    return timers.every(2000, write);
  },
});
