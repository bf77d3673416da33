package main

import "strings"

// source is one module that a program is built from, and the folders of it that are read, with all below them.
type source struct {
	// The file that it goes into: one per program.
	program, module string
	// As the module proxy has them, oldest first.
	versions []string
	folders  []string
	// Folders that are passed by, below the ones above.
	without []string
	// Package-level tables whose texts end errors, by name.
	tables map[string]table
	// Error types whose method Error puts words before the text that they are given.
	frames map[string]string
}

// table is one of texts that end an error.
type table struct {
	// The error that they end.
	before string
	// Those that are taken; nil: all.
	keys map[string]bool
}

// The last patch release of each minor release that was out when this was written.
var kubernetes = []string{"v1.34.3", "v1.35.4", "v1.36.3", "v1.37.2"}

// staged are the same releases as the modules k8s.io/… are numbered: v1.X.Y is v0.X.Y there.
func staged() []string {
	out := make([]string, 0, len(kubernetes))
	for _, version := range kubernetes {
		out = append(out, "v0."+strings.TrimPrefix(version, "v1."))
	}
	return out
}

// The programs and libraries that a request to an aggregated API passes, and those that say why their pods do not run. A folder is read
// where what it prints reaches people who look for the cause of such a failure. Passed by is:
//   - what decodes fields of objects, flags and files of a program's own configuration, which fail before anything is asked;
//   - Windows, code for tests, and generated code;
//   - of the kubelet, the managers of CPUs, memory and devices, and its plugins: they place pods on the hardware of a node.
var sources = []source{
	// The 503 of a proxied request, and the words of the condition Available.
	{program: "kube-aggregator", module: "k8s.io/kube-aggregator", versions: staged(), folders: []string{"pkg/apiserver", "pkg/controllers"}},
	// Every aggregated API server and the kube-apiserver are built on it.
	{program: "apiserver", module: "k8s.io/apiserver", versions: staged(),
		folders: []string{"pkg/server", "pkg/endpoints", "pkg/authentication", "pkg/authorization", "pkg/util/proxy", "pkg/util/flowcontrol", "pkg/util/webhook", "pkg/admission/plugin/webhook", "pkg/storage", "plugin/pkg"},
		without: []string{"pkg/server/options", "pkg/storage/value", "plugin/pkg/audit"}},
	{program: "client-go", module: "k8s.io/client-go", versions: staged(),
		folders: []string{"rest", "transport", "discovery", "tools/cache", "tools/watch", "tools/clientcmd", "tools/leaderelection", "tools/record", "tools/events", "util/certificate", "util/cert", "util/connrotation", "util/flowcontrol", "plugin"}},
	{program: "apimachinery", module: "k8s.io/apimachinery", versions: staged(),
		folders: []string{"pkg/api/errors", "pkg/util/net", "pkg/util/proxy", "pkg/util/httpstream", "pkg/util/wait", "pkg/watch"}},
	// Where streams over SPDY and WebSockets went in 1.36.
	{program: "apimachinery", module: "k8s.io/streaming", versions: staged()[2:], folders: []string{"pkg/httpstream"}},
	// The kubelet's events and conditions, what its port 10250 answers, and the probes.
	{program: "kubelet", module: "k8s.io/kubernetes", versions: kubernetes,
		folders: []string{"pkg/kubelet", "pkg/probe", "pkg/volume/util/operationexecutor", "pkg/volume/configmap", "pkg/volume/secret", "pkg/volume/projected"},
		without: []string{"pkg/kubelet/cm", "pkg/kubelet/winstats", "pkg/kubelet/apis", "pkg/kubelet/userns", "pkg/kubelet/sysctl", "pkg/kubelet/config", "pkg/kubelet/kubeletconfig", "pkg/kubelet/pluginmanager", "pkg/kubelet/logs", "pkg/kubelet/nodeshutdown", "pkg/kubelet/metrics", "pkg/kubelet/envvars", "pkg/kubelet/util", "pkg/kubelet/checkpointmanager", "pkg/kubelet/allocation"}},
	{program: "kube-apiserver", module: "k8s.io/kubernetes", versions: kubernetes, folders: []string{"pkg/controlplane", "pkg/kubeapiserver/authenticator", "pkg/kubeapiserver/authorizer", "pkg/registry/core/service", "pkg/registry/core/pod"}},
	// The controllers that an aggregated API stops, and those whose refusal leaves its server without pods.
	{program: "kube-controller-manager", module: "k8s.io/kubernetes", versions: kubernetes,
		folders: []string{"pkg/controller/podautoscaler", "pkg/controller/namespace", "pkg/controller/garbagecollector", "pkg/controller/resourcequota", "pkg/controller/replicaset", "pkg/controller/deployment"}},
	{program: "metrics-server", module: "sigs.k8s.io/metrics-server", versions: []string{"v0.8.0", "v0.9.0"}, folders: []string{"cmd", "pkg"}},
	{program: "custom-metrics-apiserver", module: "sigs.k8s.io/custom-metrics-apiserver", versions: []string{"v1.36.0", "v1.37.0"}, folders: []string{"pkg"}},
	{program: "keda-adapter", module: "github.com/kedacore/keda/v2", versions: []string{"v2.16.1", "v2.21.0"}, folders: []string{"cmd/adapter", "pkg/provider", "pkg/metricsservice", "pkg/k8s"}},
	{program: "etcd", module: "go.etcd.io/etcd/server/v3", versions: []string{"v3.6.16", "v3.7.2"},
		folders: []string{"etcdserver", "embed", "storage/backend", "storage/mvcc", "storage/wal", "lease"},
		// A kube-apiserver uses neither etcd's own users nor its proxy, and members find each other without its discovery service.
		without: []string{"etcdserver/api/v2discovery", "etcdserver/api/v3discovery", "lease/leasehttp", "etcdserver/api/v3election", "etcdserver/api/v3lock"}},
	// What etcd's client is told, word for word.
	{program: "etcd", module: "go.etcd.io/etcd/api/v3", versions: []string{"v3.6.16", "v3.7.2"}, folders: []string{"v3rpc/rpctypes"}},
	{program: "etcd", module: "go.etcd.io/etcd/client/v3", versions: []string{"v3.6.16", "v3.7.2"}, folders: []string{"."}},
	// Those that the four Kubernetes releases are built with.
	{program: "grpc-go", module: "google.golang.org/grpc", versions: []string{"v1.72.1", "v1.72.2", "v1.79.3", "v1.82.1"},
		folders: []string{".", "internal/transport", "internal/resolver/dns", "balancer/pickfirst", "balancer/base", "balancer/roundrobin", "credentials", "status", "health"},
		without: []string{"credentials/alts", "credentials/jwt", "credentials/local", "credentials/google", "credentials/oauth", "credentials/tls/certprovider", "credentials/xds", "credentials/sts", "examples", "interop", "xds", "test", "benchmark", "cmd", "binarylog", "channelz", "internal/xds", "stats"}},
	{program: "http2", module: "golang.org/x/net", versions: []string{"v0.38.0", "v0.47.0", "v0.49.0", "v0.57.0"}, folders: []string{"http2", "proxy", "internal/socks"}, without: []string{"http2/h2c", "http2/h2i"}, tables: map[string]table{"errCodeName": {before: streamError}}, frames: http2Frames},
	// Go itself, as the releases are built with it. A toolchain is a module too.
	{program: "go", module: "golang.org/toolchain", versions: []string{"v0.0.1-go1.24.11.linux-amd64", "v0.0.1-go1.25.9.linux-amd64", "v0.0.1-go1.26.10.linux-amd64"},
		folders: []string{"src/net", "src/crypto/x509", "src/crypto/tls", "src/internal/poll", "src/syscall", "src/context", "src/io", "src/os/exec"},
		without: []string{"src/net/mail", "src/net/smtp", "src/net/rpc", "src/net/textproto", "src/net/netip", "src/net/http/cgi", "src/net/http/fcgi", "src/net/http/cookiejar", "src/net/http/httptest", "src/net/http/pprof", "src/net/http/httptrace", "src/net/internal", "src/crypto/x509/internal", "src/crypto/tls/internal", "src/io/fs"},
		tables: map[string]table{
			// An errno reaches people as net.OpError around os.SyscallError around syscall.Errno.
			"errors": {"dial tcp %v: connect: ", errnoOfSockets},
			// alert.Error puts `tls: ` before it, and net.OpError says whose it is.
			"alertText":        {before: "remote error: tls: "},
			"http2errCodeName": {before: streamError}, "errCodeName": {before: streamError}}, frames: http2Frames},
}

// http2.StreamError around http2.ErrCode.
const streamError = "stream error: stream ID %d; "

var http2Frames = map[string]string{"connError": connectionError, "http2connError": connectionError}

// http2.connError: what a frame broke.
const connectionError = "http2: connection error: PROTOCOL_ERROR: "

// The errno that Linux's manual has for sockets (socket(2), bind(2), connect(2), accept(2), send(2), recv(2)), without those that Go's runtime
// answers itself (EINTR, EAGAIN, EALREADY, EINPROGRESS) and those of a call on what is no socket of that kind (EBADF, EFAULT, EINVAL,
// ENOTSOCK, EPROTOTYPE, EISCONN), which it does not make.
var errnoOfSockets = map[string]bool{
	"1": true, "12": true, "13": true, "23": true, "24": true, "32": true, "71": true, "90": true, "93": true, "97": true, "98": true, "99": true,
	"100": true, "101": true, "102": true, "103": true, "104": true, "105": true, "107": true, "110": true, "111": true, "112": true, "113": true,
}
