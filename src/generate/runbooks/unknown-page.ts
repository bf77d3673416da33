import { heading, list, type Page, paragraph, shell, steps } from './page.ts';
import { setVariables } from './words.ts';

/** The honest verdict, and what people do then: the seven steps, and the hour before. */
export const UNKNOWN_PAGE: Page = {
  id: 'unknown',
  title: 'The cause is not known',
  blocks: [
    paragraph('Category `unknown`. The API errs, and no cause has direct evidence that outweighs not knowing.'),
    heading('What it means'),
    paragraph(
      'Either the failure is younger than a few scrapes, or what would tell is not visible: a source is forbidden, stale or disabled. The status page names the missing source and the right that opens it, and the next check.',
    ),
    heading('How we know'),
    paragraph(
      '`unknown` is always a candidate. It is on top while all others have less evidence. A right that is missing lowers the confidence of every cause that it would have shown: see `aggregated_api_exporter_source_up` and `aggregated_api_exporter_source_forbidden`.',
    ),
    heading('Confirm by hand'),
    shell(`${setVariables(['{group} {version} {namespace} {service}'])}

# 1. the APIService and its condition
kubectl describe apiservice "$APISERVICE"

# 2. events
kubectl get events -n kube-system --sort-by=.lastTimestamp
kubectl get events -n "$NAMESPACE" --sort-by=.lastTimestamp

# 3. states and restarts of the pods
kubectl get endpointslices -n "$NAMESPACE" -l kubernetes.io/service-name="$SERVICE" -o yaml
kubectl get pods -n "$NAMESPACE" -o wide

# 4. error, failed, timeout, connection refused, rate limit in the logs
kubectl logs -n "$NAMESPACE" "service/$SERVICE" --since=1h | grep -iE 'error|failed|timeout|connection refused|rate limit'

# 5. what a client sees, and how long it takes
time kubectl get --raw "/apis/$GROUP/$VERSION"

# 6. the Service and its port
kubectl get service -n "$NAMESPACE" "$SERVICE" -o yaml

# 7. network policies
kubectl get networkpolicies -n "$NAMESPACE" -o yaml`),
    heading('Remedy'),
    steps([
      'Give the exporter the right that the status page names as missing, and wait a minute.',
      'Look at what changed in the hour before: `aggregated_api_last_change_timestamp_seconds`, rollouts, nodes, control plane, certificates, network policies.',
      'When the same failure comes back, compare its times: the pattern (`aggregated_api_failure_pattern`) tells chance from schedule.',
      'Add the error lines that no signature knows to the signatures: see docs/signatures.md.',
    ]),
    heading('Verify'),
    shell('kubectl get apiservice "$APISERVICE"'),
    paragraph('It worked when: AVAILABLE is True, and the status page shows no diagnosis for the API.'),
    heading('Confused with'),
    list(['An API that has failed for less than two minutes: its cause is often named after the next scrape.']),
  ],
};
