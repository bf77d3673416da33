//go:build tools

// Package kubernetes pins the commands that the end-to-end suite of this version builds.
package kubernetes

import (
	_ "k8s.io/kubernetes/cmd/kube-apiserver"
	_ "k8s.io/kubernetes/cmd/kube-controller-manager"
)
