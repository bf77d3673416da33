#!/usr/bin/env bash
# @kubernetes/client-node 1.4.0 impersonates the user of a kubeconfig and forgets the rest: of `as`, `as-uid`, `as-groups` and
# `as-user-extra` it sends Impersonate-User alone. k8s.io/client-go v0.36.3 sends all four for the same file. So a program on this
# library asks as another person than kubectl does: one in no group, who is forbidden what the group may. Nothing tells.
# Guess before: all four are sent, `as` alone is rarely of use. Seen 2026-11-28, Node 20.20, Go 1.26.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >config.yaml <<'CONFIG'
apiVersion: v1
kind: Config
clusters: [{name: harbour, cluster: {server: "https://127.0.0.1:6443", insecure-skip-tls-verify: true}}]
contexts: [{name: harbour, context: {cluster: harbour, user: pilot}}]
current-context: harbour
users: [{name: pilot, user: {token: abc, as: fisher, as-uid: "7", as-groups: [boats, crew], as-user-extra: {port: [north]}}}]
CONFIG

npm init -y >/dev/null
npm install --silent --no-audit --no-fund @kubernetes/client-node@1.4.0
node=$(node --input-type=module -e "
import { KubeConfig } from '@kubernetes/client-node';
const config = new KubeConfig();
config.loadFromFile('config.yaml');
const options = { headers: {} };
await config.applyToHTTPSOptions(options);
console.log(Object.keys(options.headers).filter((name) => name.startsWith('Impersonate')).sort().join(' '));")

mkdir go && cd go
cat >main.go <<'GO'
package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"sort"
	"strings"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

func main() {
	var names []string
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		for name := range r.Header {
			if strings.HasPrefix(name, "Impersonate") {
				names = append(names, name)
			}
		}
	}))
	defer server.Close()
	config, err := clientcmd.BuildConfigFromFlags("", "../config.yaml")
	if err != nil {
		panic(err)
	}
	config.Host, config.TLSClientConfig = server.URL, rest.TLSClientConfig{}
	client, err := rest.HTTPClientFor(config)
	if err != nil {
		panic(err)
	}
	if _, err := client.Get(server.URL); err != nil {
		panic(err)
	}
	sort.Strings(names)
	fmt.Println(strings.Join(names, " "))
}
GO
cat >go.mod <<'MOD'
module finding

go 1.26.0

require k8s.io/client-go v0.36.3
MOD
go mod tidy >/dev/null 2>&1
client_go=$(go run .)

echo "@kubernetes/client-node 1.4.0: $node"
echo "k8s.io/client-go v0.36.3:      $client_go"
[ "$node" = 'Impersonate-User' ] && [ "$client_go" = 'Impersonate-Extra-Port Impersonate-Group Impersonate-Uid Impersonate-User' ]
