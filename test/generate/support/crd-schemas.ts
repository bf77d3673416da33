import { Ajv } from 'ajv';

/** The strictest that a kube-apiserver validates: an unknown field is an error, as with `kubectl apply --validate=strict`. */
const closed = (properties: Record<string, object>, required: readonly string[]): object => ({
  type: 'object',
  additionalProperties: false,
  properties,
  required,
});
const TEXT = { type: 'string' };
const TEXTS = { type: 'object', additionalProperties: TEXT };
/** Of prometheus-operator's Duration. */
const DURATION = {
  type: 'string',
  minLength: 1,
  pattern: '^(0|(([0-9]+)y)?(([0-9]+)w)?(([0-9]+)d)?(([0-9]+)h)?(([0-9]+)m)?(([0-9]+)s)?(([0-9]+)ms)?)$',
};

const RULE = closed(
  {
    alert: TEXT,
    record: TEXT,
    expr: { anyOf: [{ type: 'integer' }, TEXT] },
    for: DURATION,
    keep_firing_for: DURATION,
    labels: TEXTS,
    annotations: TEXTS,
  },
  ['expr'],
);
const GROUP = closed({ name: { ...TEXT, minLength: 1 }, interval: DURATION, rules: { type: 'array', minItems: 1, items: RULE } }, [
  'name',
  'rules',
]);

/** metav1.ObjectMeta, the part that we print. */
const METADATA = closed(
  { name: { ...TEXT, maxLength: 253, pattern: '^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$' }, namespace: TEXT, labels: TEXTS, annotations: TEXTS },
  ['name'],
);

function ruleObject(apiVersion: string, kind: string): object {
  return closed(
    {
      apiVersion: { const: apiVersion },
      kind: { const: kind },
      metadata: METADATA,
      spec: closed({ groups: { type: 'array', items: GROUP } }, ['groups']),
    },
    ['apiVersion', 'kind', 'metadata', 'spec'],
  );
}

/** The fields of monitoring.coreos.com/v1 PrometheusRule and operator.victoriametrics.com/v1beta1 VMRule that rules have. */
const SCHEMAS = {
  prometheusrule: ruleObject('monitoring.coreos.com/v1', 'PrometheusRule'),
  vmrule: ruleObject('operator.victoriametrics.com/v1beta1', 'VMRule'),
} as const;

/** What the CRD's schema has against an object; empty = nothing. */
export function complaintsOf(format: keyof typeof SCHEMAS, object: unknown): string[] {
  const ajv = new Ajv({ allErrors: true });
  if (ajv.validate(SCHEMAS[format], object)) return [];
  return (ajv.errors ?? []).map(({ instancePath, message }) => `${instancePath}: ${message}`);
}
