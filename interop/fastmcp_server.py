"""A small FastMCP server on loopback: python fastmcp_server.py PORT stateful|stateless"""

import sys

from fastmcp import Context, FastMCP

port, mode = sys.argv[1:]
mcp = FastMCP("weather", stateless_http=mode == "stateless")


@mcp.tool()
def forecast(city: str, days: int = 1) -> str:
    """What the weather will be."""
    return f"{city}: fair for {days} days"


@mcp.tool()
def storm(city: str) -> str:
    """Always fails."""
    raise ValueError(f"no storm near {city}")


@mcp.tool()
async def survey(stations: int, ctx: Context) -> str:
    """Visits stations, telling of each."""
    for station in range(1, stations + 1):
        await ctx.info(f"station {station} read")
        await ctx.report_progress(station, stations)
    return f"{stations} stations read"


@mcp.tool()
async def poem(ctx: Context) -> str:
    """Asks the client's model."""
    return (await ctx.sample("a line about rain", max_tokens=20)).text


@mcp.tool()
async def archive(ctx: Context) -> list[str]:
    """Asks for the client's roots."""
    return [str(root.uri) for root in await ctx.list_roots()]


@mcp.resource("weather://stations")
def stations() -> list[str]:
    """All stations."""
    return ["Ulm", "Oslo"]


@mcp.resource("weather://{city}/today")
def today(city: str) -> str:
    """Today's weather."""
    return f"{city}: fair"


@mcp.prompt()
def advice(city: str) -> str:
    """What to wear."""
    return f"What do I wear in {city}?"


mcp.run(transport="streamable-http", host="127.0.0.1", port=int(port))
