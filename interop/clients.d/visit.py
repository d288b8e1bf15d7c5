"""The steps of a visit for programs in Python, told as visit.mjs tells them."""

import asyncio
import contextlib
import json
import os
import threading
import time

TIMEOUT = int(os.environ.get("VISIT_TIMEOUT_MS", 3000)) / 1000
STAY = int(os.environ.get("VISIT_STAY_MS", 2000)) / 1000
BOUND = int(os.environ.get("VISIT_BOUND_MS", 10000)) / 1000
URL = os.environ["MCPMOCK_URL"]
MODERN = os.environ.get("VISIT_ERA") == "modern"  # it listens, where the server is of that era
CALL = json.loads(os.environ.get("VISIT_CALL", '{"name": "get_forecast", "arguments": {"city": "Oslo"}}'))

_now, _since = "start", time.monotonic()
_bound = threading.Timer(0, lambda: None)


def told(**line):
    took = round((time.monotonic() - _since) * 1000)
    os.write(1, (json.dumps({"step": _now, "ms": took} | line) + "\n").encode())


def words(error):
    """The first cause in a group, for task groups wrap whatever ends them."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return f"{type(error).__name__}: {error}"


def begins(name):
    global _now, _since, _bound
    _now, _since = name, time.monotonic()
    _bound = threading.Timer(BOUND, _stuck)
    _bound.daemon = True
    _bound.start()


def _stuck():
    told(bound=True)
    os._exit(0)


async def step(name, action, tell=str):
    """Says whether it went well. What cancels the whole session passes through, still bounded."""
    begins(name)
    try:
        told(ok=tell(await action))
        went = True
    except Exception as error:
        told(error=words(error))
        went = False
    _bound.cancel()
    return went


def forecast(result):
    failed = getattr(result, "isError", False) or getattr(result, "is_error", False)
    return ("isError: " if failed else "") + result.content[0].text


async def _visit(connect):
    try:
        async with contextlib.AsyncExitStack() as stack:
            found = {}

            async def connected():
                found["list"], found["call"], *listen = await connect(stack)
                found["listen"] = listen
                return "done"

            if await step("connect", connected()):
                await step("list", found["list"](), lambda tools: f"{len(tools)} tools")
                for listen in found["listen"]:
                    await step("listen", listen())
                await step("call 1", found["call"](), forecast)
                await step("call 2", found["call"](), forecast)
                await asyncio.sleep(STAY)
                await step("call 3", found["call"](), forecast)
            begins("close")
        told(ok="done")
    except BaseException as error:
        told(crash=words(error))


def visit(connect):
    """connect(stack) opens a session on the stack, and returns how its tools are listed and one is called, and how it
    listens to changes, where it can."""
    try:
        asyncio.run(_visit(connect))
    finally:
        os._exit(0)
