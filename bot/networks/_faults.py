"""The faults that any network finds in a post by its limits: length, images and their descriptions. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from bot.rules.networks import Fault, Limits, Outgoing, OutgoingImage, OutgoingSegment, Weight

Weigh = Callable[[str, Limits], Weight]

EMPTY = "This post is empty. Write something or add an image."
LONG = "This text is {over} {unit} too long; {limit} are allowed."
MANY_SEGMENTS = "A thread may have {limit} posts here; this one has {count}."
MANY_IMAGES = "A post may have {limit} images here; this one has {count}."
WRONG_TYPE = "This network does not take {mime} images. Use one of: {allowed}."
BIG_IMAGE = "This image has {size} bytes; {limit} are allowed. Make it smaller."
WIDE_IMAGE = "This image has {pixels} pixels; {limit} are allowed. Make it smaller."
LONG_ALT = "This description is {over} characters too long; {limit} are allowed."


def faults_by_limits(outgoing: Outgoing, limits: Limits, weigh: Weigh) -> tuple[Fault, ...]:
    """Every way in which `outgoing` goes beyond `limits`, in the order of the thread."""
    return (
        *_thread_faults(outgoing, limits),
        *(fault for index, segment in enumerate(outgoing.segments) for fault in _faults(index, segment, limits, weigh)),
    )


def _thread_faults(outgoing: Outgoing, limits: Limits) -> Iterator[Fault]:
    if not outgoing.segments:
        yield Fault(0, "text", EMPTY)
    if len(outgoing.segments) > limits.segments:
        values = {"limit": limits.segments, "count": len(outgoing.segments)}
        yield Fault(limits.segments, "text", MANY_SEGMENTS, values)


def _faults(index: int, segment: OutgoingSegment, limits: Limits, weigh: Weigh) -> Iterator[Fault]:
    if not segment.text.strip() and not segment.images:
        yield Fault(index, "text", EMPTY)
    weight = weigh(segment.text, limits)
    if weight.over:
        yield Fault(index, "text", LONG, {"over": weight.over, "unit": weight.unit, "limit": weight.limit})
    if len(segment.images) > limits.images:
        yield Fault(index, "image", MANY_IMAGES, {"limit": limits.images, "count": len(segment.images)})
    for image in segment.images:
        yield from _image_faults(index, image, limits)


def _image_faults(index: int, image: OutgoingImage, limits: Limits) -> Iterator[Fault]:
    if image.mime not in limits.image_types:
        yield Fault(index, "image", WRONG_TYPE, {"mime": image.mime, "allowed": ", ".join(sorted(limits.image_types))})
    if image.size > limits.image_bytes:
        yield Fault(index, "image", BIG_IMAGE, {"size": image.size, "limit": limits.image_bytes})
    pixels = image.width * image.height
    if limits.image_pixels is not None and pixels > limits.image_pixels:
        yield Fault(index, "image", WIDE_IMAGE, {"pixels": pixels, "limit": limits.image_pixels})
    over = len(image.alt) - limits.alt_characters
    if over > 0:
        yield Fault(index, "alt", LONG_ALT, {"over": over, "limit": limits.alt_characters})
