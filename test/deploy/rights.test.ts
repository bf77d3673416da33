import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { REGISTRY } from '../../src/observe/registry.ts';
import type { Right } from '../../src/source/right.ts';
import { documentsOf, type Manifest } from './manifests.ts';

interface PolicyRule {
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
  readonly verbs: readonly string[];
}

const ROLES = documentsOf<Manifest & { readonly rules?: readonly PolicyRule[] }>('kubernetes/rbac.yaml');

/** One line for each thing that may be done to one resource. */
function linesOf({ apiGroups = [], resources = [], resourceNames = [''], nonResourceURLs = [], verbs }: PolicyRule): string[] {
  const things = apiGroups.flatMap((group) =>
    resources.flatMap((resource) => resourceNames.map((name) => `${group}/${resource}${name && ` ${name}`}`)),
  );
  return [...things, ...nonResourceURLs].flatMap((thing) => verbs.map((verb) => `${verb} ${thing}`));
}

function ruleFor(right: Right): PolicyRule {
  if ('url' in right) return { nonResourceURLs: [right.url], verbs: ['get'] };
  const { group, resources, verbs, object } = right;
  return { apiGroups: [group], resources, verbs, ...(object !== undefined && { resourceNames: [object] }) };
}

it('deploy/kubernetes/rbac.yaml gives the rights that the sources say they need, and no other', () => {
  const given = ROLES.flatMap(({ rules = [] }) => rules.flatMap(linesOf));
  const needed = Object.values(REGISTRY).flatMap(({ rights }) => rights.map(ruleFor).flatMap(linesOf));
  expect([...new Set(given)].sort()).toEqual([...new Set(needed)].sort());
});

it('docs/operations.md says of each right what is lost without it', () => {
  const page = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8');
  const [, section = ''] = page.split('\n## Rights\n');
  const [rights = ''] = section.split('\n## ');
  const rows = [...rights.matchAll(/^\| (`.*?) \| (.+) \|$/gm)].map(([, right]) => right).join('\n');
  const given = ROLES.flatMap(({ rules = [] }) => rules).flatMap(({ resources = [], nonResourceURLs = [] }) => [
    ...resources,
    ...nonResourceURLs,
  ]);
  const silent = [...new Set(given)].filter((thing) => !new RegExp(`[\`./]${thing.replaceAll('/', '\\/')}[\`/]`).test(rows));
  expect(given.length).toBeGreaterThan(20);
  expect(silent).toEqual([]);
});
