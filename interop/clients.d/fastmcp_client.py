"""The visit of FastMCP's client, which listens to no changes in the modern era."""

from fastmcp import Client

from visit import CALL, MODERN, TIMEOUT, URL, visit


async def elicit(message, form, params, context):
    return {"day": "Monday"}


async def connect(stack):
    handlers = {"elicitation_handler": elicit} if MODERN else {}
    client = await stack.enter_async_context(Client(URL, timeout=TIMEOUT, init_timeout=TIMEOUT, **handlers))
    return client.list_tools, lambda: client.call_tool(CALL["name"], CALL["arguments"], raise_on_error=False)


visit(connect)
