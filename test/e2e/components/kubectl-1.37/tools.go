//go:build tools

// Package kubectl pins the client of a newer version that the suite of clients runs.
package kubectl

import _ "k8s.io/kubernetes/cmd/kubectl"
