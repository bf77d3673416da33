import { labelsOf, listOf, objectOf, textOf, textsOf, unreadable } from '../../kube/fields.ts';
import { every, type Match, matchOf } from './match.ts';

/** metav1.LabelSelector. An empty one selects everything. */
export interface LabelSelector {
  readonly matchLabels: Readonly<Record<string, string>>;
  readonly matchExpressions: readonly LabelExpression[];
}

export interface LabelExpression {
  readonly key: string;
  readonly operator: string;
  readonly values: readonly string[];
}

/**
 * @throws UnreadableError that names the field: a selector with one part unknown selects nobody knows what. AdminNetworkPolicy v0.1.1 of
 * network-policy-api has `namespaces: {namespaceSelector: …}` where later versions have the selector itself.
 */
export function readLabelSelector(raw: unknown, field: string): LabelSelector {
  const { matchLabels, matchExpressions, ...others } = objectOf(raw, field, unreadable);
  for (const [key, value] of Object.entries(others)) unreadable(`${field}.${key}`, value, 'matchLabels or matchExpressions only');
  return {
    matchLabels: labelsOf(matchLabels, `${field}.matchLabels`, unreadable),
    matchExpressions: listOf(matchExpressions, `${field}.matchExpressions`, unreadable).map((entry) => readExpression(entry, field)),
  };
}

function readExpression(raw: unknown, field: string): LabelExpression {
  const { key, operator, values } = objectOf(raw, `${field}.matchExpressions`, unreadable);
  return {
    key: textOf(key, `${field}.matchExpressions.key`, unreadable) ?? '',
    operator: textOf(operator, `${field}.matchExpressions.operator`, unreadable) ?? '',
    values: textsOf(values, `${field}.matchExpressions.values`, unreadable),
  };
}

/** Labels of an object of which not all may be known. */
export interface KnownLabels {
  readonly labels: Readonly<Record<string, string>>;
  /** Whatever is not among them is not there. */
  readonly complete: boolean;
}

export const EVERYTHING: LabelSelector = { matchLabels: {}, matchExpressions: [] };

export function selects(selector: LabelSelector, labels: Readonly<Record<string, string>>): boolean {
  return selectsKnown(selector, { labels, complete: true }) === 'yes';
}

/** `maybe` where it asks for a label that is not known. */
export function selectsKnown({ matchLabels, matchExpressions }: LabelSelector, known: KnownLabels): Match {
  return every([
    ...Object.entries(matchLabels).map(([key, value]) => meets({ key, operator: 'In', values: [value] }, known)),
    ...matchExpressions.map((expression) => meets(expression, known)),
  ]);
}

/** An operator that Kubernetes does not know selects nothing: validation refuses it. */
function meets({ key, operator, values }: LabelExpression, { labels, complete }: KnownLabels): Match {
  if (!OPERATORS.has(operator)) return 'no';
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  if (value === undefined && !complete) return 'maybe';
  switch (operator) {
    case 'In':
      return matchOf(value !== undefined && values.includes(value));
    case 'NotIn':
      return matchOf(value === undefined || !values.includes(value));
    case 'Exists':
      return matchOf(value !== undefined);
    default:
      return matchOf(value === undefined);
  }
}

const OPERATORS: ReadonlySet<string> = new Set(['In', 'NotIn', 'Exists', 'DoesNotExist']);
