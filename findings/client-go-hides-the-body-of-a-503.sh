#!/usr/bin/env bash
# kube-apiserver's aggregator writes why a backend cannot be reached as plain text: "error trying to reach service: dial tcp …".
# The error of client-go v0.36.2 prints none of it: "the server is currently unable to handle the request". The text is only in
# Status.details.causes, and so `kubectl get --raw` shows it only with -v=8 (seen with kubectl 1.32.4 and kube-apiserver 1.36, 2026-11-28).
# Fails when the error's words hold the body, or the causes no longer do.
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
	"net/http"
	"net/http/httptest"
	"os"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
)

const why = "error trying to reach service: dial tcp 10.1.0.5:8443: connect: connection refused"

func main() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { http.Error(w, why, http.StatusServiceUnavailable) }))
	defer server.Close()
	client, err := rest.UnversionedRESTClientFor(&rest.Config{Host: server.URL, ContentConfig: rest.ContentConfig{
		GroupVersion: &schema.GroupVersion{}, NegotiatedSerializer: scheme.Codecs.WithoutConversion()}})
	if err != nil {
		panic(err)
	}
	_, err = client.Get().RequestURI("/apis/tides.example.com/v1").DoRaw(context.Background())
	var status *apierrors.StatusError
	if !errors.As(err, &status) {
		panic(fmt.Sprintf("no StatusError: %v", err))
	}
	fmt.Printf("error:  %v\ncauses: %v\n", err, status.Status().Details.Causes)
	if strings.Contains(err.Error(), "dial tcp") || !strings.Contains(fmt.Sprint(status.Status().Details.Causes), why) {
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
go run .
