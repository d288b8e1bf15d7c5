// Processes that serve while a leg runs: started on loopback, and ended by whoever started them.
import { spawn } from "node:child_process";
import { connect, createServer } from "node:net";
import { once } from "node:events";

const running = new Set();
process.on("exit", () => running.forEach(child => child.kill("SIGKILL")));
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(130));

const pause = ms => new Promise(resolve => setTimeout(resolve, ms));

// start COMMAND: what it says is in out and err; ended resolves with its exit code.
function start([command, ...args], env = {}) {
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  running.add(child);
  const its = { child, out: "", err: "" };
  child.stdout.setEncoding("utf8").on("data", text => (its.out += text));
  child.stderr.setEncoding("utf8").on("data", text => (its.err += text));
  its.ended = new Promise(resolve => {
    child.on("error", error => ((its.err += error.message), resolve(127)));
    child.on("close", (code, signal) => resolve(code ?? signal));
  }).finally(() => running.delete(child));
  return its;
}

// until waits, a minute at most, for what a process is to do, and fails with its own words where it ends before.
async function until(its, done) {
  let over = false;
  its.ended.then(() => (over = true));
  for (let waited = 0; waited < 60_000 && !over; waited += 20) {
    const value = await done();
    if (value) return value;
    await pause(20);
  }
  its.child.kill("SIGKILL");
  throw new Error(`${its.child.spawnargs.join(" ")}: is not ready: ${its.err.slice(-2000)}`);
}

// stop asks a process to end, and kills one that has not in a minute. It returns the exit code.
async function stop(its) {
  its.child.kill("SIGTERM");
  const late = setTimeout(() => its.child.kill("SIGKILL"), 60_000);
  const code = await its.ended;
  clearTimeout(late);
  return code;
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

async function accepts(port) {
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

// serving SERVER WORK: runs work with the URL of a server of its own.
export async function serving(server, work) {
  const port = await freePort();
  const its = start(server.command(port), server.env?.(port));
  try {
    await until(its, () => accepts(port));
    return await work(`http://127.0.0.1:${port}${server.path}`);
  } finally {
    await stop(its);
  }
}

// mocking ARGS WORK: the same with one of mcpmock's servers. It returns what work does, with the exit code and what
// was said on stderr.
export async function mocking(args, work) {
  const its = start([process.env.MCPMOCK, ...args, "--listen", "127.0.0.1:0", "--json"]);
  let result, code;
  try {
    const url = await until(its, () => its.out.match(/"event":"ready","url":"([^"]*)"/)?.[1]);
    result = await work(url);
  } finally {
    code = await stop(its);
  }
  return { result, code, err: its.err };
}

// ending COMMAND: runs it to its end, which is forced after a minute.
export async function ending(command, { env, timeout = 300_000 } = {}) {
  const its = start(command, env);
  const late = setTimeout(() => its.child.kill("SIGKILL"), timeout);
  const code = await its.ended;
  clearTimeout(late);
  return { code, out: its.out, err: its.err };
}
