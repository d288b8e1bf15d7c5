// What was asked on a tape, as far as another client can ask it again: each request that got a result in the end, once,
// in the order of the tape; what the recorded clients could do; and what they answered to each question of the server.
import { readFileSync } from "node:fs";

const again = [
  "tools/list", "tools/call", "prompts/list", "prompts/get", "completion/complete", "ping", "logging/setLevel",
  "resources/list", "resources/templates/list", "resources/read", "resources/subscribe", "resources/unsubscribe",
  "subscriptions/listen",
];

const acknowledged = "notifications/subscriptions/acknowledged"; // all that a subscription is answered by

// The same value in the same words, whatever the order of its members.
const object = its => its !== null && typeof its === "object" && !Array.isArray(its);
const canonical = value =>
  JSON.stringify(value, (_, its) => (object(its) ? Object.fromEntries(Object.entries(its).sort()) : its));

// What a request asks, without what belongs to its round and to its sender.
const asking = ({ method, params: { _meta, inputResponses, requestState, ...params } = {} }) => ({ method, params });
// What a server asks, as a person sees it: of schemas and the like, SDKs hand on what they know.
const question = ({ method, params: { message, messages } = {} }) => canonical({ method, message, messages });

// The tape has one event a line (record --compact).
export function asked(file) {
  const requests = new Map(), replies = new Map(), questions = new Map(), inputs = new Map(), capabilities = {};
  const open = new Map(); // requests by carrier
  for (const line of readFileSync(file, "utf8").trim().split("\n").slice(1)) {
    const { on, from, message } = JSON.parse(line);
    if (!object(message ?? null)) continue;
    const { id, method, params, result } = message;
    if (from === "client" && method) {
      open.set(on, message);
      merge(capabilities, params?.capabilities ?? params?._meta?.["io.modelcontextprotocol/clientCapabilities"]);
      for (const [key, reply] of Object.entries(params?.inputResponses ?? {})) {
        const put = inputs.get(canonical([asking(message), key]));
        if (put && !replies.has(put)) replies.set(put, reply);
      }
    } else if (from === "client" && result) {
      // A session may number its questions as another does: the latest of that number is the one that is answered.
      const put = questions.get(id);
      if (put && !replies.has(put)) replies.set(put, result);
    } else if (from === "server" && method && id !== undefined) {
      questions.set(id, question(message));
    } else if (from === "server" && open.has(on) && (result || method === acknowledged)) {
      const request = open.get(on), its = asking(request);
      for (const [key, input] of Object.entries(result?.inputRequests ?? {})) inputs.set(canonical([its, key]), question(input));
      if (result?.resultType === "input_required") continue; // what nobody went on with has no end on this tape
      if (again.includes(its.method) && !request.params?.cursor) requests.set(canonical(its), its);
    }
  }
  return { requests: [...requests.values()], replies, capabilities };
}
export const replyTo = (replies, request) => replies.get(question(request));

// Objects become one that has the members of both.
function merge(into, other) {
  for (const [key, value] of Object.entries(other ?? {}))
    if (object(value)) merge((into[key] ??= {}), value);
    else into[key] = value;
}
