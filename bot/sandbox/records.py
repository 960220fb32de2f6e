"""What a workspace holds: people, channels, messages, files and views, each as Slack's JSON shows it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bot.sandbox.answers import Json


@dataclass
class User:
    """A person or a bot. `team` is another team's id for somebody who comes through Slack Connect."""

    id: str
    name: str
    real_name: str
    tz: str
    team: str
    role: str = ""
    is_admin: bool = False
    is_owner: bool = False
    is_bot: bool = False
    deleted: bool = False

    def as_json(self, home_team: str, now: float) -> Json:
        stranger = self.team != home_team
        whole: Json = {
            "id": self.id,
            "team_id": self.team,
            "name": self.name,
            "deleted": self.deleted,
            "real_name": self.real_name,
            "profile": self.profile(),
            "is_bot": self.is_bot,
            "is_app_user": False,
            "updated": 1_700_000_000,
        }
        if stranger:  # Slack tells no locale, zone-independent role or e-mail of strangers
            whole["is_stranger"] = True
        if not self.deleted:
            offset = datetime.fromtimestamp(now, UTC).astimezone(ZoneInfo(self.tz)).utcoffset()
            whole |= {
                "tz": self.tz,
                "tz_label": self.tz.rsplit("/", maxsplit=1)[-1].replace("_", " "),
                "tz_offset": int(offset.total_seconds()) if offset else 0,
                "is_admin": self.is_admin,
                "is_owner": self.is_owner,
                "is_primary_owner": self.is_owner,
                "is_restricted": False,
                "is_ultra_restricted": False,
            }
        return whole

    def profile(self) -> Json:
        return {
            "real_name": self.real_name,
            "real_name_normalized": self.real_name,
            "display_name": self.name,
            "display_name_normalized": self.name,
            "title": self.role,
            "status_text": "",
            "status_emoji": "",
            "team": self.team,
        }


@dataclass
class Channel:
    """A channel, or a direct message when `partner` (the person the app speaks with) is set."""

    id: str
    name: str
    creator: str
    members: set[str] = field(default_factory=set)
    topic: str = ""
    is_private: bool = False
    is_archived: bool = False
    is_ext_shared: bool = False
    partner: str = ""
    created: int = 1_700_000_000

    def as_json(self, home_team: str, viewer: str) -> Json:
        if self.partner:
            return {
                "id": self.id,
                "created": self.created,
                "is_archived": self.is_archived,
                "is_im": True,
                "is_org_shared": False,
                "user": self.partner,
                "context_team_id": home_team,
                "priority": 0,
            }
        return {
            "id": self.id,
            "name": self.name,
            "name_normalized": self.name,
            "is_channel": not self.is_private,
            "is_group": self.is_private,
            "is_im": False,
            "is_mpim": False,
            "is_private": self.is_private,
            "created": self.created,
            "is_archived": self.is_archived,
            "is_general": self.name == "general",
            "is_shared": self.is_ext_shared,
            "is_org_shared": False,
            "is_ext_shared": self.is_ext_shared,
            "is_pending_ext_shared": False,
            "is_member": viewer in self.members,
            "creator": self.creator,
            "context_team_id": home_team,
            "topic": {"value": self.topic, "creator": self.creator, "last_set": self.created},
            "purpose": {"value": "", "creator": "", "last_set": 0},
            "num_members": len(self.members),
        }


@dataclass
class Message:
    """One message, or an ephemeral one when `only_for` names the one person who sees it."""

    ts: str
    channel: str
    user: str
    text: str
    blocks: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    thread_ts: str = ""
    bot_id: str = ""
    app_id: str = ""
    team: str = ""
    subtype: str = ""
    metadata: Json | None = None
    files: list[Json] = field(default_factory=list)
    reactions: dict[str, list[str]] = field(default_factory=dict)
    edited: Json | None = None
    only_for: str = ""
    changed: int = 0  # the number of its last change
    unfurl: Json = field(default_factory=dict)

    def as_json(self, *, with_metadata: bool = False) -> Json:
        whole: Json = {"type": "message", "user": self.user, "ts": self.ts, "text": self.text, "team": self.team}
        optional: Json = {
            "bot_id": self.bot_id,
            "app_id": self.app_id,
            "subtype": self.subtype,
            "thread_ts": self.thread_ts,
            "blocks": self.blocks,
            "attachments": self.attachments,
            "files": self.files,
            "edited": self.edited,
            "reactions": [{"name": n, "users": u, "count": len(u)} for n, u in self.reactions.items()],
            "metadata": self.metadata if with_metadata else None,
            "is_ephemeral": bool(self.only_for),
        }
        return whole | {name: value for name, value in optional.items() if value}


@dataclass
class File:
    """A file as Slack keeps it; `content` never leaves but through the authorised download."""

    id: str
    name: str
    title: str
    user: str
    mimetype: str
    content: bytes
    created: int
    secret: str
    channels: set[str] = field(default_factory=set)
    external: bool = False

    def as_json(self, base: str) -> Json:
        address = f"{base}/files-pri/{self.id}/{self.secret}"
        if self.external:  # a partner's file comes as a stub; files.info tells the rest
            return {"id": self.id, "mode": "file_access", "file_access": "check_file_info"}
        return {
            "id": self.id,
            "created": self.created,
            "timestamp": self.created,
            "name": self.name,
            "title": self.title,
            "mimetype": self.mimetype,
            "filetype": self.name.rsplit(".", maxsplit=1)[-1].lower() if "." in self.name else "text",
            "user": self.user,
            "mode": "hosted",
            "is_external": False,
            "is_public": bool(self.channels),
            "size": len(self.content),
            "url_private": address,
            "url_private_download": address + "/download",
            "permalink": f"{base}/files/{self.user}/{self.id}",
            "channels": sorted(self.channels),
        }


@dataclass
class UserGroup:
    id: str
    handle: str
    name: str
    users: list[str]

    def as_json(self, team: str, *, with_users: bool) -> Json:
        whole: Json = {
            "id": self.id,
            "team_id": team,
            "is_usergroup": True,
            "handle": self.handle,
            "name": self.name,
            "user_count": len(self.users),
            "date_delete": 0,
        }
        return whole | ({"users": self.users} if with_users else {})
