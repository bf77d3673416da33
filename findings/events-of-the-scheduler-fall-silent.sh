#!/usr/bin/env bash
# An event that goes on, recorded by k8s.io/client-go/tools/events v0.36.3 (kube-scheduler: FailedScheduling; kube-proxy): the first
# time creates it, the second patches series.count to 2, and all that follow are counted in the recorder's memory only. The object is
# written again at the recorder's next half hour, or 6 to 12 minutes after the event has stopped (refreshTime and finishTime in its
# source; the script looks at ten seconds). Meanwhile its count is 2 and its
# lastObservedTime stands still, so "nothing in the last 10 minutes" is said of a pod that fails to be scheduled all the time.
# The recorder before it (tools/record: the kubelet, controllers) patches count and lastTimestamp each time, until its limit of rate.
# Guess before: both patch each time. Seen 2026-11-28, Go 1.26.
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

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes/fake"
	"k8s.io/client-go/kubernetes/scheme"
	typedcorev1 "k8s.io/client-go/kubernetes/typed/core/v1"
	"k8s.io/client-go/tools/events"
	"k8s.io/client-go/tools/record"
)

const times = 10

var pod = &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "tide-gauge-0", Namespace: "harbour", UID: "1"}}

// writes counts what reached the kube-apiserver after each of ten times.
func writes(client *fake.Clientset, record func()) (written []int) {
	for range times {
		record()
		time.Sleep(time.Second)
		written = append(written, len(client.Actions()))
	}
	return written
}

func main() {
	ctx := context.Background()
	old := fake.NewClientset()
	recording := record.NewBroadcaster()
	recording.StartRecordingToSink(&typedcorev1.EventSinkImpl{Interface: old.CoreV1().Events("")})
	kubelet := recording.NewRecorder(scheme.Scheme, corev1.EventSource{Component: "kubelet"})
	before := writes(old, func() { kubelet.Event(pod, corev1.EventTypeWarning, "Unhealthy", "Readiness probe failed") })

	young := fake.NewClientset()
	broadcaster := events.NewBroadcaster(&events.EventSinkImpl{Interface: young.EventsV1()})
	if err := broadcaster.StartRecordingToSinkWithContext(ctx); err != nil {
		panic(err)
	}
	scheduler := broadcaster.NewRecorder(scheme.Scheme, "kube-scheduler")
	after := writes(young, func() {
		scheduler.Eventf(pod, nil, corev1.EventTypeWarning, "FailedScheduling", "Scheduling", "0/3 nodes are available")
	})
	list, err := young.EventsV1().Events("harbour").List(ctx, metav1.ListOptions{})
	if err != nil || len(list.Items) != 1 || list.Items[0].Series == nil {
		panic(fmt.Sprint(list, err))
	}
	series := list.Items[0].Series
	fmt.Printf("writes after each of %d times:\n  tools/record %v\n  tools/events %v\nits series: count %d, last observed %v ago\n",
		times, before, after, series.Count, time.Since(series.LastObservedTime.Time).Round(time.Second))
	if before[times-1] != times || after[times-1] != 2 || series.Count != 2 {
		fmt.Println("it is different now")
		os.Exit(1)
	}
}
GO
cat >go.mod <<'MOD'
module finding

go 1.26.0

require k8s.io/client-go v0.36.3
MOD
go mod tidy >/dev/null 2>&1
go run . 2>/dev/null
