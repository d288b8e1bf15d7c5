"""The visit of the Python SDK's first generation."""

from datetime import timedelta

from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client

from visit import CALL, TIMEOUT, URL, visit


async def connect(stack):
    read, write, _ = await stack.enter_async_context(streamable_http_client(URL))
    session = await stack.enter_async_context(ClientSession(read, write, timedelta(seconds=TIMEOUT)))
    await session.initialize()

    async def tools():
        return (await session.list_tools()).tools

    return tools, lambda: session.call_tool(**CALL)


visit(connect)
