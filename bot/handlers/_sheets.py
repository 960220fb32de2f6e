"""Between the form of a post as Slack sends it and the sheet that is kept of it, and what is remarked on the sheet."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from bot.blocks.basics import Block
from bot.blocks.drafts import Offer, Remarks, Unfinished, form
from bot.blocks.remarks import Weighed, counted, fault_notes, warning_notes
from bot.desk import Desk
from bot.errors import BadInput, Refused
from bot.flows import checks
from bot.flows.sheets import Open, title_of
from bot.handlers._ask import Ask
from bot.handlers._typed import Typed
from bot.rules import posts as rules
from bot.rules import sheets
from bot.rules.networks import Fault
from bot.rules.sheets import EVERYBODY, Picture, Sheet
from bot.words import sentence

Change = Callable[[Sheet], Sheet]


def typed_into(typed: Typed, then: Change = lambda sheet: sheet) -> Change:
    """Turns the sheet as it was kept last into what stands in the form now, and then changes that."""
    return lambda sheet: then(_read(sheet, typed))


def faults_in(desk: Desk, opened: Open) -> Mapping[int, tuple[Fault, ...]]:
    """What the chosen accounts' networks would refuse of a form."""
    return checks.faults_of(desk.networks, opened.chosen, opened.sheet.content())


async def form_view(ask: Ask, opened: Open, problem: str = "") -> Block:
    """The form of a sheet, with all that is to be remarked on it."""
    remarks = await _remarks(ask, opened, problem)
    is_draft = opened.post is None or opened.post.status == rules.Post.DRAFT
    offer = Offer(opened.clients, opened.client, opened.accounts, is_draft=is_draft, is_new=opened.post is None)
    return form(opened.form.id, opened.sheet, offer, remarks)


def at_its_field(refused: Refused, sheet: Sheet) -> Refused:
    """The refusal at the input where the person can mend it, in the form's own names."""
    if not isinstance(refused, BadInput):
        return refused
    part, _, segment = refused.field.partition(":")
    fields = {"text": f"text.{sheet.shown}.{segment or 0}.0", "image": "images", "when": _when_field(sheet)}
    return BadInput(fields.get(part, part), refused.template, **refused.values)


async def _remarks(ask: Ask, opened: Open, problem: str) -> Remarks:
    sheet = opened.sheet
    weighed = _weighed(ask.desk, opened)
    concerned = [one for one in weighed if sheet.shown in (one.account.id, EVERYBODY) and _shares(one, sheet)]
    found = await ask.desk.read(checks.warnings_of_form, ask.scope, opened, now=ask.now)
    notes = [*fault_notes(weighed), *warning_notes(found.clashes, found.alike, found.without_alt, found.only_here)]
    if opened.problem is not None:
        problem = problem or sentence(opened.problem)
    left = opened.unfinished[0] if opened.unfinished else None
    return Remarks(
        problem=problem,
        counts={segment: counted(concerned, segment) for segment in range(len(sheet.texts))},
        notes=tuple(notes),
        unfinished=Unfinished(left.id, title_of(left), left.changed_at) if left else None,
    )


def _shares(one: Weighed, sheet: Sheet) -> bool:
    """Whether the shown words are this account's."""
    return sheet.shown != EVERYBODY or one.account.id not in sheet.words


def _weighed(desk: Desk, opened: Open) -> list[Weighed]:
    """Each chosen account with its words weighed; faults only of what has begun to be written."""
    content, faults = opened.sheet.content(), faults_in(desk, opened)
    blank = opened.sheet.is_blank
    return [
        Weighed(
            account,
            checks.weights_of(desk.networks, account, content.for_account(account.id or 0)),
            () if blank else faults.get(account.id or 0, ()),
        )
        for account in opened.chosen
    ]


def _when_field(sheet: Sheet) -> str:
    return "clock" if sheet.when == "at" else "when"


def _read(sheet: Sheet, typed: Typed) -> Sheet:
    sheet = _where(sheets.with_inputs(sheet, _held(sheet, typed)), typed)
    late = typed.choice("late")
    return replace(
        sheet,
        campaign=typed.text("campaign") if "campaign" in typed else sheet.campaign,
        note=typed.text("note") if "note" in typed else sheet.note,
        when=typed.choice("when") or sheet.when,
        day=typed.choice("day") if "day" in typed else sheet.day,
        clock=typed.choice("clock") if "clock" in typed else sheet.clock,
        late_minutes=int(late) if late.isdigit() else sheet.late_minutes,
        pictures=tuple(_pictures(sheet, typed)),
    )


def _where(sheet: Sheet, typed: Typed) -> Sheet:
    """Another client has other accounts, and no words of their own yet."""
    client = typed.choice("client")
    if client.isdigit() and int(client) != sheet.client_id:
        return replace(sheet, client_id=int(client), accounts=(), words={EVERYBODY: sheet.texts}, shown=EVERYBODY)
    if "accounts" not in typed:
        return sheet
    return sheets.with_accounts(sheet, (int(one) for one in typed.choices("accounts") if one.isdigit()))


def _held(sheet: Sheet, typed: Typed) -> list[tuple[str, ...]]:
    """What stands in the inputs of each shown text; of one that the view does not show, what was kept."""
    return [_inputs(sheet, typed, segment) for segment in range(len(sheet.texts))]


def _inputs(sheet: Sheet, typed: Typed, segment: int) -> tuple[str, ...]:
    kept = sheets.inputs(sheet, segment)
    names = [f"text.{sheet.shown}.{segment}.{piece}" for piece in range(len(kept))]
    return tuple(typed.text(name) for name in names) if names[0] in typed else kept


def _pictures(sheet: Sheet, typed: Typed) -> list[Picture]:
    kept = set(typed.choices("kept")) if "kept" in typed else {picture.image.sha256 for picture in sheet.pictures}
    described = [_described(number, picture, typed) for number, picture in enumerate(sheet.pictures)]
    return [picture for picture in described if picture.image.sha256 in kept]


def _described(number: int, picture: Picture, typed: Typed) -> Picture:
    field = f"alt.{number}"
    if field not in typed:
        return picture
    return replace(picture, image=replace(picture.image, alt=typed.text(field).strip()), described=True)
