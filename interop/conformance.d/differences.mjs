// Where a run is known to differ from what it must be equal to, and why. All else that differs fails the run.
//
// A difference is {about, was, is}. edition, leg and about are patterns of whole texts, was and is are what was found;
// with besides, both must be the same but for what that pattern meets. The first that fits is taken. One that is not met
// any more is told, unless it is met only sometimes.
const known = [
  {
    edition: "2025-11-25-imperfect",
    leg: "recorded",
    about: "dns-rebinding-protection localhost-host-rebinding-rejected",
    was: "FAILURE",
    is: "SUCCESS",
    reason: "A recorder on loopback refuses foreign hosts, though this server does not.",
  },
  {
    edition: "2025-11-25-imperfect",
    leg: "forward|reverse",
    about: "server-session-lifecycle server-session-terminated-returns-404",
    was: "FAILURE",
    is: "SUCCESS",
    reason: "A replay answers 404 in a session that has ended, as the specification wants; this server says 400.",
  },
  {
    edition: ".*",
    leg: "other client",
    about: "tools/call test_tool_with_progress",
    besides: /(?<="content":\[{"type":"text","text":")[^"]*/,
    reason:
      "The tool answers with the progress token that it was given, as a text. A replay puts the client's own token where progress notifications have it, and leaves texts as they were recorded.",
  },
  {
    edition: "2025-11-25-imperfect",
    leg: "other client",
    about: "resources/(un)?subscribe test://watched-resource",
    besides: /,"heard":\[{"method":"notifications\/message".*\]$/,
    reason:
      "The server logs a subscription on the GET stream, and the suite subscribes in sessions of their own. A client is bound to one recorded session, and its GET stream says what that session's said.",
  },
  {
    edition: "2026-07-28.*",
    leg: "other client",
    about: "(tools|prompts)/list",
    besides: /{"name":"__transient_(tool|prompt)_for_list_changed".*?},(?={"name")/g,
    reason:
      "The suite has the server change its lists midway, and lists stand on the tape as they were before and after. A client that the tape does not know begins with the first ones.",
  },
  {
    edition: "2026-07-28-imperfect",
    leg: "recorded",
    about: "tools-call-with-progress .*",
    besides: /.*/,
    sometimes: true,
    reason: "This server loses progress notifications at random.",
  },
  {
    edition: "2026-07-28-imperfect",
    leg: "other client",
    about: "tools/call test_tool_with_progress",
    besides: /(,"heard":\[)?{"progress":{"progress":\d+,"total":100}}[,\]]?/g,
    sometimes: true,
    reason: "This server loses progress notifications at random; the tape has those that came then.",
  },
];

// differ EXPECTED GOT: what two maps of checks do not have alike.
export function differ(expected, got) {
  const text = statuses => statuses?.join(" ") ?? "not made";
  return [...new Set([...expected.keys(), ...got.keys()])]
    .map(about => ({ about, was: text(expected.get(about)), is: text(got.get(about)) }))
    .filter(({ was, is }) => was !== is);
}

// differWalks EXPECTED GOT: where two walks part, step by step.
export function differWalks(expected, got) {
  if (!expected.length) return [{ about: "walk", was: "nothing", is: "nothing" }];
  const about = ({ request: { method, params } }) => [method, params?.name ?? params?.uri].filter(Boolean).join(" ");
  const text = step => (step ? JSON.stringify({ ...step, request: undefined }).slice(1, -1) : "not made");
  return Array.from({ length: Math.max(expected.length, got.length) }, (_, n) => [expected[n], got[n]])
    .map(([before, after]) => ({ about: about(before ?? after), was: text(before), is: text(after) }))
    .filter(({ was, is }) => was !== is);
}

// sort DIFFERENCES: those that are known, each with its reason, and those that are not.
export function sort(edition, leg, differences) {
  const whole = (pattern, text) => new RegExp(`^(?:${pattern})$`).test(text);
  const alike = ({ was, is, besides }, its) =>
    besides ? its.was.replace(besides, "") === its.is.replace(besides, "") : was === its.was && is === its.is;
  const sorted = { known: [], unknown: [] };
  for (const difference of differences) {
    const its = known.find(
      k => whole(k.edition, edition) && whole(k.leg, leg) && whole(k.about, difference.about) && alike(k, difference),
    );
    if (its) {
      its.met = true;
      sorted.known.push({ ...its, ...difference });
    } else sorted.unknown.push(difference);
  }
  return sorted;
}

// unmet: the known differences that no leg has met, as far as they are met always.
export const unmet = () =>
  known.filter(({ met, sometimes }) => !met && !sometimes).map(({ edition, leg, about }) => `${edition} ${leg}: ${about}`);
