// What a session does with each server, by the name the server gives itself. A stop is [name, what to do, how many
// messages it causes besides the answer]; greeted says whether all has been heard that a server says unasked once a
// session has begun; replies are what the client answers there to what it is asked.

const text = "demo://resource/dynamic/text/7";
const atOnce = call => ["one", "two", "three"].map(call);

const everything = [
  ["ping", ({ client }) => client.ping()],
  ["tools/list", ({ client }) => client.listTools()],
  ["echo", ({ call }) => call("echo", { message: "hello, tape" })],
  ["get-sum", ({ call }) => call("get-sum", { a: 19, b: 23 })],
  ["progress", ({ call }) => call("trigger-long-running-operation", { duration: 0.3, steps: 3 }, { onprogress() {} }), 3],
  ["structured content", ({ call }) => call("get-structured-content", { location: "Chicago" })],
  ["wrong arguments", ({ call }) => call("get-sum", { a: "nineteen" })],
  ["unknown tool", ({ call }) => call("no-such-tool")],
  ["annotated message", ({ call }) => call("get-annotated-message", { messageType: "error", includeImage: true })],
  ["resources/list", ({ client }) => client.listResources()],
  ["resources/templates/list", ({ client }) => client.listResourceTemplates()],
  ["resources/read", ({ client }) => client.readResource({ uri: text })],
  ["logging/setLevel", ({ client }) => client.setLoggingLevel("debug")],
  ["resources/subscribe", ({ client }) => client.subscribeResource({ uri: text }), 1],
  ["resource updates on", ({ call }) => call("toggle-subscriber-updates"), 1],
  ["resource updates off", ({ call }) => call("toggle-subscriber-updates")],
  ["resources/unsubscribe", ({ client }) => client.unsubscribeResource({ uri: text }), 1],
  ["log messages on", ({ call }) => call("toggle-simulated-logging"), 1],
  ["log messages off", ({ call }) => call("toggle-simulated-logging")],
  ["prompts/list", ({ client }) => client.listPrompts()],
  ["prompts/get", ({ client }) => client.getPrompt({ name: "args-prompt", arguments: { city: "Ulm", state: "BW" } })],
  ["completion/complete", ({ client }) => client.complete({
    ref: { type: "ref/prompt", name: "completable-prompt" },
    argument: { name: "name", value: "A" },
    context: { arguments: { department: "Engineering" } },
  })],
  ["sampling", ({ call }) => call("trigger-sampling-request", { prompt: "say something", maxTokens: 10 }), 1],
  ["elicitation", ({ call }) => call("trigger-elicitation-request"), 1],
  ["roots", ({ call }) => call("get-roots-list")],
  ["three calls at once", ({ call }) => Promise.all(atOnce(message => call("echo", { message })))],
  // Clients ping when they like, so pings must not move the tape: an extra one at the start is not this one.
  ["ping again", ({ client }) => client.ping()],
  // Last, since a stream that ends with an error and not with a result is taken for broken: a second later the client
  // resumes it, and server-everything then says again whatever it has said since on any stream.
  ["resources/read, unknown", ({ client }) => client.readResource({ uri: "demo://resource/none" })],
];

const goSDK = [
  ["ping", ({ client }) => client.ping()],
  ["logging/setLevel", ({ client }) => client.setLoggingLevel("info")],
  ["tools/list", ({ client }) => client.listTools()],
  ["text", ({ call }) => call("test_simple_text")],
  ["mixed content", ({ call }) => call("test_multiple_content_types")],
  ["log messages", ({ call }) => call("test_tool_with_logging"), 3],
  ["progress", ({ call }) => call("test_tool_with_progress", {}, { onprogress() {} }), 3],
  ["failing tool", ({ call }) => call("test_error_handling")],
  ["unknown tool", ({ call }) => call("no-such-tool")],
  ["tools/list_changed", ({ call }) => call("test_trigger_tool_change"), 1],
  ["resources/list", ({ client }) => client.listResources()],
  ["resources/templates/list", ({ client }) => client.listResourceTemplates()],
  ["resources/read", ({ client }) => client.readResource({ uri: "test://static-text" })],
  ["resources/read, unknown", ({ client }) => client.readResource({ uri: "test://none" })],
  ["prompts/list", ({ client }) => client.listPrompts()],
  ["prompts/get", ({ client }) => client.getPrompt({ name: "test_simple_prompt" })],
  ["completion/complete", ({ client }) => client.complete({
    ref: { type: "ref/prompt", name: "test_prompt_with_arguments" },
    argument: { name: "arg1", value: "par" },
  })],
  ["sampling", ({ call }) => call("test_sampling", { prompt: "say something" }), 1],
  ["elicitation", ({ call }) => call("test_elicitation", { message: "who are you?" }), 1],
  ["elicitation, enums", ({ call }) => call("test_elicitation_sep1330_enums"), 1],
  ["three calls at once", ({ call }) => Promise.all(atOnce(() => call("test_simple_text")))],
];

// The harbour of internal/harbour, in either era. What is asked and answered here is what its own client asks and
// answers, for a tape of that client is played to this one.
const harbour = era => {
  const modern = era === "modern";
  const log = "harbour://log", ship = "Aurora";
  const enter = list => ({ call }) => call("enter", { ship, list });
  const strike = list => ({ call }) => call("strike", { ship, list });
  const changes = { toolsListChanged: true, promptsListChanged: true, resourcesListChanged: true, resourceSubscriptions: [log] };
  let listening;
  return [
    ...(modern ? [] : [
      ["ping", ({ client }) => client.ping()],
      ["logging/setLevel", ({ client }) => client.setLoggingLevel("info")],
    ]),
    ["tools/list", ({ client }) => client.listTools()],
    ["resources/list", ({ client }) => client.listResources()],
    ["resources/templates/list", ({ client }) => client.listResourceTemplates()],
    ["prompts/list", ({ client }) => client.listPrompts()],
    ["berth", ({ call }) => call("berth", { ship, quay: "South" })],
    ["berth, in words that no header takes", ({ call }) => call("berth", { ship: "Möwe", quay: " Süd " })],
    ["progress", ({ call }) => call("unload", { crates: 3 }, { onprogress() {} }), 3],
    ["log messages", ({ client }) => client.callTool({
      name: "watch", arguments: {}, ...(modern && { _meta: { "io.modelcontextprotocol/logLevel": "info" } }),
    }), 2],
    ["failing tool", ({ call }) => call("sink")],
    ["elicitation", ({ call }) => call("register"), 1],
    ["sampling", ({ call }) => call("signal"), 1],
    ["roots", ({ call }) => call("charts"), 1],
    ["elicitation at a URL", ({ call }) => call("dues"), modern ? 1 : 2],
    ["three rounds", ({ call }) => call("clear"), 4],
    ["prompts/get that asks", ({ client }) => client.getPrompt({ name: "report" }), 1],
    ["resources/read that asks", ({ client }) => client.readResource({ uri: "harbour://sealed" }), 1],
    ["resources/read", ({ client }) => client.readResource({ uri: log })],
    ["resources/read, a blob", ({ client }) => client.readResource({ uri: "harbour://flag" })],
    ["resources/read, by a template", ({ client }) => client.readResource({ uri: "harbour://ships/Kestrel" })],
    ["prompts/get", ({ client }) => client.getPrompt({ name: "hail", arguments: { ship, tongue: "Frisian" } })],
    ["completion/complete", ({ client }) => client.complete({
      ref: { type: "ref/prompt", name: "hail" },
      argument: { name: "tongue", value: "Fr" },
    })],
    ["listen", async ({ client }) => {
      if (!modern) return client.subscribeResource({ uri: log });
      listening = await client.listen(changes);
      return listening.honoredFilter;
    }],
    ["enter among the tools", enter("tools"), 2],
    ["tools/list again", ({ client }) => client.listTools()],
    ["go on board", ({ call }) => call(`board_${ship}`)],
    ["enter among the resources", enter("resources"), 2],
    ["enter among the prompts", enter("prompts"), 2],
    ["strike off the tools", strike("tools"), 2],
    ["strike off the resources", strike("resources"), 2],
    ["strike off the prompts", strike("prompts"), 2],
    ["listen no more", ({ client }) => (modern ? listening.close() : client.unsubscribeResource({ uri: log }))],
    ["unknown tool", ({ call }) => call("fly")],
    ["wrong arguments", ({ call }) => call("unload", { crates: "many" })],
    ["resources/read, unknown", ({ client }) => client.readResource({ uri: "harbour://moon" })],
    ["prompts/get, unknown", ({ client }) => client.getPrompt({ name: "sing" })],
  ];
};
const master = {
  "sampling/createMessage": () => ({ role: "assistant", model: "parrot", content: { type: "text", text: "Send a pilot." }, stopReason: "endTurn" }),
  "elicitation/create": ({ url, requestedSchema }) => ({
    action: "accept",
    ...(!url && { content: requestedSchema.properties.name ? { name: "Ann", rank: "captain" } : { true: true } }),
  }),
  "roots/list": () => ({ roots: [{ uri: "file:///charts/north", name: "the north" }, { uri: "file:///charts/south" }] }),
};

export const tours = {
  // It asks for the roots and logs how many it got. Before that its tools have changed, which only a client hears that
  // listens by then: one with a single stream.
  "mcp-servers/everything": { greeted: heard => heard.some(({ params }) => params?.logger), stops: everything },
  "mcp-conformance-test-server": { stops: goSDK },
  harbour: { stops: harbour, replies: master },
};
