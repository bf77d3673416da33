import type { Fault } from '../fault.ts';
import { changeService } from '../inject.ts';

export const fault: Fault = {
  id: 'selector-typo',
  title: "The Service's selector has a typo",
  causes: ['selector-matches-no-pods'],
  category: 'misconfiguration',
  within: 30,
  inject: (cluster) => changeService(cluster, { selector: { app: 'wradle' } }),
};
