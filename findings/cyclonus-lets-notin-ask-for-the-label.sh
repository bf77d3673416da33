#!/usr/bin/env bash
# cyclonus 0.5.6 lets a selector with NotIn not match what has no such label at all. Kubernetes lets it match: the documentation of set-based
# requirements ("tier notin (frontend, backend)" selects resources with no label `tier` too), and apimachinery's labels.Requirement, which
# API servers and CNIs use. A policy whose podSelector is such is taken for one that isolates nothing. Seen 2026-11-29, Go 1.26.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat >main.go <<'GO'
package main

import (
	"fmt"

	"github.com/mattfenwick/cyclonus/pkg/kube"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
)

func main() {
	selector := metav1.LabelSelector{MatchExpressions: []metav1.LabelSelectorRequirement{
		{Key: "tier", Operator: metav1.LabelSelectorOpNotIn, Values: []string{"frontend"}},
	}}
	own := map[string]string{"app": "tide-gauge"}
	parsed, err := metav1.LabelSelectorAsSelector(&selector)
	if err != nil {
		panic(err)
	}
	fmt.Println(parsed.Matches(labels.Set(own)), kube.IsLabelsMatchLabelSelector(own, selector))
}
GO
go mod init finding >/dev/null 2>&1
go get github.com/mattfenwick/cyclonus@v0.5.6 >/dev/null 2>&1
go mod tidy >/dev/null 2>&1
seen=$(go run .)
echo "notin without the label: apimachinery, cyclonus 0.5.6: $seen"
[ "$seen" = 'true false' ]
