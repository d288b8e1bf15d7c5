"""One session of FastMCP's own client with fastmcp_server.py, told as session.mjs tells it.

python fastmcp_session.py URL stateful|stateless [--ping]

A stateless server can neither notify nor ask, so there the steps that need it are left out.
"""

import asyncio
import json
import sys

from fastmcp import Client
from fastmcp.client.transports import StreamableHttpTransport
from mcp.types import ServerNotification

url, mode, *flags = sys.argv[1:]
transcript, heard, asked = [], [], []
arrived = asyncio.Event()


async def hear(message):
    """Every notification; a handler given with a call would be gone once that call is answered."""
    if isinstance(message, ServerNotification):
        told = plain(message.root)
        told.get("params", {}).pop("progressToken", None)
        heard.append(told)
        arrived.set()


async def progress(done, total, message):
    """Only here so that calls carry a progress token."""


async def sample(messages, params, context):
    asked.append({"sampling": plain(messages), "maxTokens": params.maxTokens})
    return "it falls on tape and tin"


async def roots(context):
    asked.append({"roots": True})
    return ["file:///srv/interop"]


def plain(answer):
    """An answer as JSON has it."""
    if isinstance(answer, list):
        return [plain(item) for item in answer]
    return answer.model_dump(mode="json", exclude_none=True) if hasattr(answer, "model_dump") else answer


async def step(name, action, causes=0):
    """Act, then wait for the messages that come on the standalone stream and so race with the answer."""
    told = {"step": name}
    transcript.append(told)
    try:
        told["answer"] = plain(await action)
    except Exception as error:
        told["error"] = f"{type(error).__name__}: {error}"
    try:
        async with asyncio.timeout(30):
            while len(heard) < causes:
                arrived.clear()
                await arrived.wait()
    except TimeoutError:
        pass
    if heard:
        told["heard"] = heard[:]
    if asked:
        told["asked"] = asked[:]
    heard.clear()
    asked.clear()


async def session():
    client = Client(
        StreamableHttpTransport(url),
        roots=roots,
        sampling_handler=sample,
        message_handler=hear,
        progress_handler=progress,
        timeout=60,
    )
    async with client:
        if "--ping" in flags:
            await client.ping()
        transcript.append({"step": "initialize", "answer": plain(client.initialize_result)})
        await step("ping", client.ping())
        await step("tools/list", client.list_tools_mcp())
        await step("tools/call", client.call_tool_mcp("forecast", {"city": "Ulm", "days": 3}))
        await step("wrong arguments", client.call_tool_mcp("forecast", {"days": "many"}))
        await step("failing tool", client.call_tool_mcp("storm", {"city": "Ulm"}))
        await step("unknown tool", client.call_tool_mcp("no_such_tool", {}))
        await step("resources/list", client.list_resources_mcp())
        await step("resources/templates/list", client.list_resource_templates_mcp())
        await step("resources/read", client.read_resource_mcp("weather://stations"))
        await step("resources/read, template", client.read_resource_mcp("weather://Oslo/today"))
        await step("resources/read, unknown", client.read_resource_mcp("weather://none"))
        await step("prompts/list", client.list_prompts_mcp())
        await step("prompts/get", client.get_prompt_mcp("advice", {"city": "Oslo"}))
        await step("prompts/get, unknown", client.get_prompt_mcp("no_such_prompt", {}))
        if mode == "stateful":
            await step("log messages and progress", client.call_tool_mcp("survey", {"stations": 2}), causes=4)
            await step("sampling", client.call_tool_mcp("poem", {}))
            await step("roots", client.call_tool_mcp("archive", {}))
        calls = [client.call_tool_mcp("forecast", {"city": city}) for city in ("Ulm", "Oslo", "Rome")]
        await step("three calls at once", asyncio.gather(*calls))


try:
    asyncio.run(asyncio.wait_for(session(), 20))
finally:
    print(json.dumps(transcript, indent=1, ensure_ascii=False))
