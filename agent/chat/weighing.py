"""What a call takes: what it sends, weighed before it, and whose count is believed after it."""

import json
from typing import Final

from agent.budget import Used
from agent.chat.replies import Reply
from agent.chat.wire import Call
from retrieval import tokens

FRAMING: Final = 4
"""Tokens that a message takes beside its text (OpenAI cookbook, "How to count tokens")."""
TRUSTED: Final = 10
"""Times our own count that an endpoint's may be: a token of ours has some four bytes, another
tokenizer's may have one."""
HIDDEN: Final = 10_000
"""Tokens that a provider may put before a prompt and count."""


def weight(call: Call) -> int:
    """Tokens that a call sends; an estimate for models whose tokenizer is not known."""
    texts = (*(text for _, text in call.messages), json.dumps(call.schema))
    return sum(tokens.count(text, call.model) + FRAMING for text in texts)


def used(reply: Reply, sent: int, call: Call) -> Used:
    """What the endpoint counted, where that can be; else what we count.

    Every model reads and writes something; a token that it writes is at least a byte of the
    answer, or one of the thoughts that are not shown.

    Args:
        reply: What came back.
        sent: Tokens of the call, by `weight`.
        call: What was asked.
    """
    said, size = reply.counts, len(reply.text.encode("utf-8", "surrogatepass"))
    read = _believed(said.input_tokens, TRUSTED * sent + HIDDEN)
    written = _believed(said.output_tokens, size + 2 * call.output_tokens)
    return Used(
        sent if read is None else read,
        0 if read is None else min(said.cached_tokens, read),
        tokens.count(reply.text, call.model) if written is None else written,
        counted=read is not None and written is not None,
    )


def _believed(said: int | None, most: int) -> int | None:
    return said if said is not None and 0 < said <= most else None
