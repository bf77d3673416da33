import type { KubeObject } from '../objects.ts';

/** `a=b,c!=d,e,!f,g in (h,i)` → does an object's label set match? Throws on what it can't read. */
export function labelMatcher(selector: string): (labels: Readonly<Record<string, string>>) => boolean {
  const requirements = splitRequirements(selector).map(requirementOf);
  return (labels) => requirements.every((matches) => matches(labels));
}

/** Field selectors: `metadata.name=x,involvedObject.kind!=Pod`. Any path of the object is allowed. */
export function fieldMatcher(selector: string): (object: KubeObject) => boolean {
  const requirements = splitRequirements(selector).map((text) => {
    const match = /^([^=!]+)(==|=|!=)(.*)$/.exec(text);
    if (!match) throw new Error(`invalid field selector ${JSON.stringify(text)}: path=value or path!=value is allowed`);
    const [, path = '', operator, value] = match;
    return (object: KubeObject) => (String(fieldOf(object, path.trim()) ?? '') === value) === (operator !== '!=');
  });
  return (object) => requirements.every((matches) => matches(object));
}

function splitRequirements(selector: string): string[] {
  return selector
    .split(/,(?![^(]*\))/)
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function requirementOf(text: string): (labels: Readonly<Record<string, string>>) => boolean {
  const set = /^(\S+)\s+(in|notin)\s+\(([^)]*)\)$/.exec(text);
  if (set) {
    const [, key = '', operator, list = ''] = set;
    const values = list.split(',').map((value) => value.trim());
    return ({ [key]: value }) => (value !== undefined && values.includes(value)) === (operator === 'in');
  }
  const equality = /^([^=!\s]+)\s*(==|=|!=)\s*(\S*)$/.exec(text);
  if (equality) {
    const [, key = '', operator, value] = equality;
    return (labels) => (labels[key] === value) === (operator !== '!=');
  }
  const existence = /^(!?)([^=!\s]+)$/.exec(text);
  if (!existence) throw new Error(`unable to parse requirement: ${JSON.stringify(text)}`);
  const [, not, key = ''] = existence;
  return (labels) => Object.hasOwn(labels, key) === (not === '');
}

function fieldOf(object: unknown, path: string): unknown {
  let value = object;
  for (const part of path.split('.'))
    value = value !== null && typeof value === 'object' ? (value as Record<string, unknown>)[part] : undefined;
  return value;
}
