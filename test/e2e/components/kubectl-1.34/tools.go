//go:build tools

// Package kubectl pins the client of a older version that the suite of clients runs.
package kubectl

import _ "k8s.io/kubernetes/cmd/kubectl"
