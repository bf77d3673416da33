import { printYaml } from '../formats/plain-rule.ts';

const RECORDED = 'The panels read recorded series, which keep the clusters and the API and drop the job and the instance of the scrape.';

/** What grafana/dashboard-linter reads beside the dashboards: the rules that we do not follow, and why. */
export const LINT_EXCLUSIONS = printYaml({
  exclusions: Object.fromEntries(
    ['template-job-rule', 'template-instance-rule', 'target-job-rule', 'target-instance-rule'].map((rule) => [rule, { reason: RECORDED }]),
  ),
});
