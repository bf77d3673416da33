import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { CAUSES } from '../../src/correlations/list.ts';
import { alertmanagerExample } from '../../src/generate/alertmanager.ts';
import { alertmanagerTemplates } from '../../src/generate/alertmanager-templates.ts';
import { DEFAULT_OPTIONS } from '../../src/generate/options.ts';

const { path, content } = alertmanagerTemplates({ causes: CAUSES });
/** Text of a `define`; each ends its line. */
const defined = (name: string) =>
  new RegExp(`^\\{\\{ define "${name}" \\}\\}([\\s\\S]*?)\\{\\{ end \\}\\}\\n(?=\\{\\{ define|$)`, 'm').exec(`${content}\n`)?.[1];
const remedyOf = (cause: string) => {
  const [, words] =
    new RegExp(`eq .Labels.cause "${cause}" \\}\\}\\{\\{ ("(?:[^"\\\\]|\\\\.)*") \\}\\}`).exec(defined('aggregated_api.remedy') ?? '') ??
    [];
  return words === undefined ? undefined : (JSON.parse(words) as string);
};

describe('notification templates', () => {
  it('are those that the example takes', () => {
    const example = load(alertmanagerExample(DEFAULT_OPTIONS).content) as { templates: string[] };
    const taken = [...JSON.stringify(example).matchAll(/\{\{ template \\"([^"\\]+)\\" \. \}\}/g)].map(([, name]) => name!);
    expect(path).toBe(`alertmanager/${example.templates[0]}`);
    expect(taken.length).toBeGreaterThan(6);
    expect(taken.filter((name) => defined(name) === undefined)).toEqual([]);
  });

  it.each(CAUSES.map(({ id }) => id))('say what to do for %s', (cause) => {
    const remedy = remedyOf(cause);
    expect(remedy).toMatch(/^1\. [A-Z]/);
    // Neither Slack nor a mail takes any of it for more than text.
    expect(remedy).not.toMatch(/[<>&{}]/);
  });

  it('say no step that takes something away, and that there is more', () => {
    expect(remedyOf('orphaned-apiservice')).not.toMatch(/[Dd]elete the APIService/);
    expect(remedyOf('orphaned-apiservice')).toMatch(/The runbook has more\.$/);
  });

  it('say of a cause without a remedy of its own what people do then', () => {
    expect(defined('aggregated_api.remedy')).toMatch(/\{\{ else \}\}1\. Look on the status page [^{]*\{\{ end \}\}$/);
  });
});
