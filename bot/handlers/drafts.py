"""The form of a post: opened, filled in step by step, its pictures fetched and described, and handed in once."""

from __future__ import annotations

from dataclasses import replace

from bot.blocks import drafts as blocks
from bot.blocks.basics import Block
from bot.errors import BadInput, Mrkdwn, NotFound, Refused, Stale
from bot.flows import forms
from bot.flows.sheets import Open
from bot.handlers._ask import Ask
from bot.handlers._counting import Counting
from bot.handlers._on import Handler, On
from bot.handlers._payload import word
from bot.handlers._pictures import fetch, waiting
from bot.handlers._reviewers import trouble_in
from bot.handlers._sheets import Change, at_its_field, faults_in, form_view, typed_into
from bot.rules import sheets
from bot.rules.markup import channel_link
from bot.rules.posts import Post
from bot.rules.sheets import Sheet
from bot.words import sentence, t

HELP = (
    "*/draft* opens the form of a new post.\n"
    "*/draft tomorrow 9:00 Our shop opens* fills in the time and the text. Times are those of the client: "
    "`tomorrow 9:00`, `friday 14:30`, `24 Dec 9:00`, `2026-12-24 9:00`, `in 2 hours`, `now`, `as soon as approved`.\n"
    "What you type is kept, even if you close the form. You can also use “Draft from this message” on any message."
)


def register(on: On) -> None:
    """What the form of a post listens to."""
    on.command("/draft")(draft)
    on.shortcut("draft_a_post")(from_nothing)
    on.shortcut("draft_from_message")(from_message)
    on.action("draft_open", ack_first=True)(from_nothing)
    for name in ("draft_client", "draft_accounts", "draft_when", "draft_check"):
        on.action(name, ack_first=True)(_changing(lambda sheet: sheet))
    on.action("draft_back", ack_first=True)(_changing(_writing))
    on.action("draft_add_post", ack_first=True)(_changing(sheets.add_post))
    on.action("draft_more_room", ack_first=True)(_changing(sheets.more_room))
    on.action("draft_same_words", ack_first=True)(_changing(sheets.same_words))
    on.action("draft_text", ack_first=True)(Counting().count)
    on.action("draft_words_for", ack_first=True)(words_for)
    on.action("draft_save", ack_first=True)(save)
    on.action("draft_resume", ack_first=True)(resume)
    on.action("draft_discard", ack_first=True)(discard)
    on.action("draft_describe", ack_first=True)(describe)
    on.action("draft_anew", ack_first=True)(keep_anew)
    on.view(blocks.FORM)(hand_in)
    on.view(blocks.ALT)(hand_in)
    on.closed(blocks.FORM)(closed)
    on.closed(blocks.ALT)(closed)


async def draft(ask: Ask) -> None:
    """`/draft`, perhaps with a time and a text, or `help`."""
    if ask.text.lower() in {"help", "?"}:
        await ask.say_privately(t(HELP))
        return
    await _begin(ask, ask.text, ask.channel)


async def from_nothing(ask: Ask) -> None:
    """An empty form."""
    await _begin(ask, "")


async def from_message(ask: Ask) -> None:
    """A form with a message's text, exactly (a time in it is not meant for the post), and then its pictures."""
    opened = await ask.desk.write(forms.begin, ask.scope, ask.actor, channel=ask.channel, now=ask.now)
    opened = await _keep(ask, opened.form.id, lambda sheet: sheets.with_texts(sheet, [ask.text]))
    view = await ask.open(await form_view(ask, opened))
    if ask.files:
        opened, problem = await fetch(ask, opened, ask.files)
        await ask.update(await form_view(ask, opened, problem), str(view.get("id") or ""))


async def words_for(ask: Ask) -> None:
    """Show everybody's words, or those of one account."""
    account = int(ask.value) if ask.value.isdigit() else sheets.EVERYBODY
    await _redraw(ask, lambda sheet: sheets.show_words_of(sheet, account))


async def describe(ask: Ask) -> None:
    """Ask again what the pictures show."""
    opened = await _keep(ask, ask.private, typed_into(ask.typed, _at_pictures))
    await ask.update(blocks.describe(opened.form.id, opened.sheet))


async def save(ask: Ask) -> None:
    """Keep the form as a draft that nobody else is asked about yet."""
    await _finish(ask, lambda sheet: replace(sheet, review=False))


async def hand_in(ask: Ask) -> None:
    """The form, or the descriptions of its pictures, were handed in."""
    whole_form = ask.name == blocks.FORM
    await _finish(ask, lambda sheet: replace(sheet, review=True) if whole_form else sheet)


async def resume(ask: Ask) -> None:
    """Go on with an unfinished form in place of the new one."""
    if _in_form(ask):
        await ask.desk.write(forms.leave, ask.scope, ask.actor, ask.private, typed_into(ask.typed), now=ask.now)
    opened = await _keep(ask, ask.value, _writing)
    view = await form_view(ask, opened)
    await (ask.update(view) if _in_form(ask) else ask.open(view))


async def discard(ask: Ask) -> None:
    """Throw an unfinished form away, and go on with the one that is open."""
    await ask.desk.write(forms.discard, ask.scope, ask.actor, ask.value, now=ask.now)
    if _in_form(ask):
        await _redraw(ask)


async def keep_anew(ask: Ask) -> None:
    """Make a new draft of what was typed on a post that can no longer be edited."""
    opened = await ask.desk.write(forms.begin_anew, ask.scope, ask.actor, ask.private, now=ask.now)
    await ask.update(await form_view(ask, opened))


async def closed(ask: Ask) -> None:
    """Keep what stood in a form that was closed; one without a word in it is forgotten."""
    await ask.desk.write(forms.leave, ask.scope, ask.actor, ask.private, typed_into(ask.typed), now=ask.now)


def _changing(change: Change) -> Handler:
    """A button or menu that keeps what was typed, changes the sheet, and shows it."""

    async def changed(ask: Ask) -> None:
        await _redraw(ask, change)

    return changed


async def _begin(ask: Ask, words: str, channel: str = "") -> None:
    opened = await ask.desk.write(forms.begin, ask.scope, ask.actor, words, channel=channel, now=ask.now)
    await ask.open(await form_view(ask, opened))


async def _redraw(ask: Ask, change: Change = lambda sheet: sheet) -> None:
    opened = await _keep(ask, ask.private, typed_into(ask.typed, change))
    await ask.update(await form_view(ask, opened))


async def _keep(ask: Ask, form_id: str, change: Change) -> Open:
    return await ask.desk.write(forms.keep, ask.scope, ask.actor, form_id, change, now=ask.now)


async def _finish(ask: Ask, change: Change) -> None:
    """Bring a form to its end: fetch its new pictures, ask what they show, and make it a post."""
    opened = await _keep(ask, ask.private, typed_into(ask.typed, change))
    problem = ""
    files = waiting(ask, opened.sheet)
    if files:
        opened = await _keep(ask, ask.private, _at_pictures)
        await _show(ask, blocks.loading(opened.form.id))
        opened, problem = await fetch(ask, opened, files)
    if problem:
        await _show_form(ask, problem)
    elif not all(picture.described for picture in opened.sheet.pictures):
        opened = await _keep(ask, ask.private, _at_pictures)
        await _show(ask, blocks.describe(opened.form.id, opened.sheet))
    else:
        await _make_post(ask, opened)


async def _make_post(ask: Ask, opened: Open) -> None:
    faults, review = faults_in(ask.desk, opened), opened.sheet.review
    try:
        post = await ask.desk.write(
            forms.hand_in, ask.scope, ask.actor, opened.form.id, faults, review=review, now=ask.now
        )
    except (Stale, NotFound) as gone:
        await _show(ask, blocks.lost(sentence(gone), opened.sheet, opened.form.id))
    except Refused as refused:
        if ask.name == blocks.FORM and isinstance(refused, BadInput) and not ask.way.acked:
            raise at_its_field(refused, opened.sheet) from None
        await _show_form(ask, sentence(refused))
    else:
        await _show_done(ask, post.status, opened.client.review_channel)


async def _show_done(ask: Ask, status: str, channel: str) -> None:
    """Say what became of the form; where the reviewers cannot see it, say that too."""
    became = _became(status, channel)
    await _show(ask, blocks.done(became))
    trouble = await trouble_in(ask, channel) if status == Post.IN_REVIEW else ""
    if trouble:
        await ask.update(blocks.done(Mrkdwn(f"{became}\n{trouble}")))


def _became(status: str, channel: str) -> Mrkdwn:
    """What became of the form, and where to find it."""
    if status == Post.DRAFT:
        return t("Your draft is saved. You find it in Trellis's Home tab.")
    if not channel:
        return t("Your post is with the reviewers.")
    return t("Your post is with the reviewers, in {channel}.", channel=channel_link(channel))


def _in_form(ask: Ask) -> bool:
    """Whether it was pressed in the form itself, and not in the Home tab."""
    return word(ask.body, "view", "callback_id") == blocks.FORM


async def _show_form(ask: Ask, problem: str) -> None:
    opened = await _keep(ask, ask.private, _writing)
    await _show(ask, await form_view(ask, opened, problem))


async def _show(ask: Ask, view: Block) -> None:
    """Show it in place of the form: in the ack while Slack still waits for it."""
    await (ask.update(view) if ask.way.acked else ask.ack_update(view))


def _writing(sheet: Sheet) -> Sheet:
    return replace(sheet, stage=sheets.WRITING)


def _at_pictures(sheet: Sheet) -> Sheet:
    return replace(sheet, stage=sheets.PICTURES)
