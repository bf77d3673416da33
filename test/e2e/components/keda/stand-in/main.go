// Command stand-in answers in the place of keda-operator: it speaks KEDA's metrics service over the same mutual TLS, knows one
// ScaledObject, and says what pkg/scaling/scale_handler.go of v2.21.0 says when a metric can not be had.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"net"
	"time"

	"google.golang.org/grpc"

	"github.com/kedacore/keda/v2/pkg/metricsservice/api"
	"github.com/kedacore/keda/v2/pkg/metricsservice/utils"
)

const (
	scaledObject = "ferry"
	metric       = "s0-tide-level"
)

type service struct {
	api.UnimplementedMetricsServiceServer
	// What the system that the trigger asks does: answers, fails or hangs.
	source string
}

func (s *service) GetMetrics(ctx context.Context, in *api.ScaledObjectRef) (*api.ExternalMetricValueList, error) {
	if in.Name != scaledObject {
		return nil, fmt.Errorf("error when getting metric values error getting scalers ScaledObject.keda.sh %q not found", in.Name)
	}
	if in.MetricName != metric {
		return nil, fmt.Errorf("error when getting metric values no matching metrics found for %s", in.MetricName)
	}
	switch s.source {
	case "fails":
		return nil, fmt.Errorf("error when getting metric values metric:%s encountered error", in.MetricName)
	case "hangs":
		<-ctx.Done()
		return nil, ctx.Err()
	}
	return &api.ExternalMetricValueList{Items: []*api.ExternalMetricValue{{
		MetricName: metric,
		Timestamp:  &api.Time{Seconds: time.Now().Unix()},
		Value:      &api.Quantity{String_: "3"},
	}}}, nil
}

func main() {
	address := flag.String("address", ":9666", "where it listens")
	certDir := flag.String("cert-dir", "/certs", "folder with ca.crt, tls.crt and tls.key")
	source := flag.String("source", "answers", "what the system behind its trigger does: answers, fails or hangs")
	flag.Parse()

	credentials, err := utils.LoadGrpcTLSCredentials(context.Background(), *certDir, true)
	if err != nil {
		log.Fatal(err)
	}
	listener, err := net.Listen("tcp", *address)
	if err != nil {
		log.Fatal(err)
	}
	server := grpc.NewServer(grpc.Creds(credentials))
	api.RegisterMetricsServiceServer(server, &service{source: *source})
	log.Print("serving")
	log.Fatal(server.Serve(listener))
}
