// A small aggregated API server, one process per pod: discovery, one resource, /readyz. What it is asked by comes through the real
// kube-apiserver. Usage: node tide-gauge.mjs ADDRESS GROUP CERTIFICATE KEY [ANSWERS]
// While the file ANSWERS exists, it holds how it answers: unauthorized, forbidden (as kube-apiserver 1.36 words them), or late.
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:https';

const [address, group, certFile, keyFile, answersFile] = process.argv.slice(2);
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
const LATE_MS = 4000;
const status = (code, reason, message) => ({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code });

function answerTo(path) {
  switch (answersFile && existsSync(answersFile) ? readFileSync(answersFile, 'utf8') : 'well') {
    case 'unauthorized':
      return { code: 401, body: status(401, 'Unauthorized', 'Unauthorized') };
    case 'forbidden':
      return { code: 403, body: status(403, 'Forbidden', `forbidden: User "system:anonymous" cannot get path "${path}"`) };
    case 'late':
      return { ...known(path), after: LATE_MS };
    default:
      return known(path);
  }
}

function known(path) {
  const body = answers[path];
  return body ? { code: 200, body } : { code: 404, body: status(404, 'NotFound', 'the server could not find the requested resource') };
}

createServer({ cert: readFileSync(certFile), key: readFileSync(keyFile) }, (request, response) => {
  const path = new URL(request.url, 'https://gauge').pathname;
  if (path === '/readyz') {
    response.end('ok');
    return;
  }
  const { code, body, after = 0 } = answerTo(path);
  setTimeout(() => {
    response.writeHead(code, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  }, after);
}).listen(8443, address, () => {
  const [day, time] = new Date().toISOString().slice(5, -1).split('T');
  process.stderr.write(`I${day.replace('-', '')} ${time}000       1 secure_serving.go:211] Serving securely on ${address}:8443\n`);
});
