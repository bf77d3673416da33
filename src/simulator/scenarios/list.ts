import { DEMO } from './demo.ts';
import { QUIET } from './quiet.ts';

/** YAML texts by name; in the program itself, so that a bundle needs no files beside it. */
export const SCENARIOS: ReadonlyMap<string, string> = new Map([
  ['demo', DEMO],
  ['quiet', QUIET],
]);
