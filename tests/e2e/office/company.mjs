// A company of one's own for one test file: the real server with the demo company in a temporary folder on a free port, and
// technicians' devices (the real device behind the bridge). Everything that was started is stopped at the end.
import { spawn, execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const checkout = join(dirname(fileURLToPath(import.meta.url)), '../../..');
export const binary = (name) => {
  const path = join(process.env.CARGO_TARGET_DIR ?? join(checkout, 'target'), 'debug', name);
  if (!existsSync(path)) throw new Error(`${path} is not there: cargo build -p ${name}`);
  return path;
};

export const freePort = () =>
  new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });

/** A process that has said `word`; its output is in the error if it ends before. */
function started(command, args, word) {
  const child = spawn(command, args, { cwd: checkout, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  return new Promise((resolve, reject) => {
    const hear = (chunk) => {
      said += chunk;
      if (said.includes(word)) resolve(child);
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.once('exit', (code) => reject(new Error(`${command} ended with ${code}:\n${said}`)));
  });
}

const PIN = '246810';

function ended(child) {
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  return gone;
}

/** Answers on its port; asked again until it does, at most for twenty seconds. */
export async function answering(url) {
  const until = Date.now() + 20_000;
  for (;;) {
    try {
      return await fetch(url);
    } catch (refusal) {
      if (Date.now() > until) throw refusal;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

/** `demo: false` is a company that begins: nothing but an administrator. */
export async function company({ demo = true } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'gongdan-console-'));
  const data = join(folder, 'server');
  const made = demo ? ['demo'] : ['create-user', '--login', 'admin', '--name', '管理员', '--role', 'admin'];
  const printed = execFileSync(binary('gongdan-server'), [...made, '--data', data], { encoding: 'utf8' });
  const people = new Map();
  if (!demo) people.set('admin', { password: printed.match(/^admin {2}(\S+)$/m)[1] });
  for (const [, login, password, , , code] of printed.matchAll(/^ {2}(\S+) +(\S+) +(\S+) +(\S+)(?: +enrolment code (\S+))?$/gm)) people.set(login, { password, code });
  const port = await freePort();
  const children = [];
  const serve = async () => {
    const child = await started(binary('gongdan-server'), ['serve', '--data', data, '--listen', `127.0.0.1:${port}`], 'serving');
    children.push(child);
    return child;
  };
  let server = await serve();

  return {
    url: `http://127.0.0.1:${port}`,
    password: (login) => people.get(login).password,
    code: (login) => people.get(login).code,

    /** The device of a technician, enrolled; it syncs by itself. `off` and `on` are its power switch. */
    async device(login, name) {
      const at = await freePort();
      let child;
      const call = async (command, args = {}) => {
        const answer = await fetch(`http://127.0.0.1:${at}/call/${command}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(args) });
        const text = await answer.text();
        if (!answer.ok) throw new Error(`${command}: ${text}`);
        return JSON.parse(text);
      };
      const upload = async (args, bytes) => {
        const answer = await fetch(`http://127.0.0.1:${at}/upload/photo`, { method: 'POST', headers: { 'content-type': 'application/octet-stream', 'x-args': encodeURIComponent(JSON.stringify(args)) }, body: bytes });
        if (!answer.ok) throw new Error(`photo: ${await answer.text()}`);
      };
      const boot = async () => {
        child = spawn(binary('gongdan-bridge'), ['--data', join(folder, login), '--listen', `127.0.0.1:${at}`], { cwd: checkout, stdio: 'ignore' });
        children.push(child);
        await answering(`http://127.0.0.1:${at}/`);
      };
      await boot();
      await call('enrol', { server: this.url, code: this.code(login), pin: PIN, device_name: name });
      return {
        call,
        upload,
        off: () => ended(child),
        on: async () => {
          await boot();
          await call('unlock', { pin: PIN });
        },
      };
    },

    /** The server dies and comes back on the same port with the same data. */
    stopServer: () => ended(server),
    async startServer() {
      server = await serve();
    },

    /** A copy of data and keys; `restore` puts it in the place of what there is, as after a broken disk. */
    backup() {
      execFileSync(binary('gongdan-server'), ['backup', '--data', data, '--keys-to', join(folder, 'backup-keys'), join(folder, 'backup')]);
    },
    async restore() {
      await ended(server);
      rmSync(data, { recursive: true, force: true });
      execFileSync(binary('gongdan-server'), ['restore', '--data', data, '--keys-from', join(folder, 'backup-keys'), join(folder, 'backup')]);
      server = await serve();
    },

    async close() {
      for (const child of children) child.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
