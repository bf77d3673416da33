#!/usr/bin/env bash
# kustomize v5.8.1: a configMapGenerator puts a hash behind the name of its ConfigMap, and wherever that name is referred to. A Role's
# resourceNames count as such a reference whatever kind of resource the rule is about: a rule for the Lease `tides` becomes one for the Lease
# `tides-<hash>`, which nobody has, and leader election is refused with 403. A Lease (or Secret, or Service) that has the name of a generated ConfigMap
# needs another one, or the generator `disableNameSuffixHash`.
# Guess before: only rules whose resources are `configmaps` are changed. Seen 2026-11-29, Go 1.26.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat >kustomization.yaml <<'YAML'
configMapGenerator:
  - name: tides
    literals: [height=3]
resources: [role.yaml]
YAML
cat >role.yaml <<'YAML'
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: keeper
rules:
  - apiGroups: [coordination.k8s.io]
    resources: [leases]
    resourceNames: [tides]
    verbs: [get, update]
YAML
version=v5.8.1
built=$(go run "sigs.k8s.io/kustomize/kustomize/v5@$version" build .)
echo "kustomize $version makes of resourceNames [tides] for leases:"
grep -A1 'resourceNames:' <<<"$built"
if grep -qE '^ {2}- tides-[a-z0-9]{10}$' <<<"$built"; then
  echo 'the Lease tides is no longer allowed'
else
  echo 'CHANGED: the rule is left as it was'
  exit 1
fi
