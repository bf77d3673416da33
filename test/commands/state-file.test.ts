import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { readStates, saveState } from '../../src/commands/state-file.ts';
import { bundled } from '../support/bundled.ts';

const folder = mkdtempSync(join(tmpdir(), 'state-'));
afterAll(() => rmSync(folder, { recursive: true }));
let next = 0;
const fresh = () => {
  const own = join(folder, String(next++));
  mkdirSync(own);
  return join(own, 'state.json');
};
const texts = async (file: string) => (await readStates(file)).map(({ text }) => text);

describe('a saved state', () => {
  it('is read again, with the one before it', async () => {
    const file = fresh();
    expect(await texts(file)).toEqual([]);
    await saveState(file, 'one');
    expect(await texts(file)).toEqual(['one']);
    await saveState(file, 'two');
    await saveState(file, 'three');
    expect(await texts(file)).toEqual(['three', 'two']);
    expect(lstatSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(file, '..')).sort()).toEqual(['state.json', 'state.json.previous']);
  });

  it('is the one before when the last one is missing, as between the two renames', async () => {
    const file = fresh();
    await saveState(file, 'one');
    await saveState(file, 'two');
    rmSync(file);
    expect(await texts(file)).toEqual(['one']);
  });

  it('is written behind a link, which stays one', async () => {
    const file = fresh();
    writeFileSync(`${file}.real`, 'old');
    symlinkSync(`${file}.real`, file);
    await saveState(file, 'new');
    expect(lstatSync(file).isSymbolicLink()).toBe(true);
    expect(readFileSync(`${file}.real`, 'utf8')).toBe('new');
  });

  it('goes over what a save that was cut off left', async () => {
    const file = fresh();
    writeFileSync(`${file}.partial`, 'half a sta');
    await saveState(file, 'whole');
    expect(await texts(file)).toEqual(['whole']);
    expect(existsSync(`${file}.partial`)).toBe(false);
  });
});

const folderAt = (file: string) => {
  mkdirSync(file);
  return file;
};
const linkToSocket = (file: string) => {
  symlinkSync(socketAt(`${file}.socket`), file);
  return file;
};
// No device of this machine: without the refusal it would be gone.
const sockets: Server[] = [];
afterAll(() => {
  for (const server of sockets) server.close();
});
const socketAt = (file: string) => {
  sockets.push(createServer().listen(file));
  return file;
};

describe('in the place of the file', () => {
  it.each<[string, (file: string) => string, string]>([
    ['a socket', socketAt, 'is a socket'],
    ['a link to a socket', linkToSocket, 'is a socket'],
    ['a folder', folderAt, 'is a folder'],
  ])('%s is refused, and stays', async (_, make, words) => {
    const file = make(fresh());
    const before = lstatSync(file).ino;
    await expect(saveState(file, 'one')).rejects.toThrow(words);
    await expect(readStates(file)).rejects.toThrow(words);
    expect(lstatSync(file).ino).toBe(before);
  });

  it('a folder where the new state is written first is refused too', async () => {
    const file = fresh();
    mkdirSync(`${file}.partial`);
    await expect(saveState(file, 'one')).rejects.toThrow('.partial is a folder');
  });
});

describe('kill -9 while it is being saved', () => {
  const SAVES = `
    import { saveState } from ${JSON.stringify(bundled('src/commands/state-file.ts').href)};
    for (let i = 1; ; i++) {
      await saveState(process.argv[1], JSON.stringify({ i, filling: 'x'.repeat(2e6) }));
      if (i === 2) process.stdout.write('saving\\n');
    }`;

  it.each([[3], [11], [23], [37]])('after %d ms leaves a whole state', async (afterMs) => {
    const file = fresh();
    const child = spawn(process.execPath, ['--input-type=module', '-e', SAVES, file], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    await sleep(afterMs);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const [newest] = await texts(file);
    const { i, filling } = JSON.parse(newest ?? '') as { i: number; filling: string };
    expect([i >= 1, filling.length]).toEqual([true, 2e6]);
    await saveState(file, 'after');
    expect((await texts(file))[0]).toBe('after');
  });
});
