import { describe, expect, it } from 'vitest';
import { listProblem, readDiscovery } from '../../src/probe/discovery-body.ts';
import { createListChoice } from '../../src/probe/list-choice.ts';

describe('the resource to list', () => {
  it('waits for discovery at a quick pace, and rests when nothing can be listed', () => {
    const choice = createListChoice();
    expect(choice.resource).toBeUndefined();
    expect(choice.pace).toBeLessThan(1);
    choice.offer([]);
    expect(choice.resource).toBeUndefined();
    expect(choice.pace).toBe(30);
  });

  it('is the first that rights allow; when none is, the question is asked rarely', () => {
    const choice = createListChoice();
    choice.offer(['a', 'b']);
    expect([choice.resource, choice.pace]).toEqual(['a', 1]);
    choice.refused();
    expect([choice.resource, choice.pace]).toEqual(['b', 1]);
    choice.refused();
    expect([choice.resource, choice.pace]).toEqual(['a', 30]);
    choice.answered(false);
    expect(choice.pace).toBe(1);
  });

  it.each<[string, readonly ('answered' | 'refused' | 'behind')[], { counts: boolean[]; resource: string; pace: number }]>([
    [
      'a list that was answered before fails when the server refuses it',
      ['answered', 'behind'],
      { counts: [true], resource: 'a', pace: 1 },
    ],
    ['one that is refused behind from the start is left for another', ['behind'], { counts: [false], resource: 'b', pace: 1 }],
    ['… which is the one to ask where it is answered', ['behind', 'answered'], { counts: [false], resource: 'b', pace: 1 }],
    ['the server refuses each list that it gets', ['behind', 'behind'], { counts: [false, true], resource: 'a', pace: 1 }],
    ['… and stays with one', ['behind', 'behind', 'behind'], { counts: [false, true, true], resource: 'a', pace: 1 }],
    ['the only list that our rights allow is refused behind', ['refused', 'behind'], { counts: [true], resource: 'b', pace: 1 }],
    ['… whichever comes first', ['behind', 'refused', 'behind'], { counts: [false, true], resource: 'a', pace: 1 }],
    ['rights that are lost later make it no failure', ['behind', 'behind', 'refused'], { counts: [false, true], resource: 'b', pace: 30 }],
    ['an answer ends it', ['behind', 'behind', 'answered'], { counts: [false, true], resource: 'a', pace: 1 }],
  ])('is told from what the server behind refuses: %s', (_, told, expected) => {
    const choice = createListChoice();
    choice.offer(['a', 'b']);
    const counts = told.flatMap((what) => {
      if (what === 'behind') return [choice.refusedBehind()];
      if (what === 'refused') choice.refused();
      else choice.answered(false);
      return [];
    });
    expect({ counts, resource: choice.resource, pace: choice.pace }).toEqual(expected);
  });

  it('is asked at a slower pace when the server ignores the limit', () => {
    const choice = createListChoice();
    choice.offer(['pods']);
    choice.answered(true);
    expect(choice.pace).toBe(6);
    choice.answered(false);
    expect(choice.pace).toBe(1);
  });

  it('stays when discovery offers the same or more, and changes when it is gone', () => {
    const choice = createListChoice();
    choice.offer(['a', 'b']);
    choice.refused();
    choice.offer(['a', 'b']);
    expect(choice.resource).toBe('b');
    choice.offer(['a', 'b', 'c']);
    expect(choice.resource).toBe('b');
    choice.offer(['a', 'c']);
    expect(choice.resource).toBe('a');
  });
});

describe('a discovery body', () => {
  const body = (resources: unknown, differs: object = {}) =>
    Buffer.from(JSON.stringify({ kind: 'APIResourceList', groupVersion: 'metrics.k8s.io/v1beta1', resources, ...differs }));
  const read = (bytes: Buffer, complete = true) => readDiscovery(bytes, 'metrics.k8s.io/v1beta1', complete);

  it('names what can be listed: nodes first, no subresources, nothing that would break a path', () => {
    const list = ['get', 'list'];
    expect(
      read(
        body([
          { name: 'pods', verbs: list },
          { name: 'pods/status', verbs: list },
          { name: 'evil?x=', verbs: list },
          { name: 'things', verbs: ['get'] },
          { name: 'nodes', verbs: list },
          { name: 'odd' },
          null,
          'text',
        ]),
      ),
    ).toEqual({ valid: true, listable: ['nodes', 'pods'] });
  });

  it.each([
    [Buffer.from(''), 'an empty body'],
    [Buffer.from('<html>'), 'not an APIResourceList: <html>'],
    [Buffer.from('[]'), 'not an APIResourceList'],
    [Buffer.from('null'), 'not an APIResourceList'],
    [body({}), 'not an APIResourceList'],
    [body([], { kind: 'APIGroupList' }), 'not an APIResourceList'],
    [body([], { groupVersion: 'metrics.k8s.io/v1' }), 'discovery of "metrics.k8s.io/v1" where metrics.k8s.io/v1beta1 was asked for'],
  ])('%s is none', (bytes, problem) => {
    const answer = read(bytes);
    expect(answer.valid).toBe(false);
    expect(answer).toHaveProperty('problem', expect.stringContaining(problem));
  });

  it('of any size is judged without being parsed', () => {
    const huge = body(Array.from({ length: 20_000 }, (_, i) => ({ name: `metric-${i}`, verbs: ['get'] })));
    expect(read(huge)).toEqual({ valid: true, listable: [] });
    expect(read(huge.subarray(0, 1000), false)).toEqual({ valid: true, listable: [] });
    expect(read(Buffer.from('x'.repeat(600_000)), false).valid).toBe(false);
  });
});

describe('a list body', () => {
  it.each([
    ['{"kind":"PodMetricsList","items":[]}', undefined],
    ['{"apiVersion":"v1", "metadata": {}, "items": [', undefined],
    ['{"kind":"Status"}', 'not a list: {"kind":"Status"}'],
    ['<html>', 'not a list: <html>'],
    ['', 'an empty body instead of a list'],
  ])('%j', (text, problem) => {
    expect(listProblem(Buffer.from(text))).toBe(problem);
  });
});
