"""The visit of the Python SDK's second generation."""

from mcp import Client
from mcp.types import ElicitResult

from visit import CALL, MODERN, TIMEOUT, URL, visit


async def elicit(context, params):
    return ElicitResult(action="accept", content={"day": "Monday"})


async def connect(stack):
    handlers = {"elicitation_callback": elicit} if MODERN else {}
    client = await stack.enter_async_context(Client(URL, read_timeout_seconds=TIMEOUT, **handlers))

    async def tools():
        return (await client.list_tools()).tools

    async def listen():
        await stack.enter_async_context(client.listen(tools_list_changed=True))
        return "done"

    listens = [listen] if MODERN and client.protocol_version == "2026-07-28" else []
    return tools, lambda: client.call_tool(CALL["name"], CALL["arguments"]), *listens


visit(connect)
