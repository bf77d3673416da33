#!/usr/bin/env bash
# An aggregated API server on k8s.io/apiserver v0.36.3 (sample-apiserver, default options) behind a kube-apiserver v1.34.3 runs and is never
# ready: its admission plugin MutatingAdmissionPolicy is on by default and lists v1, which came with 1.36; 1.34 serves none. Its log says
# "failed to list *v1.MutatingAdmissionPolicy: the server could not find the requested resource", its /readyz names the post-start hook that waits.
# With --disable-admission-plugins=MutatingAdmissionPolicy it is ready. The version skew policy of Kubernetes has no word on servers behind.
# Guess before: an informer that finds no such resource is left out, as the plugin has nothing to do then. Seen 2026-11-29, Go 1.26.
set -euo pipefail
folder=$(mktemp -d)
started=()
trap 'for process in "${started[@]}"; do kill "$process" 2>/dev/null || true; done; wait; rm -rf "$folder"' EXIT
cd "$folder"

# module FOLDER VERSION PACKAGE…: builds programs of k8s.io/kubernetes or beside it, whose parts are modules of their own.
build() {
  local name=$1 module=$2 version=$3 package=$4
  mkdir "$name" && cd "$name"
  printf 'module example.com/%s\n\ngo 1.26.0\n' "$name" >go.mod
  if [ "$module" = k8s.io/kubernetes ]; then
    go mod download "$module@$version"
    sed -n 's/^[[:space:]]*\(k8s.io\/[a-z-]*\) v0.0.0$/\1/p' "$(go env GOMODCACHE)/cache/download/$module/@v/$version.mod" | sort -u |
      while read -r part; do echo "replace $part => $part ${version/v1./v0.}"; done >>go.mod
  fi
  printf 'package tools\n\nimport _ "%s"\n' "$package" >tools.go
  go get "$module@$version" >/dev/null 2>&1
  GOFLAGS=-mod=mod go build -trimpath -ldflags '-s -w' -o "../$name.bin" "$package"
  cd ..
}
build storage go.etcd.io/etcd/server/v3 v3.6.16 go.etcd.io/etcd/server/v3
build kube-apiserver k8s.io/kubernetes v1.34.3 k8s.io/kubernetes/cmd/kube-apiserver
build sample-apiserver k8s.io/sample-apiserver v0.36.3 k8s.io/sample-apiserver

openssl genrsa -out sa.key 2048 2>/dev/null
echo 'tide,admin,1,"system:masters"' >tokens.csv
./storage.bin --data-dir data --listen-client-urls http://127.0.0.1:32379 --advertise-client-urls http://127.0.0.1:32379 \
  --listen-peer-urls http://127.0.0.1:32380 >storage.log 2>&1 &
started+=($!)
./kube-apiserver.bin --etcd-servers=http://127.0.0.1:32379 --bind-address=127.0.0.1 --secure-port=32443 --cert-dir=certificates --token-auth-file=tokens.csv \
  --authorization-mode=RBAC --service-cluster-ip-range=10.96.0.0/24 --service-account-issuer=https://example.com \
  --service-account-key-file=sa.key --service-account-signing-key-file=sa.key >kube-apiserver.log 2>&1 &
started+=($!)
cat >kubeconfig <<'YAML'
{apiVersion: v1, kind: Config, current-context: one, contexts: [{name: one, context: {cluster: one, user: one}}], users: [{name: one, user: {token: tide}}],
 clusters: [{name: one, cluster: {server: "https://127.0.0.1:32443", insecure-skip-tls-verify: true}}]}
YAML
status() { curl -sk -o "$1.body" -w '%{http_code}' -H 'Authorization: Bearer tide' "https://127.0.0.1:$2/readyz?verbose" || true; }
for _ in $(seq 120); do [ "$(status kube-apiserver 32443)" = 200 ] && break; sleep 1; done

# serve PORT FLAG…: one sample-apiserver; its status of /readyz after a minute, or as soon as it is 200.
serve() {
  local port=$1
  shift
  ./sample-apiserver.bin --kubeconfig=kubeconfig --authentication-kubeconfig=kubeconfig --authorization-kubeconfig=kubeconfig \
    --authentication-skip-lookup --etcd-servers=http://127.0.0.1:32379 --bind-address=127.0.0.1 --secure-port="$port" --cert-dir="own-$port" "$@" >"$port.log" 2>&1 &
  started+=($!)
  for _ in $(seq 60); do
    answer=$(status "$port" "$port")
    [ "$answer" = 200 ] && break
    sleep 1
  done
}
serve 32444
waiting="$answer $(sed -n 's/^\[-\]\([^ ]*\).*/\1/p' 32444.body | sort | paste -sd, -)"
missing=$(grep -o 'failed to list \*v1.MutatingAdmissionPolicy: the server could not find the requested resource' 32444.log | sort -u)
serve 32445 --disable-admission-plugins=MutatingAdmissionPolicy
echo "by default, after a minute: $waiting"
echo "its log: $missing"
echo "without the plugin: $answer"
[ "${waiting%% *}" = 500 ] && [ -n "$missing" ] && [ "$answer" = 200 ]
