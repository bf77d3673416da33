// Parts of our dependencies that are loaded with them, are never called by us, and would be a third of the exporter's own memory.
// What is called all the same throws by name. The end-to-end suites run the bundle, so that a mistake here is seen.

const NEVER_CALLED = (what) => `const never=()=>{throw new Error(${JSON.stringify(`${what} is left out of the bundle`)})};`;

/** [package or path as it is imported, who imports it, what stands in its place]. */
const LEFT_OUT = [
  // The server reads no request bodies and no nested query strings: their parsers bring the tables of all text encodings.
  ['body-parser', /\/express\//, 'module.exports={};'],
  ['qs', /\/express\//, `${NEVER_CALLED('qs')}module.exports={parse:never,stringify:never};`],
  // The server sends these types only; the table holds 2,500.
  [
    'mime-db',
    /\/mime-types\//,
    `module.exports=${JSON.stringify({
      'text/html': { source: 'iana', charset: 'UTF-8', compressible: true, extensions: ['html', 'htm'] },
      'text/plain': { source: 'iana', charset: 'UTF-8', compressible: true, extensions: ['txt', 'text'] },
      'application/json': { source: 'iana', charset: 'UTF-8', compressible: true, extensions: ['json'] },
      'application/octet-stream': { source: 'iana', compressible: true, extensions: ['bin'] },
    })};`,
  ],
  // Of its subcommands none is a program of its own.
  ['node:child_process', /\/commander\//, `${NEVER_CALLED('node:child_process')}module.exports={spawn:never};`],
  // Colours of debug output, which is off; it would come in by way of packages that are there for development only.
  ['supports-color', /\/debug\//, 'module.exports={};'],
  // No counter has exemplars, and nobody traces us.
  [
    '@opentelemetry/api',
    /\/prom-client\//,
    `${NEVER_CALLED('@opentelemetry/api')}module.exports={trace:{getSpan:never},context:{active:never}};`,
  ],
  // What only some kubeconfigs need is loaded when one does: a SOCKS proxy, tokens from a cloud's own program.
  [
    'socks-proxy-agent',
    /client-node\/dist\/config\.js$/,
    "export class SocksProxyAgent{constructor(...options){return new (require('socks-proxy-agent').SocksProxyAgent)(...options)}}",
  ],
  [
    'jsonpath-plus',
    /client-node\/dist\/(azure|gcp)_auth\.js$/,
    "export const JSONPath=(...options)=>require('jsonpath-plus').JSONPath(...options);",
  ],
  // Of the Kubernetes client only KubeConfig: not its five hundred models, nor a second fetch.
  [
    './gen/index.js',
    /client-node\/dist\/config\.js$/,
    `${NEVER_CALLED('makeApiClient')}export const createConfiguration=never;export class ServerConfiguration{constructor(){never()}}`,
  ],
  // Touching the global at load would bring in Node's whole fetch.
  ['node-fetch', /client-node\/dist\/config\.js$/, 'export class Headers{constructor(init){return new globalThis.Headers(init)}}'],
];

/** An esbuild plugin. */
export const leaveOut = {
  name: 'leave-out',
  setup(build) {
    // The package's index has more than KubeConfig, and no way to leave that out.
    build.onResolve({ filter: /^@kubernetes\/client-node$/ }, ({ importer, resolveDir, pluginData }) =>
      pluginData === 'resolving'
        ? undefined
        : build
            .resolve('@kubernetes/client-node', { importer, resolveDir, kind: 'import-statement', pluginData: 'resolving' })
            .then(({ path }) => ({ path: path.replace(/index\.js$/, 'config.js'), sideEffects: false })),
    );
    const unused = new Set(LEFT_OUT.map(([name]) => name));
    for (const [index, [name, importer]] of LEFT_OUT.entries()) {
      const exactly = new RegExp(`^${name.replaceAll('.', '\\.')}$`);
      build.onResolve({ filter: exactly }, (args) => {
        if (!importer.test(args.importer)) return undefined;
        unused.delete(name);
        return { path: name, namespace: 'left-out', pluginData: { index, resolveDir: args.resolveDir } };
      });
    }
    // A new version of a package may load it from elsewhere, and then the bundle would only grow.
    build.onEnd(() => ({
      errors: [...unused].map((name) => ({ text: `${name} is to be left out, but nobody loads it from there any more` })),
    }));
    build.onLoad({ filter: /.*/, namespace: 'left-out' }, ({ pluginData }) => ({
      contents: LEFT_OUT[pluginData.index][2],
      resolveDir: pluginData.resolveDir,
      loader: 'js',
    }));
  },
};
