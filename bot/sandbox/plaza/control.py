"""Plaza's control API, for tests and the sandbox: faults, accounts, the rate, and a census."""

from __future__ import annotations

from aiohttp import web

from bot.sandbox.plaza.door import FAULTS, SQUARE, answer, fields, json_body
from bot.sandbox.plaza.faults import FAULT_FIELDS, parse_fault
from bot.sandbox.plaza.posts import Speaker
from bot.sandbox.plaza.rules import HANDLE, Refusal, parse_json, parse_name

RATE_MOST = 100_000_000


def routes() -> list[web.RouteDef]:
    """Every route under /control."""
    return [
        web.get("/control/faults", list_faults),
        web.post("/control/faults", add_fault),
        web.delete("/control/faults", clear_faults),
        web.get("/control/accounts", list_accounts),
        web.post("/control/accounts", open_account),
        web.post("/control/accounts/{handle}/{state}", change_account),
        web.post("/control/rate", set_rate),
        web.get("/control/census", census),
    ]


async def list_faults(request: web.Request) -> web.Response:
    """The faults still to be played."""
    return answer(request.app[FAULTS].listed())


async def add_fault(request: web.Request) -> web.Response:
    """Queue one fault; see `faults` for the kinds."""
    request.app[FAULTS].add(parse_fault(parse_json(await json_body(request), FAULT_FIELDS)))
    return answer(request.app[FAULTS].listed(), 201)


async def clear_faults(request: web.Request) -> web.Response:
    """Behave from now on."""
    request.app[FAULTS].clear()
    return web.Response(status=204)


async def list_accounts(request: web.Request) -> web.Response:
    """Every brand's account with its token."""
    return answer([_account_json(one) for one in request.app[SQUARE].speakers.values() if one.brand])


async def open_account(request: web.Request) -> web.Response:
    """A new brand's account."""
    found = fields(parse_json(await json_body(request), frozenset({"handle", "name"})), "handle", "name")
    if not HANDLE.fullmatch(found["handle"]):
        raise Refusal(422, "bad_handle", "A handle has 1 to 30 of a-z 0-9 _.")
    return answer(_account_json(request.app[SQUARE].open_account(found["handle"], parse_name(found["name"]))), 201)


async def change_account(request: web.Request) -> web.Response:
    """Revoke an account's token, suspend the account, or make all well again."""
    square, handle = request.app[SQUARE], request.match_info["handle"]
    match request.match_info["state"]:
        case "revoke":
            square.revoke(handle)
        case "suspend":
            square.brand(handle).suspended = True
        case "restore":
            square.restore(handle)
        case _:
            raise Refusal(404, "no_state", "An account can be revoked, suspended and restored.")
    return answer(_account_json(square.brand(handle)))


async def set_rate(request: web.Request) -> web.Response:
    """How many requests a minute each account may make from now on."""
    rate = parse_json(await json_body(request), frozenset({"per_minute"})).get("per_minute")
    if type(rate) is not int or not 1 <= rate <= RATE_MOST:
        raise Refusal(422, "bad_rate", f"`per_minute` must be a number from 1 to {RATE_MOST}.")
    request.app[SQUARE].rate_per_minute = rate
    return answer({"per_minute": rate})


async def census(request: web.Request) -> web.Response:
    """How much was said, and by which account (deleted posts count)."""
    square = request.app[SQUARE]
    posts = {one.handle: len(one.posts) for one in square.speakers.values() if one.brand}
    said = sum(posts.values())
    return answer({"posts": said, "messages": len(square.everything()) - said, "accounts": posts})


def _account_json(account: Speaker) -> dict[str, str]:
    return {"handle": account.handle, "name": account.name, "token": account.token}
