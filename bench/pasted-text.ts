/** Lines as people paste them: a condition, events, pods, many log lines of which one in twenty is an error. */
const HEAD = `apiVersion: apiregistration.k8s.io/v1
kind: APIService
metadata:
  name: v1.tides.example.com
status:
  conditions:
  - type: Available
    status: "False"
    reason: MissingEndpoints
    message: endpointslices for service/tide-gauge in "harbour" have no addresses with port name "https"

$ kubectl get pods -n harbour
NAME                          READY   STATUS             RESTARTS      AGE
tide-gauge-7c9f8d6b5-abcde    0/1     CrashLoopBackOff   7 (50s ago)   12m

$ kubectl logs -n harbour deploy/tide-gauge
`;

/** A text of at least so many bytes, and less than a line more. */
export function pastedText(bytes: number): Buffer {
  const parts = [HEAD];
  let length = HEAD.length;
  for (let line = 0; length < bytes; line++) {
    const time = `09:${String(Math.floor(line / 60) % 60).padStart(2, '0')}:${String(line % 60).padStart(2, '0')}.000000       1`;
    const text =
      line % 20 === 0
        ? `E0105 ${time} tide.go:12] "Unhandled Error" err="unable to fetch metrics from prometheus: Get \\"http://prometheus:9090/api/v1/query?n=${line}\\": context deadline exceeded"\n`
        : `I0105 ${time} httplog.go:132] "HTTP" verb="GET" URI="/apis/tides.example.com/v1/gauges/${line}" latency="1.2ms" userAgent="Go-http-client/2.0" resp=200\n`;
    parts.push(text);
    length += text.length;
  }
  return Buffer.from(parts.join(''));
}
