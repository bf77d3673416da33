import { type Raw, rawArray, rawObject, stringMap, text } from '../kube/raw.ts';

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

export function readLabelSelector(raw: unknown): LabelSelector {
  const { matchLabels, matchExpressions } = rawObject(raw);
  return {
    matchLabels: stringMap(matchLabels),
    matchExpressions: rawArray(matchExpressions).map((entry) => readExpression(rawObject(entry))),
  };
}

const readExpression = ({ key, operator, values }: Raw): LabelExpression => ({
  key: text(key) ?? '',
  operator: text(operator) ?? '',
  values: rawArray(values).filter((value): value is string => typeof value === 'string'),
});

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
