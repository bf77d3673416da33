// Asks cyclonus (github.com/mattfenwick/cyclonus), an evaluator of NetworkPolicies written in Go, what our own is asked: a world of
// policies and connections a line on standard input as JSON, a line of answers on standard output.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"

	"github.com/mattfenwick/cyclonus/pkg/matcher"
	v1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
)

type end struct {
	Address         string            `json:"address"`
	Namespace       string            `json:"namespace"`
	Labels          map[string]string `json:"labels"`
	NamespaceLabels map[string]string `json:"namespaceLabels"`
}

type connection struct {
	Direction   string      `json:"direction"`
	Source      end         `json:"source"`
	Destination end         `json:"destination"`
	Port        int         `json:"port"`
	PortName    string      `json:"portName"`
	Protocol    v1.Protocol `json:"protocol"`
}

type world struct {
	Policies    []*networkingv1.NetworkPolicy `json:"policies"`
	Connections []connection                  `json:"connections"`
}

// Without a namespace it is outside of the cluster.
func peer(from end) *matcher.TrafficPeer {
	if from.Namespace == "" {
		return &matcher.TrafficPeer{IP: from.Address}
	}
	return &matcher.TrafficPeer{
		IP:       from.Address,
		Internal: &matcher.InternalPeer{PodLabels: from.Labels, NamespaceLabels: from.NamespaceLabels, Namespace: from.Namespace},
	}
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		var asked world
		if err := json.Unmarshal(lines.Bytes(), &asked); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		policies := matcher.BuildNetworkPolicies(false, asked.Policies)
		answers := make([]bool, len(asked.Connections))
		for i, c := range asked.Connections {
			traffic := &matcher.Traffic{
				Source:           peer(c.Source),
				Destination:      peer(c.Destination),
				ResolvedPort:     c.Port,
				ResolvedPortName: c.PortName,
				Protocol:         c.Protocol,
			}
			answers[i] = policies.IsIngressOrEgressAllowed(traffic, c.Direction == "ingress").IsAllowed()
		}
		line, _ := json.Marshal(answers)
		fmt.Println(string(line))
	}
}
