import type { Aggregate, Criterion } from '../../domain/criterion.ts';
import {
  PLACEHOLDER_NAMES,
  PLACEHOLDERS,
  type PlaceholderName,
  replacePlaceholders,
  SHOW_LINE,
  WHERE_THE_LINE_STANDS,
} from '../../domain/placeholders.ts';
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

/** Texts of the catalogue name the API by placeholders; in a runbook they are shell variables, set once at its top. */
export function withVariables(text: string): string {
  return replacePlaceholders(text, (name) => `$${PLACEHOLDERS[name].variable}`);
}

/** A command to paste. In a runbook a line is looked for in the backend's log first. */
export function asCommand(command: string): string {
  const template = command === WHERE_THE_LINE_STANDS ? SHOW_LINE['backend-log'] : command;
  return replacePlaceholders(template, (name) => `"$${PLACEHOLDERS[name].variable}"`);
}

/** Sets the variables that the commands use: templates of the catalogue, not yet filled. */
export function setVariables(templates: readonly string[]): string {
  const needed = new Set<PlaceholderName>(['apiservice']);
  const visit = (template: string): string =>
    replacePlaceholders(template, (name) => {
      if (!needed.has(name)) visit(PLACEHOLDERS[name].find);
      needed.add(name);
      return '';
    });
  for (const template of templates) visit(template === WHERE_THE_LINE_STANDS ? SHOW_LINE['backend-log'] : template);
  return PLACEHOLDER_NAMES.filter((name) => needed.has(name))
    .map((name) => {
      const { variable, find } = PLACEHOLDERS[name];
      return name === 'apiservice'
        ? `${variable}=v1beta1.metrics.k8s.io   # the one that the alert names`
        : `${variable}=$(${asCommand(find)})`;
    })
    .join('\n');
}
