//go:build tools

// Package tools pins the command that the end-to-end suite builds.
package tools

import _ "helm.sh/helm/v4/cmd/helm"
