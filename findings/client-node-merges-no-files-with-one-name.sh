#!/usr/bin/env bash
# KUBECONFIG=one:two, where both files have a cluster, a user and a context of the same name (every kubeadm cluster's are called
# alike): k8s.io/client-go v0.36.3 takes the first of each whole and says nothing; @kubernetes/client-node 1.4.0 throws
# `Duplicate cluster: …`, so a program on it does not start where kubectl works.
# Guess before: the first wins in both, it is the documented rule. Seen 2026-11-28, Node 20.20, Go 1.26.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

kubeconfig() {
  cat <<CONFIG
apiVersion: v1
kind: Config
clusters: [{name: kubernetes, cluster: {server: "https://$1.example:6443"}}]
contexts: [{name: pilot@kubernetes, context: {cluster: kubernetes, user: pilot}}]
current-context: pilot@kubernetes
users: [{name: pilot, user: {token: $1}}]
CONFIG
}
kubeconfig one >one
kubeconfig two >two
export KUBECONFIG=$folder/one:$folder/two

npm init -y >/dev/null
npm install --silent --no-audit --no-fund @kubernetes/client-node@1.4.0
node=$(node --input-type=module -e "
import { KubeConfig } from '@kubernetes/client-node';
const config = new KubeConfig();
try {
  config.loadFromDefault();
  console.log(config.getCurrentCluster().server, config.getCurrentUser().token);
} catch (error) {
  console.log(error.message);
}")

mkdir go && cd go
cat >main.go <<'GO'
package main

import (
	"fmt"

	"k8s.io/client-go/tools/clientcmd"
)

func main() {
	config, err := clientcmd.NewNonInteractiveDeferredLoadingClientConfig(clientcmd.NewDefaultClientConfigLoadingRules(), nil).ClientConfig()
	if err != nil {
		panic(err)
	}
	fmt.Println(config.Host, config.BearerToken)
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
[ "$node" = 'Duplicate cluster: kubernetes' ] && [ "$client_go" = 'https://one.example:6443 one' ]
