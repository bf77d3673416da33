import { admittingPolicy } from './admitting-policy.ts';
import type { Anomaly } from './anomaly.ts';
import { noisyLogs } from './noisy-logs.ts';
import { rollingUpdate } from './rolling-update.ts';
import { systemPodRestart } from './system-pod-restart.ts';

export const ANOMALIES: readonly Anomaly[] = [admittingPolicy, noisyLogs, rollingUpdate, systemPodRestart];
