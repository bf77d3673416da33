import { describe, expect, it } from 'vitest';
import { WEBHOOK_CONFIGURATIONS, webhookHurtBy } from '../../src/objects/webhooks.ts';

const [VALIDATING, MUTATING] = WEBHOOK_CONFIGURATIONS;
const BACKEND = { namespace: 'harbour', service: 'tide-gauge', port: 443 };
const webhook = (failurePolicy: string, service: object = { namespace: 'harbour', name: 'tide-gauge' }) => ({
  name: 'check.tides.example.com',
  failurePolicy,
  clientConfig: { service },
});
const hurt = (webhooks: unknown, spec = VALIDATING!) => {
  const record = spec.project({ metadata: { name: 'tides' }, webhooks });
  return record && webhookHurtBy(record, { backend: BACKEND });
};

describe('a webhook configuration that asks the backend of an API', () => {
  it.each([
    [
      [webhook('Fail')],
      '1 webhook of ValidatingWebhookConfiguration tides asks the same Service harbour/tide-gauge: what it matches is refused while no answer comes',
    ],
    [
      [webhook('Ignore')],
      '1 webhook of ValidatingWebhookConfiguration tides asks the same Service harbour/tide-gauge: what it matches passes unchecked while no answer comes',
    ],
    [
      [webhook('Fail'), webhook('Fail')],
      '2 webhooks of ValidatingWebhookConfiguration tides ask the same Service harbour/tide-gauge: what they match is refused while no answer comes',
    ],
    [
      [webhook('Fail'), webhook('Ignore'), webhook('Ignore')],
      '3 webhooks of ValidatingWebhookConfiguration tides ask the same Service harbour/tide-gauge: what 1 of them matches is refused while no answer comes, and what the others match passes unchecked',
    ],
    [
      [webhook('Fail'), webhook('Fail', { namespace: 'harbour', name: 'tide-gauge-2' })],
      '1 webhook of ValidatingWebhookConfiguration tides asks the same Service harbour/tide-gauge: what it matches is refused while no answer comes',
    ],
  ])('says what happens to requests: %#', (webhooks, says) => {
    expect(hurt(webhooks)).toEqual({ kind: 'webhook', name: 'tides', says });
  });

  it('may be a mutating one', () => {
    expect(hurt([webhook('Fail')], MUTATING)?.says).toContain('MutatingWebhookConfiguration tides');
  });

  it.each<[string, unknown]>([
    ['another Service', [webhook('Fail', { namespace: 'harbour', name: 'moorings' })]],
    ['one of that name in another namespace', [webhook('Fail', { namespace: 'quay', name: 'tide-gauge' })]],
    ['a URL', [{ name: 'check', failurePolicy: 'Fail', clientConfig: { url: 'https://harbour/tide-gauge' } }]],
    ['nobody', undefined],
  ])('is not one that asks %s', (_, webhooks) => {
    expect(hurt(webhooks)).toBeUndefined();
  });
});
