import type { Fault } from '../fault.ts';
import { addArguments } from '../inject.ts';

export const fault: Fault = {
  id: 'unknown-flag',
  title: 'A flag that the server does not know: it exits at once, again and again',
  causes: ['bad-flag-or-config'],
  category: 'misconfiguration',
  within: 30,
  inject: (cluster) => addArguments(cluster, '--enable-wardle-turbo=true'),
};
