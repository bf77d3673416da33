#!/usr/bin/env bash
# Priority and fairness of k8s.io/apiserver v0.36.3, read by its metrics:
#   - apiserver_flowcontrol_current_executing_seats has the seats of the level `exempt` too, whose nominal limit is 0 and which nothing
#     holds back: 50 requests of system:masters are 50 executing seats of 10 nominal ones. "Sum of executing over sum of nominal", as
#     dashboards have it, says 500 % of a server that limits nobody.
#   - apiserver_flowcontrol_rejected_requests_total counts a request whose client gives up while it waits in a queue, as
#     reason="time-out": nobody rejected it, and no 429 was sent.
# Guess before: a client that leaves is not a rejection, since HELP says "Number of requests rejected". That exempt requests are seated was
# guessed, and this program had relied on the contrary. Seen 2026-11-28, Go 1.26.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat >main.go <<'GO'
package main

import (
	"context"
	"fmt"
	"os"
	"time"

	flowcontrolv1 "k8s.io/api/flowcontrol/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apiserver/pkg/apis/flowcontrol/bootstrap"
	"k8s.io/apiserver/pkg/authentication/user"
	"k8s.io/apiserver/pkg/endpoints/request"
	"k8s.io/apiserver/pkg/util/flowcontrol"
	"k8s.io/apiserver/pkg/util/flowcontrol/metrics"
	fcrequest "k8s.io/apiserver/pkg/util/flowcontrol/request"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes/fake"
	"k8s.io/component-base/metrics/legacyregistry"
)

const seats = 10

// values gives the sum of a family, and of its series with this reason.
func values(name, reason string) (sum, ofReason float64) {
	families, err := legacyregistry.DefaultGatherer.Gather()
	if err != nil {
		panic(err)
	}
	for _, family := range families {
		if family.GetName() != "apiserver_flowcontrol_"+name {
			continue
		}
		for _, metric := range family.GetMetric() {
			value := metric.GetGauge().GetValue() + metric.GetCounter().GetValue()
			sum += value
			for _, label := range metric.GetLabel() {
				if label.GetName() == "reason" && label.GetValue() == reason {
					ofReason += value
				}
			}
		}
	}
	return sum, ofReason
}

func start(ctx context.Context) flowcontrol.Interface {
	objects := fake.NewClientset()
	for _, level := range []*flowcontrolv1.PriorityLevelConfiguration{bootstrap.MandatoryPriorityLevelConfigurationExempt,
		bootstrap.MandatoryPriorityLevelConfigurationCatchAll, bootstrap.SuggestedPriorityLevelConfigurationGlobalDefault} {
		if _, err := objects.FlowcontrolV1().PriorityLevelConfigurations().Create(ctx, level, metav1.CreateOptions{}); err != nil {
			panic(err)
		}
	}
	for _, schema := range []*flowcontrolv1.FlowSchema{bootstrap.MandatoryFlowSchemaExempt, bootstrap.MandatoryFlowSchemaCatchAll,
		bootstrap.SuggestedFlowSchemaGlobalDefault} {
		if _, err := objects.FlowcontrolV1().FlowSchemas().Create(ctx, schema, metav1.CreateOptions{}); err != nil {
			panic(err)
		}
	}
	factory := informers.NewSharedInformerFactory(objects, 0)
	controller := flowcontrol.New(factory, objects.FlowcontrolV1(), seats)
	factory.Start(ctx.Done())
	factory.WaitForCacheSync(ctx.Done())
	go controller.Run(ctx.Done())
	until(func() bool { sum, _ := values("nominal_limit_seats", ""); return sum == seats })
	return controller
}

func until(reached func() bool) {
	for end := time.Now().Add(20 * time.Second); !reached(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			fmt.Println("it is different now")
			os.Exit(1)
		}
	}
}

func main() {
	metrics.Register()
	ctx := context.Background()
	controller := start(ctx)
	release := make(chan struct{})
	ask := func(ctx context.Context, name string, groups ...string) {
		digest := flowcontrol.RequestDigest{
			RequestInfo: &request.RequestInfo{IsResourceRequest: true, Verb: "list", APIGroup: "tides.example.com", APIVersion: "v1", Resource: "gauges"},
			User:        &user.DefaultInfo{Name: name, Groups: append(groups, user.AllAuthenticated)},
		}
		go controller.Handle(ctx, digest, func(*flowcontrolv1.FlowSchema, *flowcontrolv1.PriorityLevelConfiguration, string) {},
			func() fcrequest.WorkEstimate { return fcrequest.WorkEstimate{InitialSeats: 1} }, func(bool) {}, func() { <-release })
	}

	for range 50 {
		ask(ctx, "harbourmaster", user.SystemPrivilegedGroup)
	}
	until(func() bool { sum, _ := values("current_executing_seats", ""); return sum == 50 })
	nominal, _ := values("nominal_limit_seats", "")
	fmt.Printf("50 requests of system:masters: 50 executing seats of %v nominal ones\n", nominal)

	waiting, leave := context.WithCancel(ctx)
	for range 30 {
		ask(ctx, "fisher")
	}
	until(func() bool { sum, _ := values("current_inqueue_requests", ""); return sum >= 20 })
	inQueue, _ := values("current_inqueue_requests", "")
	ask(waiting, "fisher")
	until(func() bool { sum, _ := values("current_inqueue_requests", ""); return sum == inQueue+1 })
	before, _ := values("rejected_requests_total", "time-out")
	leave()
	until(func() bool { _, ofReason := values("rejected_requests_total", "time-out"); return ofReason == 1 })
	after, _ := values("rejected_requests_total", "time-out")
	fmt.Printf("one client leaves a queue: rejected_requests_total goes from %v to %v, reason=\"time-out\"\n", before, after)
}
GO
cat >go.mod <<'MOD'
module finding

go 1.26.0

require k8s.io/apiserver v0.36.3
MOD
go mod tidy >/dev/null 2>&1
go run . 2>/dev/null
