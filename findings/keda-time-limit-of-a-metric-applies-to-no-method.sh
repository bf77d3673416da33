#!/usr/bin/env bash
# KEDA's metrics adapter (kedacore/keda v2.21.0: pkg/metricsservice/client.go) gives its gRPC client a service config with a time-out of
# 3 s, waitForReady and retries. Its methodConfig has no "name", and grpc-go (v1.84.0: service_config.go) passes such an entry by without
# a word: nothing of it is ever applied. So a request for a metric that keda-operator does not answer ends when its client gives up, and
# not after 3 s. Seen by asking a server that never answers, with a deadline of 6 s: with the literal of that file, and with one that
# has a name. Guess before: both end after 3 s. Seen 2026-11-29, Go 1.26.
set -euo pipefail
folder=$(mktemp -d)
trap 'chmod -R u+w "$folder"; rm -rf "$folder"' EXIT
cd "$folder"
printf 'module finding\n' >go.mod
go get google.golang.org/grpc@v1.84.0 2>/dev/null
keda=$(go mod download -json github.com/kedacore/keda/v2@v2.21.0 | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p')
sed -n '/defaultConfig := `{/,/}`/p' "$keda/pkg/metricsservice/client.go" | sed 's/.*`{/{/; s/`$//' >keda.json
echo '{"methodConfig": [{"name": [{}], "timeout": "3s", "waitForReady": true}]}' >named.json
grep -q '"timeout": "3s"' keda.json

cat >main.go <<'GO'
package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	health "google.golang.org/grpc/health/grpc_health_v1"
)

type silent struct {
	health.UnimplementedHealthServer
}

func (silent) Check(ctx context.Context, _ *health.HealthCheckRequest) (*health.HealthCheckResponse, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	server := grpc.NewServer()
	health.RegisterHealthServer(server, silent{})
	go server.Serve(listener)
	for _, file := range os.Args[1:] {
		config, err := os.ReadFile(file)
		if err != nil {
			panic(err)
		}
		client, err := grpc.NewClient(listener.Addr().String(),
			grpc.WithTransportCredentials(insecure.NewCredentials()), grpc.WithDefaultServiceConfig(string(config)))
		if err != nil {
			panic(err)
		}
		ctx, cancel := context.WithTimeout(context.Background(), 6*time.Second)
		begun := time.Now()
		_, err = health.NewHealthClient(client).Check(ctx, &health.HealthCheckRequest{})
		cancel()
		fmt.Printf("%s: %v after %.0f s\n", file, err, time.Since(begun).Seconds())
	}
}
GO
GOFLAGS=-mod=mod go build -o ask . 2>/dev/null
./ask keda.json named.json | tee seen
grep -q '^keda.json: .*DeadlineExceeded.* after [678] s$' seen
grep -q '^named.json: .*DeadlineExceeded.* after [345] s$' seen
