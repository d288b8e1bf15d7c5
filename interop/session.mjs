// One session of a TypeScript SDK client, told as JSON on stdout: step by step the answer, what was heard
// (notifications) and what was asked (requests of the server). Nothing in it depends on the run, so plain diff
// compares two transcripts.
//
//   PEERS=DIR node session.mjs PACKAGE URL [--ping] [--auto] [--clients N]
//
// PACKAGE is @modelcontextprotocol/sdk (first generation) or @modelcontextprotocol/client (second), found in
// PEERS/node_modules. --ping sends a ping before anything else, which the transcript does not mention. --auto lets a
// second-generation client ask for the server's era first. --clients holds N such sessions at once: they should all
// be told alike, and are then printed once.
import { createRequire } from "node:module";
import { tours } from "./tours.mjs";

const [sdk, url, ...flags] = process.argv.slice(2);
const require = createRequire(`${process.env.PEERS}/`);
const first = sdk === "@modelcontextprotocol/sdk";
const { Client, StreamableHTTPClientTransport } = first
  ? { ...require(`${sdk}/client/index.js`), ...require(`${sdk}/client/streamableHttp.js`) }
  : require(sdk);

const replies = {
  "sampling/createMessage": { role: "assistant", model: "none", content: { type: "text", text: "as you wish" } },
  "elicitation/create": { action: "accept", content: { name: "Ada", username: "ada", check: true, integer: 7 } },
  "roots/list": { roots: [{ uri: "file:///srv/interop", name: "interop" }] },
};

// The first generation names a request by its schema, the second by its method.
function name(method) {
  if (!first) return method;
  const { CreateMessageRequestSchema, ElicitRequestSchema, ListRootsRequestSchema } = require(`${sdk}/types.js`);
  return [CreateMessageRequestSchema, ElicitRequestSchema, ListRootsRequestSchema].find(s => s.shape.method.value === method);
}

async function session(transcript) {
  const client = new Client(
    { name: "interop", version: "1.0.0" },
    {
      capabilities: { sampling: {}, elicitation: { form: {} }, roots: { listChanged: true } },
      ...(flags.includes("--auto") && { versionNegotiation: { mode: "auto" } }),
    },
  );
  const transport = new StreamableHTTPClientTransport(new URL(url));

  let heard = [], asked = [], arrived = () => {};
  const hear = message => (heard.push(message), arrived());
  client.fallbackNotificationHandler = async ({ method, params }) => hear({ method, params });
  for (const [method, reply] of Object.entries(replies))
    client.setRequestHandler(name(method), async ({ params: { _meta, ...params } = {} }) => {
      asked.push({ method, params });
      arrived();
      return reply;
    });

  // One step: act, then wait until as many messages as it is known to cause have come, for those of the standalone
  // stream race with the answer. What comes late, twice or never shows in the transcript.
  async function step(name, act, causes = 0) {
    const told = { step: name };
    transcript.push(told);
    try {
      told.answer = await act({ client, call, hear });
    } catch ({ code, message }) {
      told.error = { code, message };
    }
    let patient = true;
    const bell = setTimeout(() => ((patient = false), arrived()), 5000);
    while (patient && heard.length + asked.length < causes) await new Promise(ring => (arrived = ring));
    clearTimeout(bell);
    if (heard.length) told.heard = heard;
    if (asked.length) told.asked = asked;
    [heard, asked] = [[], []];
  }
  const call = (name, args = {}, options) =>
    client.callTool(...[{ name, arguments: args }, ...(first ? [undefined] : []), options]);

  const connected = client.connect(transport);
  await connected.catch(() => {});
  const tour = tours[client.getServerVersion()?.name];
  await step("initialize", async () => {
    await connected;
    return { server: client.getServerVersion(), capabilities: client.getServerCapabilities(), instructions: client.getInstructions() };
  }, tour?.greetings);
  if (flags.includes("--ping")) await client.ping().catch(({ message }) => transcript.push({ step: "ping first", error: { message } }));
  for (const stop of tour?.stops ?? []) await step(...stop);
  await step("close", async () => {
    await transport.terminateSession();
    await client.close();
  });
}

const count = flags.includes("--clients") ? Number(flags[flags.indexOf("--clients") + 1]) : 1;
const transcripts = Array.from({ length: count }, () => []);

function tell() {
  // server-everything writes the id of the session into the text of some messages.
  const uuid = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;
  const distinct = new Set(transcripts.map(transcript => JSON.stringify(transcript, null, 1).replace(uuid, "UUID")));
  for (const transcript of distinct) console.log(transcript);
}

// A session that hangs is told as far as it got; one that is over does not wait for idle connections to time out.
setTimeout(() => (tell(), process.exit(1)), 20_000).unref();
await Promise.all(transcripts.map(session));
tell();
process.exit(transcripts.some(([first]) => first.error) ? 1 : 0);
