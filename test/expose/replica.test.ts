import { describe, expect, it } from 'vitest';
import type { Candidacy } from '../../src/domain/candidacy.ts';
import { statusAnswer } from '../../src/expose/answers.ts';
import { renderFleetPage } from '../../src/expose/page/page.ts';
import { healthySnapshot, NOW } from '../support/healthy.ts';
import { viewOf } from './view.ts';

const view = (replica?: Candidacy) => ({ ...viewOf(healthySnapshot()), ...(replica && { replica }) });
const shown = (replica?: Candidacy) => renderFleetPage(view(replica), { version: '1.2.3' }).document.replace(/<[^>]*>/g, '');

describe('a replica', () => {
  it.each<[string, Candidacy, string]>([
    [
      'leads',
      { identity: 'north', leads: true, holder: 'north' },
      'The replica north leads: it reads the logs for all, and alone writes files.',
    ],
    [
      'follows',
      { identity: 'north', leads: false, holder: 'south' },
      'The replica north follows south, which reads the logs for all, and alone writes files. Probes, verdicts and incidents on this page are its own.',
    ],
    [
      'knows of nobody who leads',
      { identity: 'north', leads: false },
      'The replica north does not lead, and knows of none that does: until one does, no log is read.',
    ],
    [
      'has lost the lead and holds the Lease still',
      { identity: 'north', leads: false, holder: 'north', problem: 'no answer' },
      'The replica north does not lead, and knows of none that does: until one does, no log is read. Probes, verdicts and incidents on this page are its own. The Lease cannot be read or written: no answer.',
    ],
    [
      'lacks the right',
      { identity: 'north', leads: false, problem: '403 Forbidden', rule: 'leases: get' },
      'The Lease cannot be read or written: 403 Forbidden. The rule that opens it: leases: get',
    ],
  ])('that %s says so', (_, replica, words) => {
    expect(shown(replica)).toContain(words);
    expect(statusAnswer(view(replica), () => ({ time: NOW, sources: [] }), { version: '1.2.3' }).body).toMatchObject({ replica });
  });

  it('says nothing where no leader is elected', () => {
    expect(shown()).not.toContain('replica');
    expect(statusAnswer(view(), () => ({ time: NOW, sources: [] }), { version: '1.2.3' }).body).not.toHaveProperty('replica');
  });

  it('of a name with signs in it is told as a text', () => {
    expect(renderFleetPage(view({ identity: '<tide>', leads: true }), { version: '1' }).document).toContain('<b>&lt;tide&gt;</b>');
  });
});
