import { HURT_KIND_NAMES, HURT_KINDS, hurtCount } from '../../domain/impact.ts';
import { type Family, familyPerApi } from '../family.ts';

const KINDS = HURT_KIND_NAMES.map((kind) => `\`${kind}\` (${HURT_KINDS[kind].many})`).join(', ');

export const IMPACT_FAMILIES: readonly Family[] = [
  familyPerApi({
    name: 'aggregated_api_impact',
    type: 'gauge',
    help: `How many are hurt by the API while it errs, by kind: ${KINDS}. No series for a kind that is not observed, and none while the API answers.`,
    labels: ['kind'],
    cost: `failing APIs × ${HURT_KIND_NAMES.length}`,
    collect(api, emit) {
      for (const kind of HURT_KIND_NAMES) {
        const count = hurtCount(api, kind);
        if (count !== undefined) emit([kind], count);
      }
    },
  }),
];
