"""The visit of the Python SDK's second generation."""

from mcp import Client

from visit import TIMEOUT, URL, visit


async def connect(stack):
    client = await stack.enter_async_context(Client(URL, read_timeout_seconds=TIMEOUT))

    async def tools():
        return (await client.list_tools()).tools

    return tools, lambda: client.call_tool("get_forecast", {"city": "Oslo"})


visit(connect)
