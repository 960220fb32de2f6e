"""auth, users, usergroups, team and bots: who is there, and who the token belongs to."""

from __future__ import annotations

from bot.sandbox.answers import Json, Refusal
from bot.sandbox.methods.call import Call, Method


def api_test(call: Call) -> Json:
    args = {name: value for name, value in call.args.items() if name != "token"}
    if "error" in args:
        raise Refusal(str(args["error"]), args=args)
    return {"ok": True, "args": args}


def auth_test(call: Call) -> Json:
    workspace = call.slack.workspace
    return {
        "ok": True,
        "url": f"{call.slack.base}/",
        "team": workspace.name,
        "user": workspace.app.name.lower(),
        "team_id": workspace.team,
        "user_id": workspace.app.bot_user,
        "bot_id": workspace.app.bot_id,
        "app_id": workspace.app.id,
        "is_enterprise_install": False,
    }


def connections_open(call: Call) -> Json:
    return {"ok": True, "url": call.slack.socket_mode.issue_address()}


def users_info(call: Call) -> Json:
    return {"ok": True, "user": call.user().as_json(call.slack.workspace.team, call.slack.clock.now())}


def users_list(call: Call) -> Json:
    workspace, now = call.slack.workspace, call.slack.clock.now()
    rows, metadata = call.page([user.as_json(workspace.team, now) for user in workspace.users.values()], default=1_000)
    return {"ok": True, "members": rows, "cache_ts": int(now), "response_metadata": metadata}


def users_profile(call: Call) -> Json:
    user = call.user() if call.text("user") else call.slack.workspace.users[call.slack.workspace.app.bot_user]
    return {"ok": True, "profile": user.profile()}


def usergroups_list(call: Call) -> Json:
    workspace = call.slack.workspace
    with_users = call.flag("include_users")
    groups = [group.as_json(workspace.team, with_users=with_users) for group in workspace.groups.values()]
    return {"ok": True, "usergroups": groups}


def usergroup_members(call: Call) -> Json:
    group = call.slack.workspace.groups.get(call.required("usergroup"))
    if group is None:
        raise Refusal("no_such_subteam")
    return {"ok": True, "users": list(group.users)}


def team_info(call: Call) -> Json:
    workspace = call.slack.workspace
    asked = call.text("team") or workspace.team
    if asked != workspace.team:
        raise Refusal("team_not_found")
    team = {"id": workspace.team, "name": workspace.name, "domain": workspace.domain, "url": f"{call.slack.base}/"}
    return {"ok": True, "team": team | {"email_domain": "", "icon": {"image_default": True}}}


def bots_info(call: Call) -> Json:
    app = call.slack.workspace.app
    if call.text("bot") not in {"", app.bot_id}:
        raise Refusal("bot_not_found")
    bot = {"id": app.bot_id, "deleted": False, "name": app.name, "app_id": app.id, "user_id": app.bot_user}
    return {"ok": True, "bot": bot | {"updated": 1_700_000_000, "icons": {}}}


METHODS = {
    "api.test": Method(api_test),
    "auth.test": Method(auth_test),
    "apps.connections.open": Method(connections_open, app_token=True),
    "users.info": Method(users_info, ("users:read",)),
    "users.list": Method(users_list, ("users:read",)),
    "users.profile.get": Method(users_profile, ("users.profile:read", "users:read")),
    "usergroups.list": Method(usergroups_list, ("usergroups:read",)),
    "usergroups.users.list": Method(usergroup_members, ("usergroups:read",)),
    "team.info": Method(team_info, ("team:read",)),
    "bots.info": Method(bots_info, ("users:read",)),
}
