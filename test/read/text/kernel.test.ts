import { describe, expect, it } from 'vitest';
import { mayRunAs, processOf } from '../../../src/read/text/kernel.ts';

describe('a process that the kernel speaks of', () => {
  it.each([
    ['[12.5] Memory cgroup out of memory: Killed process 4711 (tide-gauge) total-vm:812000kB', 'tide-gauge'],
    ['Out of memory: Kill process 4711 (java) score 1068 or sacrifice child', 'java'],
    ['kernel: ferry invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0', 'ferry'],
    ['[12.5] ferry invoked oom-killer: gfp_mask=0xcc0', 'ferry'],
    ['the pod was OOMKilled', undefined],
  ])('%s', (line, process) => {
    expect(processOf(line)).toBe(process);
  });

  it.each([
    ['what the server is called', 'tide-gauge', true],
    ['a word of it', 'gauge', true],
    ['more than it', 'tide-gauge-api', true],
    ['its first fifteen letters', 'harbour-tide-ga', true],
    ['a name that says nothing', 'apiserver', true],
    ['a part of a word', 'gaug', false],
    ['another program', 'java', false],
  ])('%s', (_, process, may) => {
    expect(mayRunAs(process, ['tide-gauge', 'harbour-tide-gauge-server'])).toBe(may);
  });
});
