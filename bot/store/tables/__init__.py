"""The tables, by noun. They validate nothing: rules validate, constraints back them.

Every table is keyed by workspace from the first day; statuses are text; times are aware UTC.
"""

from bot.store.tables.audit import AuditEntry
from bot.store.tables.inbox import Conversation, Cursor, Message, Reply
from bot.store.tables.posts import Decision, Delivery, Media, Post, PostVersion
from bot.store.tables.slack import Card, DigestRun, Form, Intake, Outbox
from bot.store.tables.workspaces import Account, Client, Pause, Person, Workspace

__all__ = [
    "Account",
    "AuditEntry",
    "Card",
    "Client",
    "Conversation",
    "Cursor",
    "Decision",
    "Delivery",
    "DigestRun",
    "Form",
    "Intake",
    "Media",
    "Message",
    "Outbox",
    "Pause",
    "Person",
    "Post",
    "PostVersion",
    "Reply",
    "Workspace",
]
