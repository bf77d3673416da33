#!/usr/bin/env bash
# @kubernetes/client-node 1.4.0 starts an exec credential plugin without KUBERNETES_EXEC_INFO, even where the kubeconfig says
# `provideClusterInfo: true`; client-go v0.36.3 sets it for the same kubeconfig, as the exec API (client.authentication.k8s.io/v1)
# promises. A plugin that chooses its credential by the cluster works under kubectl and fails, or gives another credential, under
# this library. Guess before: it is set, the library reads `provideClusterInfo` too. Seen 2026-11-28, Node 20.20, Go 1.26.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

# The plugin tells in its token what it was given.
cat >plugin.sh <<'PLUGIN'
#!/bin/sh
case "$KUBERNETES_EXEC_INFO" in *'"server"'*) told=cluster-told ;; ?*) told=told-without-cluster ;; *) told=nothing-told ;; esac
printf '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"%s"}}\n' "$told"
PLUGIN
chmod +x plugin.sh
kubeconfig() {
  cat <<CONFIG
apiVersion: v1
kind: Config
clusters: [{name: harbour, cluster: {server: "$1", insecure-skip-tls-verify: true}}]
contexts: [{name: harbour, context: {cluster: harbour, user: pilot}}]
current-context: harbour
users: [{name: pilot, user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: "$folder/plugin.sh", interactiveMode: Never, provideClusterInfo: true}}}]
CONFIG
}

kubeconfig https://127.0.0.1:6443 >config.yaml
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @kubernetes/client-node@1.4.0
node=$(node --input-type=module -e "
import { KubeConfig } from '@kubernetes/client-node';
const config = new KubeConfig();
config.loadFromFile('config.yaml');
const options = { headers: {} };
await config.applyToHTTPSOptions(options);
console.log(options.headers.Authorization);")

mkdir go && cd go
cat >main.go <<'GO'
package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"

	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
)

func main() {
	seen := ""
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen = r.Header.Get("Authorization")
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"gitVersion":"v1.36.3"}`)
	}))
	defer server.Close()
	text, err := os.ReadFile("../config.yaml")
	if err != nil {
		panic(err)
	}
	config, err := clientcmd.RESTConfigFromKubeConfig([]byte(strings.Replace(string(text), "https://127.0.0.1:6443", server.URL, 1)))
	if err != nil {
		panic(err)
	}
	if _, err := kubernetes.NewForConfigOrDie(config).Discovery().RESTClient().Get().AbsPath("/version").DoRaw(context.Background()); err != nil {
		panic(err)
	}
	fmt.Println(seen)
}
GO
go mod init finding >/dev/null 2>&1
go get k8s.io/client-go@v0.36.3 >/dev/null 2>&1
GOFLAGS=-mod=mod go mod tidy >/dev/null 2>&1
client_go=$(GOFLAGS=-mod=mod go run .)

echo "@kubernetes/client-node 1.4.0: $node; client-go v0.36.3: $client_go"
[ "$node" = 'Bearer nothing-told' ] && [ "$client_go" = 'Bearer cluster-told' ]
