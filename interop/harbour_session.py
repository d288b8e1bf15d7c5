"""One session of the Python SDK with the harbour of internal/harbour, told as session.mjs tells it.

python harbour_session.py PLACE legacy|auto|modern

The first generation of the SDK (1.x) speaks the legacy era alone. A place is a URL, or a command after "stdio:", as a
shell reads it. What is asked and answered here is what the harbour's own client asks and answers.
"""

import asyncio
import contextlib
import json
import sys

import mcp
from mcp import types
from mcp.client.stdio import StdioServerParameters, stdio_client

place, mode = sys.argv[1:]
second = hasattr(mcp, "Client")
transcript, heard, asked = [], [], []
arrived = asyncio.Event()

LOG, SHIP = "harbour://log", "Aurora"


def plain(answer):
    """An answer as JSON has it, without what differs from run to run."""
    if isinstance(answer, (list, tuple)):
        return [plain(item) for item in answer]
    if not hasattr(answer, "model_dump"):
        return answer
    told = answer.model_dump(mode="json", by_alias=True, exclude_none=True)
    for holder in (told, told.get("params") or {}):
        for name in ("progressToken", "elicitationId"):
            holder.pop(name, None)
        if (holder.get("_meta") or {}).pop("io.modelcontextprotocol/subscriptionId", None) and not holder["_meta"]:
            del holder["_meta"]
    return told


def note(where, message):
    where.append(message)
    arrived.set()


async def hear(message):
    """Every notification, but for those that a callback of its own hears."""
    message = getattr(message, "root", message)
    if method := getattr(message, "method", None):
        note(heard, {"method": method, "params": plain(message).get("params") or {}})


async def progress(done, total, message):
    """Only here so that a call carries a progress token."""


async def sample(context, params):
    note(asked, {"sampling": plain(params)})
    words = types.TextContent(type="text", text="Send a pilot.")
    return types.CreateMessageResult(role="assistant", model="parrot", content=words, **stopped)


stopped = {"stop_reason" if second else "stopReason": "endTurn"}


async def elicit(context, params):
    told = plain(params)
    note(asked, {"elicitation": told})
    form = told.get("requestedSchema", {}).get("properties")
    filled = form and ({"name": "Ann", "rank": "captain"} if "name" in form else {"true": True})
    return types.ElicitResult(action="accept", content=filled)


async def roots(context):
    note(asked, {"roots": True})
    return types.ListRootsResult(
        roots=[types.Root(uri="file:///charts/north", name="the north"), types.Root(uri="file:///charts/south")]
    )


async def connect(stack):
    callbacks = dict(
        sampling_callback=sample, elicitation_callback=elicit, list_roots_callback=roots, message_handler=hear
    )
    command = place.removeprefix("stdio:")
    server = StdioServerParameters(command="bash", args=["-c", command]) if command != place else place
    if second:
        era = {"modern": "2026-07-28"}.get(mode, mode)
        client = mcp.Client(server, mode=era, log_level="info", read_timeout_seconds=60, **callbacks)
        return await stack.enter_async_context(client)
    from datetime import timedelta

    from mcp.client.streamable_http import streamable_http_client

    transport = stdio_client(server) if command != place else streamable_http_client(place)
    read, write, *_ = await stack.enter_async_context(transport)
    session = await stack.enter_async_context(mcp.ClientSession(read, write, timedelta(seconds=60), **callbacks))
    await session.initialize()
    return session


async def step(name, action, causes=0):
    """Act, then wait for the messages that come on a stream of their own and so race with the answer."""
    told = {"step": name}
    transcript.append(told)
    try:
        told["answer"] = plain(await action)
    except Exception as error:
        told["error"] = f"{type(error).__name__}: {error}"
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(30):
            while len(heard) + len(asked) < causes:
                arrived.clear()
                await arrived.wait()
    if heard:
        told["heard"] = sorted(heard, key=lambda m: m["method"])
    if asked:
        told["asked"] = asked[:]
    heard.clear()
    asked.clear()


async def pages(method):
    """All pages of a list."""
    all, cursor = [], None
    while True:
        if second:
            page = await method(cursor=cursor)
            cursor = page.next_cursor
        else:
            page = await method(params=types.PaginatedRequestParams(cursor=cursor) if cursor else None)
            cursor = page.nextCursor
        all.append(plain(page))
        if cursor is None:
            return all


async def listens(stack, session):
    """hear hears of changes in either era; a modern client has to have asked for them."""
    listening = session.listen(
        tools_list_changed=True, prompts_list_changed=True, resources_list_changed=True, resource_subscriptions=[LOG]
    )
    return (await stack.enter_async_context(listening)).honored


async def session():
    async with contextlib.AsyncExitStack() as stack:
        s = await connect(stack)
        modern = second and s.protocol_version == "2026-07-28"
        call = s.call_tool
        if second:
            server = [plain(s.server_info), plain(s.server_capabilities), s.instructions]
            await step("connect", once([s.protocol_version, *server]))
        if not modern:
            await step("ping", s.send_ping())
            await step("logging/setLevel", s.set_logging_level("info"))
        await step("tools/list", pages(s.list_tools))
        await step("resources/list", pages(s.list_resources))
        await step("resources/templates/list", pages(s.list_resource_templates))
        await step("prompts/list", pages(s.list_prompts))
        await step("berth", call("berth", {"ship": SHIP, "quay": "South"}))
        await step("berth, in words that no header takes", call("berth", {"ship": "Möwe", "quay": " Süd "}))
        await step("progress", call("unload", {"crates": 3}, progress_callback=progress), 3)
        await step("log messages", call("watch", {}), 2)
        await step("failing tool", call("sink", {}))
        await step("elicitation", call("register", {}), 1)
        await step("sampling", call("signal", {}), 1)
        await step("roots", call("charts", {}), 1)
        await step("elicitation at a URL", call("dues", {}), 1 if modern else 2)
        await step("three rounds", call("clear", {}), 4)
        await step("prompts/get that asks", s.get_prompt("report"), 1)
        await step("resources/read that asks", s.read_resource("harbour://sealed"), 1)
        await step("resources/read", s.read_resource(LOG))
        await step("resources/read, a blob", s.read_resource("harbour://flag"))
        await step("resources/read, by a template", s.read_resource("harbour://ships/Kestrel"))
        await step("prompts/get", s.get_prompt("hail", {"ship": SHIP, "tongue": "Frisian"}))
        prompt = types.PromptReference(type="ref/prompt", name="hail")
        await step("completion/complete", s.complete(prompt, {"name": "tongue", "value": "Fr"}))
        async with contextlib.AsyncExitStack() as listening:
            await step("listen", listens(listening, s) if modern else s.subscribe_resource(LOG))
            await step("enter among the tools", call("enter", {"ship": SHIP, "list": "tools"}), 2)
            await step("tools/list again", pages(s.list_tools))
            await step("go on board", call(f"board_{SHIP}", {}))
            await step("enter among the resources", call("enter", {"ship": SHIP, "list": "resources"}), 2)
            await step("enter among the prompts", call("enter", {"ship": SHIP, "list": "prompts"}), 2)
            await step("strike off the tools", call("strike", {"ship": SHIP, "list": "tools"}), 2)
            await step("strike off the resources", call("strike", {"ship": SHIP, "list": "resources"}), 2)
            await step("strike off the prompts", call("strike", {"ship": SHIP, "list": "prompts"}), 2)
            if not modern:
                await step("listen no more", s.unsubscribe_resource(LOG))
        await step("unknown tool", call("fly", {}))
        await step("wrong arguments", call("unload", {"crates": "many"}))
        await step("resources/read, unknown", s.read_resource("harbour://moon"))
        await step("prompts/get, unknown", s.get_prompt("sing"))


async def once(answer):
    return answer


try:
    asyncio.run(asyncio.wait_for(session(), 50))
finally:
    print(json.dumps(transcript, indent=1, ensure_ascii=False))
