// One session of a TypeScript SDK client, told as JSON on stdout: step by step the answer, what was heard
// (notifications) and what was asked (requests of the server). Nothing in it depends on the run, so plain diff
// compares two transcripts.
//
//   PEERS=DIR node session.mjs PACKAGE PLACE [--ping] [--auto] [--modern] [--url] [--clients N]
//
// PACKAGE is @modelcontextprotocol/sdk (first generation) or @modelcontextprotocol/client (second); sdk.mjs says what
// a PLACE is. --ping sends a ping before anything else, which the transcript does not mention. --auto lets a
// second-generation client ask for the server's era first, --modern has it speak the modern one alone. --url says
// that the client can be sent to a URL. --clients holds N such sessions at once: they should all be told alike, and
// are then printed once.
import { sdk } from "./sdk.mjs";
import { tours } from "./tours.mjs";

const [generation, place, ...flags] = process.argv.slice(2);
const { Client, ...its } = sdk(generation);

const replies = {
  "sampling/createMessage": { role: "assistant", model: "none", content: { type: "text", text: "as you wish" } },
  "elicitation/create": { action: "accept", content: { name: "Ada", username: "ada", check: true, integer: 7 } },
  "roots/list": { roots: [{ uri: "file:///srv/interop", name: "interop" }] },
};

const elicitation = { form: {}, ...(flags.includes("--url") && { url: {} }) };

async function session(transcript) {
  const client = new Client(
    { name: "interop", version: "1.0.0" },
    {
      capabilities: { sampling: {}, elicitation, roots: { listChanged: true } },
      ...(flags.includes("--auto") && { versionNegotiation: { mode: "auto" } }),
      ...(flags.includes("--modern") && { versionNegotiation: { mode: { pin: "2026-07-28" } } }),
    },
  );
  const transport = its.transport(place);

  let heard = [], asked = [], arrived = () => {};
  const hear = message => (heard.push(message), arrived());
  client.fallbackNotificationHandler = async ({ method, params }) => hear({ method, params });
  // Progress is heard as it comes. The SDK drops what shares a chunk with the result, and live that is by
  // chance; progress.mjs looks at what a caller hears.
  transport.onmessage = ({ method, params: { progressToken, ...progress } = {} }) =>
    method === "notifications/progress" && hear(progress);
  for (const [method, reply] of Object.entries(replies))
    client.setRequestHandler(its.request(method), async ({ params: { _meta, ...params } = {} }) => {
      asked.push({ method, params });
      arrived();
      return tours[client.getServerVersion()?.name]?.replies?.[method](params) ?? reply;
    });

  // One step: act, then wait until all has come that it is known to cause, for what is on the standalone stream races
  // with the answer. What comes late, twice or never shows in the transcript.
  async function step(name, act, causes = 0) {
    const complete = causes instanceof Function ? () => causes(heard) : () => heard.length + asked.length >= causes;
    const told = { step: name };
    transcript.push(told);
    try {
      told.answer = await act({ client, call });
    } catch ({ code, message }) {
      told.error = { code, message };
    }
    let patient = true;
    const bell = setTimeout(() => ((patient = false), arrived()), 30_000);
    while (patient && !complete()) await new Promise(ring => (arrived = ring));
    clearTimeout(bell);
    if (heard.length) told.heard = heard;
    if (asked.length) told.asked = asked;
    [heard, asked] = [[], []];
  }
  const call = (name, args = {}, options) => its.call(client, name, args, options);

  const connected = client.connect(transport);
  await connected.catch(() => {});
  const tour = tours[client.getServerVersion()?.name];
  await step("initialize", async () => {
    await connected;
    return { server: client.getServerVersion(), capabilities: client.getServerCapabilities(), instructions: client.getInstructions() };
  }, tour?.greeted);
  if (flags.includes("--ping")) await client.ping().catch(({ message }) => transcript.push({ step: "ping first", error: { message } }));
  const stops = tour?.stops instanceof Function ? tour.stops(client.getProtocolEra()) : tour?.stops;
  for (const stop of stops ?? []) await step(...stop);
  await step("close", async () => {
    await transport.terminateSession?.(); // of Streamable HTTP alone
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
setTimeout(() => (tell(), process.exit(1)), 240_000).unref();
await Promise.all(transcripts.map(session));
tell();
process.exit(transcripts.some(([first]) => first.error) ? 1 : 0);
