//go:build tools

// Package kubernetes pins the commands that the end-to-end suite builds.
package kubernetes

import (
	_ "k8s.io/kubernetes/cmd/kube-apiserver"
	_ "k8s.io/kubernetes/cmd/kube-controller-manager"
	_ "k8s.io/sample-apiserver"
)
