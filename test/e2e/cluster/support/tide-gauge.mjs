// A small aggregated API server, one process per pod: discovery, one resource, /readyz. What it is asked by comes through the real
// kube-apiserver. Usage: node tide-gauge.mjs ADDRESS GROUP CERTIFICATE KEY
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';

const [address, group, certFile, keyFile] = process.argv.slice(2);
const groupVersion = `${group}/v1`;
const answers = {
  [`/apis/${groupVersion}`]: {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion,
    resources: [{ name: 'gauges', singularName: 'gauge', namespaced: true, kind: 'Gauge', verbs: ['get', 'list'] }],
  },
  [`/apis/${groupVersion}/gauges`]: { kind: 'GaugeList', apiVersion: groupVersion, metadata: { resourceVersion: '1' }, items: [] },
};
const notFound = { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason: 'NotFound', code: 404 };

createServer({ cert: readFileSync(certFile), key: readFileSync(keyFile) }, (request, response) => {
  const path = new URL(request.url, 'https://gauge').pathname;
  if (path === '/readyz') {
    response.end('ok');
    return;
  }
  const body = answers[path];
  response.writeHead(body ? 200 : 404, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body ?? notFound));
}).listen(8443, address, () => {
  const [day, time] = new Date().toISOString().slice(5, -1).split('T');
  process.stderr.write(`I${day.replace('-', '')} ${time}000       1 secure_serving.go:211] Serving securely on ${address}:8443\n`);
});
