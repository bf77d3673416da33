import { admittingPolicy } from './admitting-policy.ts';
import { noisyLogs } from './noisy-logs.ts';
import { rollingUpdate } from './rolling-update.ts';
import { systemPodRestart } from './system-pod-restart.ts';

export const ANOMALIES = [admittingPolicy, noisyLogs, rollingUpdate, systemPodRestart] as const;
