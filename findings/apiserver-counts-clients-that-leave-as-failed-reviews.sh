#!/usr/bin/env bash
# An aggregated API server on k8s.io/apiserver v0.36.3 asks the kube-apiserver with a SubjectAccessReview what a client may do. When
# the client gives up meanwhile, the review ends with it, and apiserver_delegated_authz_request_total counts code="<error>", the same
# as for a kube-apiserver that cannot be reached; the log says "Failed to make webhook authorizer request". One impatient client
# looks like a broken delegation. A new client's TokenReview (apiserver_delegated_authn_request_total) does not end with it.
# Guess before: the review goes on for the cache, as TokenReviews do, and is counted as 201. Seen 2026-11-28, Go 1.26.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat >main.go <<'GO'
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"time"

	"k8s.io/apiserver/pkg/authentication/authenticatorfactory"
	"k8s.io/apiserver/pkg/authentication/user"
	"k8s.io/apiserver/pkg/authorization/authorizer"
	"k8s.io/apiserver/pkg/authorization/authorizerfactory"
	"k8s.io/apiserver/pkg/server/options"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/component-base/metrics/legacyregistry"
)

// codes gives what a counter has counted, by code.
func codes(name string) string {
	families, err := legacyregistry.DefaultGatherer.Gather()
	if err != nil {
		panic(err)
	}
	var list []string
	for _, family := range families {
		if family.GetName() == name {
			for _, metric := range family.GetMetric() {
				list = append(list, fmt.Sprintf("%s: %v", metric.GetLabel()[0].GetValue(), metric.GetCounter().GetValue()))
			}
		}
	}
	return strings.Join(list, ", ")
}

// reviewer is a kube-apiserver that takes its time and allows everything.
func reviewer(w http.ResponseWriter, r *http.Request) {
	var review map[string]any
	if err := json.NewDecoder(r.Body).Decode(&review); err != nil {
		return
	}
	time.Sleep(time.Second)
	review["status"] = map[string]any{"allowed": true, "authenticated": true, "user": map[string]any{"username": "fisher"}}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusCreated)
	_ = json.NewEncoder(w).Encode(review)
}

func main() {
	server := httptest.NewServer(http.HandlerFunc(reviewer))
	client := kubernetes.NewForConfigOrDie(&rest.Config{Host: server.URL, ContentConfig: rest.ContentConfig{ContentType: "application/json"}})
	backoff := options.DefaultAuthWebhookRetryBackoff()
	authz, err := authorizerfactory.DelegatingAuthorizerConfig{SubjectAccessReviewClient: client.AuthorizationV1(),
		AllowCacheTTL: time.Minute, DenyCacheTTL: time.Minute, WebhookRetryBackoff: backoff}.New()
	if err != nil {
		panic(err)
	}
	authn, _, err := authenticatorfactory.DelegatingAuthenticatorConfig{TokenAccessReviewClient: client.AuthenticationV1(),
		TokenAccessReviewTimeout: 10 * time.Second, CacheTTL: time.Minute, WebhookRetryBackoff: backoff}.New()
	if err != nil {
		panic(err)
	}

	patience := func() context.Context {
		ctx, leave := context.WithCancel(context.Background())
		time.AfterFunc(300*time.Millisecond, leave)
		return ctx
	}
	_, _, _ = authz.Authorize(patience(), authorizer.AttributesRecord{User: &user.DefaultInfo{Name: "fisher"}, Verb: "list",
		APIGroup: "tides.example.com", APIVersion: "v1", Resource: "gauges", ResourceRequest: true})
	request := httptest.NewRequestWithContext(patience(), http.MethodGet, "/", nil)
	request.Header.Set("Authorization", "Bearer abc")
	_, _, _ = authn.AuthenticateRequest(request)
	time.Sleep(2 * time.Second)

	reviews, tokens := codes("apiserver_delegated_authz_request_total"), codes("apiserver_delegated_authn_request_total")
	fmt.Printf("SubjectAccessReview of a client that left: %s\nTokenReview of a client that left: %s\n", reviews, tokens)
	if reviews != "<error>: 1" || tokens != "201: 1" {
		fmt.Println("it is different now")
		os.Exit(1)
	}
}
GO
cat >go.mod <<'MOD'
module finding

go 1.26.0

require k8s.io/apiserver v0.36.3
MOD
go mod tidy >/dev/null 2>&1
go run . 2>/dev/null
