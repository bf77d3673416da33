import { alarmingLine } from '../backend/chatter.ts';
import type { Anomaly } from './anomaly.ts';

/** The server writes alarming lines that mean nothing. */
export const noisyLogs: Anomaly = {
  id: 'noisy-logs',
  inject({ timers, random }, api) {
    const write = () => api.log(alarmingLine(random));
    write();
    return timers.every(2000, write);
  },
};
