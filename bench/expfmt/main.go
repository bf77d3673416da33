// Peers of bench/exposition.ts: how long Prometheus's own Go packages take for the same work.
//
//	expfmt parse FILE TIMES   milliseconds of CPU for each parse of a whole exposition: of the process, of the thread
//	expfmt serve SERIES       serves SERIES gauges at /metrics, 5 % of them updated each second; prints the port
package main

import (
	"bytes"
	"fmt"
	"math/rand"
	"net"
	"net/http"
	"os"
	"runtime"
	"strconv"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

func main() {
	if len(os.Args) < 3 {
		fail(fmt.Errorf("usage: expfmt parse FILE TIMES | expfmt serve SERIES"))
	}
	switch os.Args[1] {
	case "parse":
		parse(os.Args[2], number(os.Args[3]))
	case "serve":
		serve(number(os.Args[2]))
	default:
		fail(fmt.Errorf("%s is neither parse nor serve", os.Args[1]))
	}
}

func parse(file string, times int) {
	text, err := os.ReadFile(file)
	fail(err)
	runtime.LockOSThread()
	for range times {
		process, thread := cpu(syscall.RUSAGE_SELF), cpu(rusageThread)
		parser := expfmt.NewTextParser(model.LegacyValidation)
		families, err := parser.TextToMetricFamilies(bytes.NewReader(text))
		fail(err)
		if len(families) == 0 {
			fail(fmt.Errorf("%s holds no families", file))
		}
		fmt.Println(milliseconds(cpu(syscall.RUSAGE_SELF)-process), milliseconds(cpu(rusageThread)-thread))
	}
}

func serve(series int) {
	registry := prometheus.NewRegistry()
	var gauges []prometheus.Gauge
	for family := 0; len(gauges) < series; family++ {
		vector := prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: fmt.Sprintf("aggregated_api_family_%d", family), Help: "A family of the bench.",
		}, []string{"apiservice", "vantage", "request", "reason"})
		registry.MustRegister(vector)
		for i := 0; i < 500 && len(gauges) < series; i++ {
			gauges = append(gauges, vector.WithLabelValues(fmt.Sprintf("v1.api%d.example.com", i), "aggregator", "discovery", "connection_refused"))
		}
	}
	for _, gauge := range gauges {
		gauge.Set(rand.Float64())
	}
	go func() {
		for range time.Tick(time.Second) {
			for range len(gauges) / 20 {
				gauges[rand.Intn(len(gauges))].Set(rand.Float64())
			}
		}
	}()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	fail(err)
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	fail(http.Serve(listener, promhttp.HandlerFor(registry, promhttp.HandlerOpts{})))
}

// rusageThread is RUSAGE_THREAD of Linux, which package syscall does not name.
const rusageThread = 1

func cpu(who int) time.Duration {
	var usage syscall.Rusage
	fail(syscall.Getrusage(who, &usage))
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

func milliseconds(duration time.Duration) float64 {
	return float64(duration) / float64(time.Millisecond)
}

func number(text string) int {
	value, err := strconv.Atoi(text)
	fail(err)
	return value
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
