/** What a person pastes in a bad night: mixed, in no order, as programs printed it. */
export const SAMPLE = String.raw`
$ kubectl get apiservice v1.tides.example.com -o yaml
apiVersion: apiregistration.k8s.io/v1
kind: APIService
metadata:
  name: v1.tides.example.com
spec:
  group: tides.example.com
  service:
    name: tide-gauge
    namespace: harbour
status:
  conditions:
  - lastTransitionTime: "2026-01-05T09:00:00Z"
    message: 'endpointslices for service/tide-gauge in "harbour" have no addresses with port name "https"'
    reason: MissingEndpoints
    status: "False"
    type: Available

$ kubectl get pods -n harbour
NAME                          READY   STATUS             RESTARTS        AGE
tide-gauge-7c9f8d6b5-abcde    0/1     CrashLoopBackOff   7 (2m50s ago)   12m

$ kubectl get events -n harbour
LAST SEEN   TYPE      REASON      OBJECT                           MESSAGE
2m50s       Warning   BackOff     pod/tide-gauge-7c9f8d6b5-abcde   Back-off restarting failed container server in pod tide-gauge-7c9f8d6b5-abcde_harbour

$ kubectl logs -n harbour --previous tide-gauge-7c9f8d6b5-abcde
I0105 09:02:00.000000       1 main.go:42] "Starting tide-gauge" version="v2.1.0"
Error: unknown flag: --tide-resolutoin
Usage:
  tide-gauge [flags]

$ kubectl get tides
Error from server (ServiceUnavailable): the server is currently unable to handle the request (get tides.tides.example.com)
`;
