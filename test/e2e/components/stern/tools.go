//go:build tools

// Package stern pins the client that follows the logs of pods.
package stern

import _ "github.com/stern/stern"
