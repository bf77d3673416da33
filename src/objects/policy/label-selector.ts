import { labelsOf, listOf, objectOf, textOf, textsOf, unreadable } from '../../kube/fields.ts';

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

/** @throws UnreadableError that names the field: a selector with one part unknown selects nobody knows what. */
export function readLabelSelector(raw: unknown, field: string): LabelSelector {
  const { matchLabels, matchExpressions } = objectOf(raw, field, unreadable);
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

/** An operator that Kubernetes does not know selects nothing: validation refuses it. */
export function selects({ matchLabels, matchExpressions }: LabelSelector, labels: Readonly<Record<string, string>>): boolean {
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator, values }) => {
      const value = labels[key];
      switch (operator) {
        case 'In':
          return value !== undefined && values.includes(value);
        case 'NotIn':
          return value === undefined || !values.includes(value);
        case 'Exists':
          return value !== undefined;
        case 'DoesNotExist':
          return value === undefined;
        default:
          return false;
      }
    })
  );
}
