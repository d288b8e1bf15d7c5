"""The steps of a visit for programs in Python, told as visit.mjs tells them."""

import asyncio
import contextlib
import json
import os
import threading
import time

TIMEOUT = int(os.environ.get("VISIT_TIMEOUT_MS", 3000)) / 1000
STAY = int(os.environ.get("VISIT_STAY_MS", 2000)) / 1000
BOUND = int(os.environ.get("VISIT_BOUND_MS", 15000)) / 1000
URL = os.environ["MCPMOCK_URL"]

_now, _since = "start", time.monotonic()


def told(**line):
    took = round((time.monotonic() - _since) * 1000)
    os.write(1, (json.dumps({"step": _now, "ms": took} | line) + "\n").encode())


def words(error):
    """The first cause in a group, for task groups wrap whatever ends them."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return f"{type(error).__name__}: {error}"


def begins(name):
    global _now, _since
    _now, _since = name, time.monotonic()


async def step(name, action, tell=str):
    """Says whether it went well. What cancels the whole session passes through."""
    begins(name)
    try:
        told(ok=tell(await action))
        return True
    except Exception as error:
        told(error=words(error))
        return False


def forecast(result):
    failed = getattr(result, "isError", False) or getattr(result, "is_error", False)
    return ("isError: " if failed else "") + result.content[0].text


async def _visit(connect):
    try:
        async with contextlib.AsyncExitStack() as stack:
            found = {}

            async def connected():
                found["list"], found["call"] = await connect(stack)
                return "done"

            if await step("connect", connected()):
                await step("list", found["list"](), lambda tools: f"{len(tools)} tools")
                await step("call 1", found["call"](), forecast)
                await step("call 2", found["call"](), forecast)
                await asyncio.sleep(STAY)
                await step("call 3", found["call"](), forecast)
            begins("close")
        told(ok="done")
    except BaseException as error:
        told(crash=words(error))


def _bound():
    told(bound=True)
    os._exit(0)


def visit(connect):
    """connect(stack) opens a session on the stack, and returns how its tools are listed and the forecast is asked."""
    timer = threading.Timer(BOUND, _bound)
    timer.daemon = True
    timer.start()
    try:
        asyncio.run(_visit(connect))
    finally:
        os._exit(0)
