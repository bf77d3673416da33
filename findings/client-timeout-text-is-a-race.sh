#!/usr/bin/env bash
# What a timed-out check of kube-apiserver's aggregator says is decided by a race, not by where it waited.
#
# The availability controller (k8s.io/kube-aggregator v0.36.3, pkg/controllers/status/remote) asks with an http.Client of Timeout 5 s
# over a transport of k8s.io/client-go. net/http does not know that wrapped transport, so it arms two timers for the same moment: the
# deadline of the context and a timer that closes Request.Cancel. Whichever is seen first writes the error:
#   context deadline exceeded
#   context deadline exceeded (Client.Timeout exceeded while awaiting headers)
#   net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)   no connection came
#   net/http: request canceled (Client.Timeout exceeded while awaiting headers)                                it had a connection
# The first two are printed in both situations: "while awaiting headers" is said of a connection that was never made.
# Seen with Go 1.26.8 and k8s.io/client-go v0.36.2, 2026-11-28. Fails when one of the two situations makes another set of texts.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
cat >main.go <<'GO'
package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"sort"
	"sync"
	"time"

	"k8s.io/client-go/transport"
)

const rounds, tries = 5, 400

// texts asks many times and gives the set of errors.
func texts(target string, dial func(ctx context.Context, network, address string) (net.Conn, error)) []string {
	var mutex sync.Mutex
	seen := map[string]int{}
	var group sync.WaitGroup
	for i := range rounds * tries {
		if i%tries == 0 {
			group.Wait()
		}
		group.Go(func() {
			// As the aggregator makes one; an authentication wrapper is what net/http does not know.
			rt, err := transport.New(&transport.Config{Username: "fisher", Password: "tide", DialHolder: &transport.DialHolder{Dial: dial}})
			if err != nil {
				panic(err)
			}
			_, err = (&http.Client{Transport: rt, Timeout: 300 * time.Millisecond}).Get(target)
			var wrapped *url.Error
			if errors.As(err, &wrapped) {
				err = wrapped.Err
			}
			mutex.Lock()
			seen[fmt.Sprint(err)]++
			mutex.Unlock()
		})
	}
	group.Wait()
	var list []string
	for text, count := range seen {
		fmt.Printf("  %4d  %s\n", count, text)
		list = append(list, text)
	}
	sort.Strings(list)
	return list
}

func main() {
	hang := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-hang }))
	fmt.Println("no connection comes:")
	never := func(ctx context.Context, _, _ string) (net.Conn, error) { <-ctx.Done(); return nil, ctx.Err() }
	dropped := texts("http://192.0.2.1:443/", never)
	fmt.Println("a connection stands, and no answer comes:")
	silent := texts(server.URL, (&net.Dialer{}).DialContext)
	const ambiguous = "context deadline exceeded (Client.Timeout exceeded while awaiting headers)"
	const noConnection = "net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)"
	const hadConnection = "net/http: request canceled (Client.Timeout exceeded while awaiting headers)"
	has := func(list []string, text string) bool { i := sort.SearchStrings(list, text); return i < len(list) && list[i] == text }
	if !has(dropped, ambiguous) || !has(silent, ambiguous) || !has(dropped, noConnection) || !has(silent, hadConnection) ||
		has(dropped, hadConnection) || has(silent, noConnection) {
		fmt.Println("it is different now")
		os.Exit(1)
	}
}
GO
cat >go.mod <<'MOD'
module finding

go 1.26.0

require k8s.io/client-go v0.36.2
MOD
go mod tidy >/dev/null 2>&1
go version
go run .
