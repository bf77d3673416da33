import type { Hurt } from '../domain/impact.ts';
import type { BackendReference } from '../domain/snapshot.ts';
import type { ResourceSpec } from '../kube/api.ts';
import { identityOf, listOf, nameOf, objectOf, type Refuse, unheard, unreadable } from '../kube/fields.ts';

/** A ValidatingWebhookConfiguration or MutatingWebhookConfiguration that asks Services. */
export interface WebhookRecord {
  readonly kind: string;
  readonly name: string;
  readonly webhooks: readonly Webhook[];
}

interface Webhook {
  readonly namespace: string;
  readonly service: string;
  /** What it matches is refused when no answer comes; else it is let through. */
  readonly refuses: boolean;
}

export const WEBHOOK_CONFIGURATIONS: readonly ResourceSpec<WebhookRecord>[] = ['Validating', 'Mutating'].map((kind) => ({
  source: 'webhooks',
  path: `/apis/admissionregistration.k8s.io/v1/${kind.toLowerCase()}webhookconfigurations`,
  // Without the caBundle, which is most of it.
  fields: { webhooks: { failurePolicy: true, clientConfig: { service: { namespace: true, name: true } } } },
  project(raw, refuse = unheard) {
    const { name } = identityOf(raw);
    const webhooks = listOf(objectOf(raw, 'the object', unreadable).webhooks, 'webhooks', refuse).flatMap((entry) =>
      webhookOf(entry, refuse),
    );
    return webhooks.length === 0 ? undefined : { kind: `${kind}WebhookConfiguration`, name, webhooks };
  },
}));

function webhookOf(entry: unknown, refuse: Refuse): Webhook[] {
  const { failurePolicy, clientConfig } = objectOf(entry, 'webhooks', refuse);
  const { service } = objectOf(clientConfig, 'webhooks.clientConfig', refuse);
  const { namespace, name } = objectOf(service, 'webhooks.clientConfig.service', refuse);
  const [inNamespace, called] = [
    nameOf(namespace, 'webhooks.clientConfig.service.namespace', refuse),
    nameOf(name, 'webhooks.clientConfig.service.name', refuse),
  ];
  if (inNamespace === undefined || called === undefined) return [];
  // The kube-apiserver fills in Fail.
  return [{ namespace: inNamespace, service: called, refuses: failurePolicy !== 'Ignore' }];
}

/** Undefined when none of its webhooks asks the backend of the API. */
export function webhookHurtBy(record: WebhookRecord, { backend }: { readonly backend: BackendReference }): Hurt | undefined {
  const { kind, name, webhooks } = record;
  const same = webhooks.filter(({ namespace, service }) => namespace === backend.namespace && service === backend.service);
  if (same.length === 0) return undefined;
  const one = same.length === 1;
  return {
    kind: 'webhook',
    name,
    says: `${same.length} ${one ? 'webhook' : 'webhooks'} of ${kind} ${name} ${one ? 'asks' : 'ask'} the same Service ${backend.namespace}/${backend.service}: ${consequence(same)}`,
  };
}

function consequence(webhooks: readonly Webhook[]): string {
  const refusing = webhooks.filter(({ refuses }) => refuses).length;
  const [they, match] = webhooks.length === 1 ? ['it', 'matches'] : ['they', 'match'];
  if (refusing === webhooks.length) return `what ${they} ${match} is refused while no answer comes`;
  if (refusing === 0) return `what ${they} ${match} passes unchecked while no answer comes`;
  const some = `what ${refusing} of them ${refusing === 1 ? 'matches' : 'match'}`;
  return `${some} is refused while no answer comes, and what the others match passes unchecked`;
}
