//go:build tools

// Package tools pins the command that the end-to-end suite builds.
package tools

import _ "github.com/kedacore/keda/v2/cmd/adapter"
