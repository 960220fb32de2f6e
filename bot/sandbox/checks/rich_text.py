"""The rich_text block: sections, lists, preformatted text and quotes, with their inline elements."""

from __future__ import annotations

from bot.sandbox.checks.shapes import anything, by_type, choice, flag, integer, listed, shape, string

MOST_PARTS = 1_000  # a bound of ours; Slack documents none

STYLE = shape(
    {
        "bold": flag,
        "italic": flag,
        "strike": flag,
        "code": flag,
        "underline": flag,
        "highlight": flag,
        "client_highlight": flag,
        "unlink": flag,
    }
)
KIND = {"type": anything, "style": STYLE}

INLINE = by_type(
    {
        "text": shape(KIND | {"text": string(40_000)}, "text"),
        "link": shape(KIND | {"url": string(3_000), "text": string(3_000, 0), "unsafe": flag}, "url"),
        "emoji": shape(KIND | {"name": string(255), "unicode": string(255), "skin_tone": integer(1, 6)}, "name"),
        "user": shape(KIND | {"user_id": string(255)}, "user_id"),
        "usergroup": shape(KIND | {"usergroup_id": string(255)}, "usergroup_id"),
        "channel": shape(KIND | {"channel_id": string(255)}, "channel_id"),
        "team": shape(KIND | {"team_id": string(255)}, "team_id"),
        "broadcast": shape(KIND | {"range": choice("here", "channel", "everyone")}, "range"),
        "color": shape(KIND | {"value": string(255)}, "value"),
        "date": shape(
            KIND
            | {
                "timestamp": integer(0, 9_999_999_999),
                "format": string(3_000),
                "url": string(3_000),
                "fallback": string(3_000),
            },
            "timestamp format",
        ),
    }
)
PARTS = listed(INLINE, MOST_PARTS, 0)
BORDER = {"border": integer(0, 1)}
SECTION = shape({"type": anything, "elements": PARTS}, "elements")

PART = by_type(
    {
        "rich_text_section": SECTION,
        "rich_text_list": shape(
            {
                "type": anything,
                "style": choice("bullet", "ordered"),
                "elements": listed(by_type({"rich_text_section": SECTION}), MOST_PARTS),
                "indent": integer(0, 8),
                "offset": integer(0, 10_000),
            }
            | BORDER,
            "style elements",
        ),
        "rich_text_preformatted": shape(
            {"type": anything, "elements": PARTS, "language": string(255)} | BORDER, "elements"
        ),
        "rich_text_quote": shape({"type": anything, "elements": PARTS} | BORDER, "elements"),
    }
)

RICH_TEXT = shape(
    {"type": choice("rich_text"), "block_id": string(255), "elements": listed(PART, MOST_PARTS)}, "type elements"
)
