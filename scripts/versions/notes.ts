/** What no recording holds: how it was made, and what was seen beside it. */
export const BY_HAND = {
  introduction: `Ten faults on each version by one command: \`npm run e2e:versions\`, or \`E2E_KUBERNETES=1.34 npm run e2e:versions\` for one;
\`E2E_ETCD=3.7\` puts the other etcd below. The aggregated servers are the same on all: what differs is the doing of the control plane. A run of
all ten writes its recording to scripts/versions/recorded, and \`npm run docs\` this page.

All four are recorded. What the source had told of 1.35 before it was run held: the condition says what it says on 1.34, and so do the lines but for a few ([spoken-errors](../spoken-errors.md) is read from it).

What the run of 1.34 showed, and no source had told:

- sample-apiserver 0.36 with its defaults is never ready behind 1.34: its library lists MutatingAdmissionPolicies v1, which are of 1.36. It was called a failing readiness
  probe; it is \`software-defect\` now, with a remedy that names the versions. The suite switches that plugin off below 1.36.
- Where the condition stays True, the commands that were to show an expired certificate printed \`all checks passed\`: they ask for the answer first now, and for the condition where there is none.
  All ten verdicts were right before that, and the API beside is blamed for none. Here it is run again.`,
  end: `## What the source says of 1.34 and 1.35

Read in k8s.io/kube-aggregator v0.34.3, v0.35.4 and v0.36.3; between the first two nothing of this differs.

| what | 1.34, 1.35 | 1.36 |
| --- | --- | --- |
| the check of a backend's discovery | accepts any certificate: with a wrong \`caBundle\`, an expired or a misnamed certificate the condition is \`True Passed\`, and who uses the API gets 503 | verifies as the proxy does: \`False FailedDiscoveryCheck\` |
| after a check that failed | the connection is kept | idle connections are closed |
| discovery of a server that did not answer | asked again after a minute | asked again after half a second, then ever later, up to a minute |

## In the middle of an upgrade

Two kube-apiservers, 1.36.3 and 1.37.2, on one etcd (\`npm run e2e:upgrade\`). For a minute in which all is well nothing is diagnosed: that they are of two
versions is no disagreement. With the packets of the newer one to the pods dropped, \`apiservers-disagree\` names that instance for both APIs behind it,
and not the other. Run again on the day of the recording of 1.37, with the same outcome.

## For whom runs them

- kube-controller-manager 1.37 ends at its start with \`is not in the list of known controllers\` where \`--controllers\` leaves out one of those for
  clouds, which it no longer has (\`cloud-node-lifecycle-controller\`, \`service-lb-controller\`, \`node-route-controller\`); 1.36 took the same flag.`,
};
