// The field app as a technician has it: the real device behind the bridge, with a private copy of the built interface, so that a build
// beside a running test changes nothing under it. Refuses to run without a build.
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { answering, binary, checkout, freePort } from '../office/company.mjs';

export const PIN = '246810';

/** `from`: the data folder of another one, as somebody copies it. */
export async function bridge(from) {
  const built = join(checkout, 'ui/field/dist');
  if (!existsSync(join(built, 'index.html'))) throw new Error(`${built} is not there: npm run build -w @gongdan/field`);
  const folder = mkdtempSync(join(tmpdir(), 'gongdan-field-'));
  const dist = join(folder, 'dist');
  cpSync(built, dist, { recursive: true });
  if (from !== undefined) cpSync(from, join(folder, 'device'), { recursive: true });
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const start = async () => {
    const started = spawn(binary('gongdan-bridge'), ['--data', join(folder, 'device'), '--listen', `127.0.0.1:${port}`, '--dist', dist], { cwd: checkout, stdio: 'ignore' });
    await answering(url);
    return started;
  };
  let child = await start();
  const kill = async () => {
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
  };

  return {
    url,
    async call(command, args = {}) {
      const answer = await fetch(`${url}/call/${command}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(args) });
      const text = await answer.text();
      if (!answer.ok) throw new Error(`${command}: ${text}`);
      return JSON.parse(text);
    },
    async upload(args, bytes) {
      const headers = { 'content-type': 'application/octet-stream', 'x-args': encodeURIComponent(JSON.stringify(args)) };
      const answer = await fetch(`${url}/upload/photo`, { method: 'POST', headers, body: bytes });
      if (!answer.ok) throw new Error(`photo: ${await answer.text()}`);
    },
    /** Another tablet with the data of this one. */
    async copied() {
      await kill();
      const copy = await bridge(join(folder, 'device'));
      child = await start();
      return copy;
    },
    /** Killed as by the system, then started on the same data; `between` may do to them what a bad day does. */
    async restart(between = () => undefined) {
      await kill();
      await between(join(folder, 'device'));
      child = await start();
    },
    async close() {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
