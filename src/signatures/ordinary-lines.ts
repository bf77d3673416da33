/**
 * What the logs of Kubernetes components say when all is well. The skip search counts their byte triples to choose windows that
 * are rare in logs (src/scan): better lines make it faster, and no line can make it wrong.
 */
export const ORDINARY_LINES = `
I0105 09:00:12.482913       1 serving.go:380] Generated self-signed cert (/tmp/apiserver.crt, /tmp/apiserver.key)
I0105 09:00:12.913377       1 handler.go:286] Adding GroupVersion tides.example.com v1 to ResourceManager
I0105 09:00:13.024551       1 requestheader_controller.go:180] Starting RequestHeaderAuthRequestController
I0105 09:00:13.024598       1 shared_informer.go:349] "Waiting for caches to sync" controller="RequestHeaderAuthRequestController"
I0105 09:00:13.024644       1 configmap_cafile_content.go:205] "Starting controller" name="client-ca::kube-system::extension-apiserver-authentication::client-ca-file"
I0105 09:00:13.025412       1 dynamic_serving_content.go:135] "Starting controller" name="serving-cert::/tmp/apiserver.crt::/tmp/apiserver.key"
I0105 09:00:13.026001       1 secure_serving.go:211] Serving securely on [::]:10250
I0105 09:00:13.026113       1 tlsconfig.go:243] "Starting DynamicServingCertificateController"
I0105 09:00:13.125733       1 shared_informer.go:356] "Caches are synced" controller="RequestHeaderAuthRequestController"
I0105 09:00:28.733011       1 scraper.go:140] "Scraping node" node="node-a"
I0105 09:00:28.741120       1 scraper.go:168] "Scrape finished" duration="12.221ms" nodeCount=12 podCount=214
I0105 09:00:28.741200       1 server.go:136] "Scraping metrics" 
I0105 09:01:03.556190       1 httplog.go:134] "HTTP" verb="GET" URI="/readyz" latency="402.118µs" userAgent="kube-probe/1.36" audit-ID="6f0a3a2f-52f2-4c1c-9a3b-1f7c2d41f0aa" srcIP="10.1.0.1:41022" resp=200
I0105 09:01:03.912870       1 httplog.go:134] "HTTP" verb="LIST" URI="/apis/tides.example.com/v1/namespaces/harbour/gauges?limit=500&resourceVersion=0" latency="8.713201ms" userAgent="kube-controller-manager/v1.36.3 (linux/amd64) kubernetes/a1b2c3d" audit-ID="0d6cf0d9-93a7-46d7-a8df-6a9c9c1ab7e2" apf_pl="workload-high" apf_fs="kube-system-service-accounts" apf_execution_time="7.9ms" srcIP="10.1.0.1:41980" resp=200
I0105 09:01:04.301122       1 trace.go:236] Trace[1298498081]: "List" accept:application/json, audit-id:0d6cf0d9,client:10.1.0.1,protocol:HTTP/2.0,resource:gauges,scope:namespace,url:/apis/tides.example.com/v1/gauges (05-Jan-2026 09:01:03.301) (total time: 812ms):
I0105 09:01:09.001377       1 reflector.go:430] "Caches populated" type="*v1.ConfigMap" reflector="k8s.io/client-go/informers/factory.go:160"
I0105 09:01:14.500128       1 event.go:389] "Event occurred" object="harbour/tide-gauge" fieldPath="" kind="Deployment" apiVersion="apps/v1" type="Normal" reason="ScalingReplicaSet" message="Scaled up replica set tide-gauge-7c9f8d6b5 from 0 to 1"
I0105 09:01:15.118280       1 replica_set.go:626] "Too few replicas" replicaSet="harbour/tide-gauge-7c9f8d6b5" need=1 creating=1
I0105 09:01:16.223311       1 alloc.go:330] "allocated clusterIPs" service="harbour/tide-gauge" clusterIPs={"IPv4":"10.96.7.7"}
I0105 09:01:16.901235       1 controller.go:667] quota admission added evaluator for: replicasets.apps
I0105 09:01:20.400001       1 garbagecollector.go:787] "syncing garbage collector with updated resources from discovery" attempt=1 diff="added: [], removed: []"
I0105 09:01:21.100233       1 cacher.go:847] cacher (gauges.tides.example.com): 1 objects queued in incoming channel.
I0105 09:01:22.771243       1 leaderelection.go:271] successfully acquired lease harbour/tide-gauge-leader
I0105 09:02:22.771243       1 provider.go:188] prometheus query returned 42 series for metric http_requests_per_second in namespace harbour
{"level":"info","ts":"2026-01-05T09:01:12Z","logger":"setup","msg":"starting manager","version":"2.18.0","commit":"77fdc0e"}
{"level":"info","ts":"2026-01-05T09:01:13Z","msg":"Starting Controller","controller":"scaledobject","controllerGroup":"example.com","controllerKind":"ScaledObject"}
{"level":"info","ts":"2026-01-05T09:01:14Z","msg":"Reconciling ScaledObject","controller":"scaledobject","ScaledObject":{"name":"ferry","namespace":"harbour"},"namespace":"harbour","name":"ferry","reconcileID":"4d6f4c57-7a4b-4b0c-9d52-2f2a6a9f7a10"}
{"level":"debug","ts":"2026-01-05T09:01:15Z","logger":"scalehandler","msg":"getting metrics and activity from scaler","scaledObject.Name":"ferry","metricName":"s0-prometheus","activity":true,"scaler":"prometheusScaler"}
{"ts":1767603672123.4512,"caller":"app/server.go:212","msg":"request handled","v":2,"verb":"LIST","path":"/apis/tides.example.com/v1/gauges","status":200,"latency":"3.2ms"}
time="2026-01-05T09:01:12Z" level=info msg="syncing catalog source" id=1bWkP namespace=harbour operator=tide-operator
time="2026-01-05T09:01:12.512Z" level=debug msg="resource version 481516 observed" component=informer kind=Gauge
level=info ts=2026-01-05T09:01:12.400Z caller=head.go:616 component=tsdb msg="Head GC completed" duration=1.22ms
2026/01/05 09:01:12 Listening on :8443
2026-01-05 09:01:12 UTC | CLUSTER | INFO | (pkg/clusteragent/api/server.go:88 in StartServer) | Started HTTP server on port 5005
10.1.0.1 - - [05/Jan/2026:09:01:12 +0000] "GET /apis/tides.example.com/v1 HTTP/2.0" 200 512 "-" "Go-http-client/2.0"
`;
