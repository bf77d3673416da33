import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { MAIN } from '../support/exporter-process.ts';
import { healthySnapshot } from '../support/healthy.ts';

const folder = mkdtempSync(join(tmpdir(), 'loaded-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Loaded {
  readonly status: number | null;
  /** Of the parts of the bundle that were loaded. */
  readonly bytes: number;
  /** Packages that are in them. */
  readonly packages: readonly string[];
}

/** What V8 says that it has loaded. */
function loadedBy(args: readonly string[], input: string): Loaded {
  const coverage = mkdtempSync(join(folder, 'run-'));
  const { status } = spawnSync(process.execPath, [MAIN, ...args], { input, env: { ...process.env, NODE_V8_COVERAGE: coverage } });
  const paths = readdirSync(coverage).flatMap((file) => {
    const { result } = JSON.parse(readFileSync(join(coverage, file), 'utf8')) as { result: readonly { readonly url: string }[] };
    return result.filter(({ url }) => url.startsWith('file:')).map(({ url }) => fileURLToPath(url));
  });
  const packages = paths.flatMap((path) => {
    const { sources } = JSON.parse(readFileSync(`${path}.map`, 'utf8')) as { sources: readonly string[] };
    return sources.flatMap((source) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(source)?.[1] ?? []);
  });
  return {
    status,
    bytes: paths.reduce((sum, path) => sum + statSync(path).size, 0),
    packages: [...new Set(packages)].sort(),
  };
}

const PASTE = `$ kubectl get apiservice v1.tides.example.com
NAME                   SERVICE              AVAILABLE                      AGE
v1.tides.example.com   harbour/tide-gauge   False (FailedDiscoveryCheck)   3d
E0105 09:00:00.000000       1 server.go:1] dial tcp 10.0.0.1:443: connect: connection refused
`;

describe('of the bundle', () => {
  it('a pasted text loads what reads and diagnoses it, and no package but the one that reads flags', () => {
    const { status, bytes, packages } = loadedBy(['diagnose', '--from', '-'], PASTE);
    expect(status).toBe(1);
    expect(packages).toEqual(['commander']);
    // 800 KB when this was last looked at, of which signatures and causes are half.
    expect(bytes).toBeGreaterThan(300_000);
    expect(bytes).toBeLessThan(850_000);
  });

  it('a pasted text with a policy loads what evaluates it', () => {
    const policy =
      'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: tide\n  namespace: harbour\nspec:\n  podSelector: {}\n';
    const { status, packages } = loadedBy(['diagnose', '--from', '-'], `${PASTE}---\n${policy}`);
    expect(status).toBe(1);
    expect(packages).toEqual(['commander', 'ipaddr.js', 'js-yaml']);
  });

  it('the agent of a node loads what asks and reports, and no client of Kubernetes', () => {
    const { status, bytes, packages } = loadedBy(['node-agent', '--help'], '');
    expect(status).toBe(0);
    expect(packages).toEqual(['commander', 'ipaddr.js']);
    // 150 KB when this was written.
    expect(bytes).toBeLessThan(250_000);
  });

  it('the tools for an assistant load their SDK, which nothing else does, and no server of HTTP', () => {
    const { packages } = loadedBy(['mcp'], '');
    expect(packages).toEqual(expect.arrayContaining(['@modelcontextprotocol/server', 'commander', 'zod']));
    expect(packages).not.toContain('express');
  });

  it('a recording loads its schema too', () => {
    const { status, packages } = loadedBy(['diagnose', '--from', '-'], `${JSON.stringify(healthySnapshot())}\n`);
    expect(status).toBe(0);
    expect(packages).toEqual(['commander', 'zod']);
  });
});
