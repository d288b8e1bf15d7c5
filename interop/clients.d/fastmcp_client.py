"""The visit of FastMCP's client."""

from fastmcp import Client

from visit import TIMEOUT, URL, visit


async def connect(stack):
    client = await stack.enter_async_context(Client(URL, timeout=TIMEOUT, init_timeout=TIMEOUT))
    return client.list_tools, lambda: client.call_tool("get_forecast", {"city": "Oslo"}, raise_on_error=False)


visit(connect)
