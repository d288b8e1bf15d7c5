// What is run: editions of the suite, each against a server that is known to pass it, or known not to. args choose the
// scenarios of a run; a run of a single scenario has one, and its name.

const latest = "0.2.0-alpha.12";
const stable = "0.1.16";

const version = (suite, revision) => ({
  suite,
  revision,
  args: ["--suite", "all", "--spec-version", revision],
  one: ["--spec-version", revision],
});
const required = revision => ({ ...version(latest, revision), args: ["--requirements", revision] });

export const editions = [
  { name: "2025-06-18", server: "go-sdk-stateful", ...version(latest, "2025-06-18") },
  { name: "2025-11-25", server: "go-sdk-stateful", quick: true, ...version(latest, "2025-11-25") },
  { name: "2026-07-28", server: "go-sdk-stateless", quick: true, ...version(latest, "2026-07-28") },
  { name: "2025-11-25-required", server: "go-sdk-stateful", ...required("2025-11-25") },
  { name: "2026-07-28-required", server: "go-sdk-stateless", ...required("2026-07-28") },
  { name: "2025-11-25-stable", server: "go-sdk-stateful", ...version(stable, "2025-11-25") },
  { name: "2025-11-25-imperfect", server: "server-everything", ...version(latest, "2025-11-25") },
  { name: "2026-07-28-imperfect", server: "mcp-go", ...version(latest, "2026-07-28") },
];

// The client suites: 0.1.16 has the same scenarios for the two revisions that it knows.
export const clientRevisions = ["2025-06-18", "2025-11-25", "2026-07-28"].map(revision => ({ suite: latest, revision }));

export const modern = revision => revision >= "2026";

const cache = process.env.CACHE;
export const client = `${cache}/go-client-1.8/everything-client`;

// Each server as a command for a given port of loopback, and the path it serves.
export const servers = {
  "go-sdk-stateful": {
    short: "go-sdk",
    title: "go-sdk 1.8.0: its conformance/everything-server with `-stateless=false`",
    path: "/",
    command: port => [`${cache}/go/everything-server`, `-http=127.0.0.1:${port}`, "-stateless=false"],
  },
  "go-sdk-stateless": {
    short: "go-sdk, stateless",
    title: "go-sdk 1.8.0: its conformance/everything-server with `-stateless=true`",
    path: "/",
    command: port => [`${cache}/go/everything-server`, `-http=127.0.0.1:${port}`, "-stateless=true"],
  },
  "server-everything": {
    short: "server-everything",
    title: "@modelcontextprotocol/server-everything 2026.8.31, of the TypeScript SDK; not made for the suite",
    path: "/mcp",
    command: () => [
      process.execPath,
      "--import",
      `${import.meta.dirname}/../loopback.mjs`,
      `${cache}/npm/node_modules/@modelcontextprotocol/server-everything/dist/index.js`,
      "streamableHttp",
    ],
    env: port => ({ PORT: port }),
  },
  "mcp-go": {
    short: "mcp-go",
    title: "mcp-go 1.2.1: its examples/conformance",
    path: "/mcp",
    command: () => [`${cache}/go-mcp-go-1.2/conformance`],
    env: port => ({ CONFORMANCE_ADDR: `127.0.0.1:${port}` }),
  },
};
