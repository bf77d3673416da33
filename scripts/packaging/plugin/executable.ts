import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { bundleOneFile } from '../../bundle.mjs';

const run = promisify(execFile);
const POSTJECT = fileURLToPath(import.meta.resolve('postject/dist/cli.js'));
/** Of Node's own documentation of single executable applications: where it looks, and the bit by which it knows that there is something. */
const RESOURCE = 'NODE_SEA_BLOB';
const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';

/** The program in the form that is put into an executable: without V8's code cache, which is for one processor and never the same twice. */
export async function prepareProgram(): Promise<Buffer> {
  const folder = mkdtempSync(join(tmpdir(), 'executable-'));
  try {
    await bundleOneFile(join(folder, 'main.cjs'));
    const config = { main: 'main.cjs', output: 'blob', disableExperimentalSEAWarning: true, useCodeCache: false };
    writeFileSync(join(folder, 'config.json'), JSON.stringify(config));
    await run(process.execPath, ['--experimental-sea-config', 'config.json'], { cwd: folder });
    return readFileSync(join(folder, 'blob'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Writes a Node with the program in it, which needs nothing else. @param node a Node for Linux, of any processor; a copy is made.
 * @throws Error where it is another version than the one that runs, which prepared the program
 */
export async function writeExecutable(program: Buffer, node: string, out: string): Promise<void> {
  const content = readFileSync(node);
  if (!content.includes(process.version))
    throw new Error(`${node} is no Node ${process.version}: the program was prepared by that one, and is understood by no other`);
  writeFileSync(out, content);
  chmodSync(out, 0o755);
  const folder = mkdtempSync(join(tmpdir(), 'executable-'));
  try {
    const blob = join(folder, 'blob');
    writeFileSync(blob, program);
    // As a process of its own: what it says of sections that it does not know is nobody's concern while it succeeds.
    await run(process.execPath, [POSTJECT, out, RESOURCE, blob, '--sentinel-fuse', FUSE]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
