//go:build tools

// Package tools pins the command that the end-to-end suite builds.
package tools

import _ "sigs.k8s.io/metrics-server/cmd/metrics-server"
