#!/usr/bin/env bash
# A kubeconfig whose context names no user: k8s.io/client-go v0.36.3 asks as nobody and verifies with the cluster's CA.
# @kubernetes/client-node 1.4.0 drops everything of the cluster with the missing user, its CA, its TLS name and whether it is to be
# verified at all, so each request ends with a certificate that nobody signed.
# And where the cluster has both `certificate-authority` and `certificate-authority-data`, client-go refuses the file (its message
# says that the data "will override", and then it does not go on), while client-node takes the file.
# Guess before: the cluster's part does not depend on the user; of two CAs the data wins in both, as their documentation says.
# Seen 2026-11-28, Node 20.20, Go 1.26.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

echo 'the file' >ca.crt
kubeconfig() {
  cat <<CONFIG
apiVersion: v1
kind: Config
clusters: [{name: harbour, cluster: {server: "https://127.0.0.1:6443", $1certificate-authority-data: $(printf 'the data' | base64)}}]
contexts: [{name: harbour, context: {cluster: harbour$2}}]
current-context: harbour
users: [{name: pilot, user: {token: abc}}]
CONFIG
}
kubeconfig '' '' >nobody
kubeconfig 'certificate-authority: ca.crt, ' ', user: pilot' >two-cas

npm init -y >/dev/null
npm install --silent --no-audit --no-fund @kubernetes/client-node@1.4.0
cat >ca.mjs <<'NODE'
import { KubeConfig } from '@kubernetes/client-node';
const config = new KubeConfig();
config.loadFromFile(process.argv[2]);
const options = { headers: {} };
await config.applyToHTTPSOptions(options);
console.log(String(options.ca).trim());
NODE

mkdir go && cd go
cat >main.go <<'GO'
package main

import (
	"fmt"
	"os"

	"k8s.io/client-go/tools/clientcmd"
)

func main() {
	config, err := clientcmd.BuildConfigFromFlags("", os.Args[1])
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(string(config.CAData))
}
GO
cat >go.mod <<'MOD'
module finding

go 1.26.0

require k8s.io/client-go v0.36.3
MOD
go mod tidy >/dev/null 2>&1
go build -o ca .
cd ..

changed=0
expect() {
  echo "$1: $2"
  [ "$2" = "$3" ] || changed=1
}
expect 'no user, client-node 1.4.0' "$(node ca.mjs nobody)" undefined
expect 'no user, client-go v0.36.3' "$(go/ca nobody)" 'the data'
expect 'two CAs, client-node 1.4.0' "$(node ca.mjs two-cas)" 'the file'
expect 'two CAs, client-go v0.36.3' "$(go/ca two-cas)" \
  'invalid configuration: certificate-authority-data and certificate-authority are both specified for harbour. certificate-authority-data will override.'
exit "$changed"
