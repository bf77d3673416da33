import { describe, expect, it } from 'vitest';
import type { SourceStatus } from '../../../src/domain/sources.ts';
import { withBonus } from '../../../src/observe/discovery/coverage.ts';
import { NOW } from '../../support/healthy.ts';

describe('a source with a part that is a bonus', () => {
  const needed = (differs: Partial<SourceStatus> = {}): SourceStatus => ({
    source: 'config-maps',
    state: 'ok',
    lastSuccess: NOW,
    ...differs,
  });
  const bonus = (differs: Partial<SourceStatus>): SourceStatus => ({
    source: 'config-maps',
    state: 'ok',
    lastSuccess: NOW - 5,
    ...differs,
  });

  it.each([
    ['both ok', needed(), bonus({}), needed()],
    [
      'bonus forbidden: ok, and says what would open it',
      needed(),
      bonus({ state: 'forbidden', message: 'no', rule: 'r' }),
      needed({ message: 'no', rule: 'r' }),
    ],
    ['bonus failed: as bad as it', needed(), bonus({ state: 'failed', message: 'm' }), bonus({ state: 'failed', message: 'm' })],
    ['needed forbidden', needed({ state: 'forbidden', rule: 'n' }), bonus({}), needed({ state: 'forbidden', rule: 'n' })],
    [
      'both forbidden: the needed rule',
      needed({ state: 'forbidden', rule: 'n' }),
      bonus({ state: 'forbidden', rule: 'r' }),
      needed({ state: 'forbidden', rule: 'n' }),
    ],
  ])('%s', (_, first, second, status) => expect(withBonus(first, second)).toEqual(status));
});
