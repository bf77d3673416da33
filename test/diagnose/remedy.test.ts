import { describe, expect, it } from 'vitest';
import { CAUSES } from '../../src/correlations/list.ts';
import { remedyOf } from '../../src/diagnose/remedy.ts';
import type { RemedyStep } from '../../src/domain/cause.ts';
import { healthyApi } from '../support/healthy.ts';

const destroys = (step: string | RemedyStep): step is RemedyStep => typeof step !== 'string' && step.destroys !== undefined;
const DESTRUCTIVE = CAUSES.filter(({ remedy }) => remedy.some(destroys));
const DECISIVE = [{ points: 6, lookBack: false }];

describe('a remedy', () => {
  it.each(DESTRUCTIVE.map((cause) => [cause.id, cause] as const))('%s destroys nothing without decisive evidence', (_, cause) => {
    for (const met of [[], [{ points: 4, lookBack: false }], [{ points: 6, lookBack: true }]]) {
      const steps = remedyOf(cause, met, healthyApi());
      expect(steps[0]).toMatch(/^Before you change anything, make sure of the cause: `kubectl (?:get|describe|logs|rollout status) /);
      for (const { destroys: what } of cause.remedy.filter(destroys)) expect(steps.join('\n')).not.toContain(what);
      expect(steps.length).toBe(1 + cause.remedy.filter((step) => !destroys(step)).length);
    }
  });

  it.each(DESTRUCTIVE.map((cause) => [cause.id, cause] as const))('%s says what it destroys where it proposes it', (_, cause) => {
    const steps = remedyOf(cause, DECISIVE, healthyApi());
    expect(steps.length).toBe(cause.remedy.length);
    for (const { destroys: what } of cause.remedy.filter(destroys)) expect(steps.join('\n')).toContain(what);
  });

  it('fills its commands', () => {
    const [cause] = CAUSES.filter(({ id }) => id === 'orphaned-apiservice');
    expect(remedyOf(cause!, DECISIVE, healthyApi())[1]).toBe(
      'Delete the APIService: `kubectl delete apiservice v1.tides.example.com`. This removes the API from the cluster: clients that use it get 404.',
    );
  });
});
