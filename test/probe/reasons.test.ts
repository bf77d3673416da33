import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FAILURE_REASONS } from '../../src/domain/probe.ts';
import { REASONS, renderProbeReasons } from '../../src/probe/reasons.ts';

describe('failure reasons', () => {
  it('are at most 25, each documented', () => {
    expect(FAILURE_REASONS.length).toBeLessThanOrEqual(25);
    expect(Object.keys(REASONS).sort()).toEqual([...FAILURE_REASONS].sort());
  });

  it('are documented in docs/probe-reasons.md as here', () => {
    expect(readFileSync(new URL('../../docs/probe-reasons.md', import.meta.url), 'utf8')).toBe(renderProbeReasons());
  });
});
