import type { Aggregate, Criterion } from '../../domain/criterion.ts';
import { printDuration } from '../duration.ts';

/** A criterion for people: `increase of restarts over 10m is above 2, and …`. Signals by name. */
export function describeCriterion(criterion: Criterion): string {
  switch (criterion.kind) {
    case 'above':
    case 'below':
      return `${aggregateWords(criterion.value)} is ${criterion.kind} ${criterion.threshold}`;
    case 'changedWithin':
      return `\`${criterion.signal}\` is at most ${printDuration(criterion.window)} ago`;
    case 'coincides':
      return `of the moments of the last ${printDuration(criterion.over)} at which ${describeCriterion(criterion.spike)}, at least ${percent(criterion.atLeast)} had in the ${printDuration(criterion.within)} before them that ${describeCriterion(criterion.event)}`;
    case 'tracks':
      return `\`${criterion.a}\` and \`${criterion.b}\` move together over ${printDuration(criterion.over)} (correlation at least ${criterion.atLeast})`;
    case 'regular':
      return `\`${criterion.onsets}\` begins at even intervals over ${printDuration(criterion.over)}`;
    case 'not':
      return `not (${describeCriterion(criterion.of)})`;
    case 'all':
    case 'any':
      return criterion.of.map((part) => nested(part)).join(criterion.kind === 'all' ? ' and ' : ' or ');
  }
}

function nested(criterion: Criterion): string {
  const words = describeCriterion(criterion);
  return criterion.kind === 'all' || criterion.kind === 'any' ? `(${words})` : words;
}

function aggregateWords({ aggregate, signal, window }: Aggregate): string {
  const over = printDuration(window);
  switch (aggregate) {
    case 'last':
      return `\`${signal}\``;
    case 'min':
      return `the least \`${signal}\` of ${over}`;
    case 'max':
      return `the largest \`${signal}\` of ${over}`;
    case 'avg':
      return `the mean \`${signal}\` of ${over}`;
    case 'increase':
      return `the increase of \`${signal}\` over ${over}`;
  }
}

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(3))} %`;
}

const PLACEHOLDERS: Readonly<Record<string, string>> = { namespace: '$NAMESPACE', service: '$SERVICE', apiservice: '$APISERVICE' };

/** Texts of the catalogue name the API by placeholders; in a runbook they are shell variables, set once at its top. */
export function withVariables(text: string): string {
  return text.replace(/\{(namespace|service|apiservice)\}/g, (_, name: string) => PLACEHOLDERS[name]!);
}

const KNOWN: Readonly<Record<string, string>> = { group: '$GROUP', version: '$VERSION', pod: '$POD', node: '$NODE' };

/** A command to paste: a `<word>` that is left would be a redirection to the shell, so what we cannot know is in capitals. */
export function asCommand(command: string): string {
  return withVariables(command.replace(/<selector of (?:the )?service \{service\}>/g, '"$SELECTOR"')).replace(
    /<([a-z][^<>]*)>/g,
    (_, word: string) => KNOWN[word] ?? word.toUpperCase().replaceAll(/[^A-Z0-9]+/g, '_'),
  );
}

/** Sets the variables for the commands of a page. */
export const SET_VARIABLES = `APISERVICE=v1beta1.metrics.k8s.io   # the one that the alert names
GROUP=$(kubectl get apiservice "$APISERVICE" -o jsonpath='{.spec.group}')
VERSION=$(kubectl get apiservice "$APISERVICE" -o jsonpath='{.spec.version}')
NAMESPACE=$(kubectl get apiservice "$APISERVICE" -o jsonpath='{.spec.service.namespace}')
SERVICE=$(kubectl get apiservice "$APISERVICE" -o jsonpath='{.spec.service.name}')
SELECTOR=$(kubectl get service -n "$NAMESPACE" "$SERVICE" -o jsonpath='{.spec.selector}' | tr -d '{}"' | tr : =)
POD=$(kubectl get pods -n "$NAMESPACE" -l "$SELECTOR" -o jsonpath='{.items[0].metadata.name}')
NODE=$(kubectl get pods -n "$NAMESPACE" -l "$SELECTOR" -o jsonpath='{.items[0].spec.nodeName}')`;
