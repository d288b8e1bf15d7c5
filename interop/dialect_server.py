"""A small server on loopback, of whichever Python package is installed: python dialect_server.py PORT

It is FastMCP where that is a package of its own, else what the SDK brings along: MCPServer from 2.0, FastMCP before.
Sessions are kept, answers are event streams, as the package has it by default.
"""

import sys
from importlib.metadata import PackageNotFoundError, version


def make(port: int):
    """Returns the server and what runs it."""
    try:
        version("fastmcp")
    except PackageNotFoundError:
        pass
    else:
        from fastmcp import FastMCP

        server = FastMCP("weather")
        return server, lambda: server.run(transport="streamable-http", host="127.0.0.1", port=port)
    if int(version("mcp").split(".")[0]) >= 2:
        from mcp.server import MCPServer

        server = MCPServer("weather")
        return server, lambda: server.run(transport="streamable-http", host="127.0.0.1", port=port)
    from mcp.server.fastmcp import FastMCP

    server = FastMCP("weather", host="127.0.0.1", port=port)
    return server, lambda: server.run(transport="streamable-http")


server, run = make(int(sys.argv[1]))


@server.tool()
def forecast(city: str, days: int = 1) -> str:
    """What the weather will be."""
    return f"{city}: fair for {days} days"


@server.resource("weather://stations")
def stations() -> str:
    """All stations."""
    return "Ulm, Oslo"


@server.prompt()
def advice(city: str) -> str:
    """What to wear."""
    return f"What do I wear in {city}?"


run()
