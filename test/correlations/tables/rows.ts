import { BACKEND_ROWS } from './backend.ts';
import { CONTROL_PLANE_ROWS } from './control-plane.ts';
import { NETWORK_ROWS } from './network.ts';
import { OBJECT_ROWS } from './objects.ts';
import { POD_ROWS } from './pods.ts';
import type { Row } from './row.ts';
import { TRUST_ROWS } from './trust.ts';

/** Every cause but scheduled-operation, which needs hours: see schedule.ts. */
export const ROWS: readonly Row[] = [...POD_ROWS, ...OBJECT_ROWS, ...NETWORK_ROWS, ...CONTROL_PLANE_ROWS, ...TRUST_ROWS, ...BACKEND_ROWS];
