/** What matters of a kube-apiserver's /metrics, and some of what doesn't. */
export const HEALTHY_APISERVER = `# HELP aggregator_unavailable_apiservice [ALPHA] Gauge of APIServices which are marked as unavailable broken down by APIService name.
# TYPE aggregator_unavailable_apiservice gauge
aggregator_unavailable_apiservice{name="v1.apps"} 0
aggregator_unavailable_apiservice{name="v1.tides.example.com"} 0
# HELP apiserver_admission_controller_admission_duration_seconds [STABLE] Admission controller latency histogram in seconds.
# TYPE apiserver_admission_controller_admission_duration_seconds histogram
apiserver_admission_controller_admission_duration_seconds_bucket{name="A",operation="CREATE",rejected="false",type="admit",le="0.005"} 24
apiserver_admission_controller_admission_duration_seconds_bucket{name="A",operation="CREATE",rejected="false",type="admit",le="+Inf"} 24
apiserver_admission_controller_admission_duration_seconds_sum{name="A",operation="CREATE",rejected="false",type="admit"} 1.2e-05
apiserver_admission_controller_admission_duration_seconds_count{name="A",operation="CREATE",rejected="false",type="admit"} 24
# HELP apiserver_current_inflight_requests [STABLE] Maximal number of currently used inflight request limit of this apiserver per request kind in last second.
# TYPE apiserver_current_inflight_requests gauge
apiserver_current_inflight_requests{request_kind="mutating"} 1
apiserver_current_inflight_requests{request_kind="readOnly"} 4
# HELP apiserver_flowcontrol_current_executing_seats [BETA] Concurrency in use
# TYPE apiserver_flowcontrol_current_executing_seats gauge
apiserver_flowcontrol_current_executing_seats{flow_schema="exempt",priority_level="exempt"} 4
apiserver_flowcontrol_current_executing_seats{flow_schema="probes",priority_level="exempt"} 2
# HELP apiserver_flowcontrol_current_inqueue_requests [BETA] Number of requests currently pending in queues
# TYPE apiserver_flowcontrol_current_inqueue_requests gauge
apiserver_flowcontrol_current_inqueue_requests{flow_schema="service-accounts",priority_level="workload-low"} 0
# HELP apiserver_flowcontrol_nominal_limit_seats [BETA] Nominal number of execution seats configured for each priority level
# TYPE apiserver_flowcontrol_nominal_limit_seats gauge
apiserver_flowcontrol_nominal_limit_seats{priority_level="workload-low"} 400
apiserver_flowcontrol_nominal_limit_seats{priority_level="system"} 200
# HELP apiserver_request_total [STABLE] Counter of apiserver requests broken out for each verb.
# TYPE apiserver_request_total counter
apiserver_request_total{code="200",component="apiserver",dry_run="",group="",resource="pods",scope="cluster",subresource="",verb="LIST",version="v1"} 41
# HELP etcd_request_duration_seconds [ALPHA] Etcd request latency in seconds for each operation and object type.
# TYPE etcd_request_duration_seconds histogram
etcd_request_duration_seconds_bucket{operation="get",resource="pods",le="0.005"} 90
etcd_request_duration_seconds_bucket{operation="get",resource="pods",le="+Inf"} 100
etcd_request_duration_seconds_sum{operation="get",resource="pods"} 0.4
etcd_request_duration_seconds_count{operation="get",resource="pods"} 100
# HELP process_start_time_seconds [STABLE] Start time of the process since unix epoch in seconds.
# TYPE process_start_time_seconds gauge
process_start_time_seconds 1.7675136005e+09
`;
