"""The answer to `write.md`."""

from prompts.base import Answer, Facet, Quote


class Written(Answer):
    """Quotations first: the model must find what carries a sentence before it writes it."""

    quotes: list[Quote]
    text: str


class WrittenSection(Answer):
    facet: Facet
    sentences: list[Written]


class WriteAnswer(Answer):
    sections: list[WrittenSection]
