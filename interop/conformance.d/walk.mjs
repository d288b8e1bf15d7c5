// Another client than the one of the suite asks what is on a tape, one thing after the other, and tells as JSON on
// stdout what it got, what it heard meanwhile, and what it was asked.
//
//   PEERS=DIR node walk.mjs TAPE URL VERSION
//
// It is the TypeScript SDK's second generation. For a modern VERSION it is told to speak just that one; else it shakes
// hands for the newest that it knows.
import { sdk } from "../sdk.mjs";
import { asked, replyTo } from "./tape.mjs";
import { modern } from "./editions.mjs";

const [tape, url, version] = process.argv.slice(2);
const { requests, replies, capabilities } = asked(tape);
const { Client, ...its } = sdk("@modelcontextprotocol/client");

for (const level of ["log", "info", "debug"]) console[level] = console.error; // stdout is for what is told
const client = new Client(
  { name: "another client", version: "1.0.0" },
  { capabilities, ...(modern(version) && { versionNegotiation: { mode: { pin: version } } }) },
);
client.onerror = () => {};

let heard = [], questions = [];
client.fallbackNotificationHandler = async ({ method, params }) => void heard.push({ method, params: steady(params) });
for (const method of ["sampling/createMessage", "elicitation/create", "roots/list"]) {
  if (!capabilities[method.split("/")[0]]) continue;
  client.setRequestHandler(method, async request => {
    const { _meta, ...params } = request.params ?? {};
    questions.push({ method, params });
    return replyTo(replies, { method, params }) ?? { action: "decline" };
  });
}

// The id of a subscription is that of its request, and so of the client's choice.
const steady = ({ _meta: { "io.modelcontextprotocol/subscriptionId": id, ...meta } = {}, ...params } = {}) => ({
  ...params,
  ...(Object.keys(meta).length && { _meta: meta }),
  ...(id !== undefined && { subscription: true }),
});

const methods = {
  "tools/list": () => client.listTools(),
  "tools/call": params => client.callTool(params, { onprogress: progress => heard.push({ progress }) }),
  "prompts/list": () => client.listPrompts(),
  "prompts/get": params => client.getPrompt(params),
  "resources/list": () => client.listResources(),
  "resources/templates/list": () => client.listResourceTemplates(),
  "resources/read": params => client.readResource(params),
  "completion/complete": params => client.complete(params),
  "logging/setLevel": ({ level }) => client.setLoggingLevel(level),
  "resources/subscribe": params => client.subscribeResource(params),
  "resources/unsubscribe": params => client.unsubscribeResource(params),
  "subscriptions/listen": listens,
  ping: () => client.ping(),
};

// What a server says on a subscription, and the tool that makes it say so. A subscription is held until all of it has
// been heard, two seconds where it never comes; whether it comes twice shows by chance, and is not told.
const changes = {
  toolsListChanged: { tool: "test_trigger_tool_change", method: "notifications/tools/list_changed" },
  promptsListChanged: { tool: "test_trigger_prompt_change", method: "notifications/prompts/list_changed" },
};
async function listens({ notifications }) {
  const subscription = await client.listen(notifications);
  const due = Object.keys(changes).filter(name => subscription.honoredFilter[name]).map(name => changes[name]);
  const come = method => new Promise(resolve => client.setNotificationHandler(method, resolve));
  const coming = due.map(({ method }) => come(method).then(() => heard.push({ method })));
  for (const { tool } of due) await client.callTool({ name: tool, arguments: {} });
  await Promise.race([Promise.all(coming), new Promise(late => setTimeout(late, 30_000))]);
  await subscription.close();
  return { honored: subscription.honoredFilter };
}

const told = [];
const tell = code => process.stdout.write(JSON.stringify(told, null, 1), () => process.exit(code));
async function step(request, act) {
  const its = { request };
  told.push(its);
  try {
    its.answer = await act();
  } catch ({ code, message }) {
    its.error = { code, message };
  }
  // What is sent beside an answer, on another stream, may come after it.
  await new Promise(resolve => setTimeout(resolve, request.method === "tools/call" ? 250 : 0));
  if (heard.length) its.heard = heard;
  if (questions.length) its.asked = questions;
  [heard, questions] = [[], []];
}

const transport = its.transport(url);
setTimeout(() => tell(1), 240_000).unref();
await step({ method: "connect" }, async () => {
  await client.connect(transport);
  const [server, capabilities] = [client.getServerVersion(), client.getServerCapabilities()];
  return { server, capabilities, version: client.getNegotiatedProtocolVersion() };
});
// First what the tools are: some arguments have headers, and the lists say which.
const first = ({ method }) => (method === "tools/list" ? 0 : 1);
for (const request of requests.toSorted((a, b) => first(a) - first(b)))
  await step(request, () => methods[request.method](request.params));
await step({ method: "close" }, async () => {
  await transport.terminateSession?.();
  await client.close();
});
tell(told.some(({ request: { method }, error }) => method === "connect" && error) ? 1 : 0);
