"""What tokens cost: as the settings say, or by a table of published prices."""

from dataclasses import dataclass
from typing import Protocol


class Prices(Protocol):
    def cost(self, model: str, fresh: int, cached: int, output: int) -> float | None:
        """US dollars for so many tokens (fresh input, cached input, output); None: not known."""


class Unpriced:
    """Counts tokens only."""

    def cost(self, model: str, fresh: int, cached: int, output: int) -> float | None:
        return None


@dataclass(frozen=True)
class Stated:
    """Prices a person stated, in US dollars per million tokens; cached input costs as fresh."""

    input: float
    output: float

    def cost(self, model: str, fresh: int, cached: int, output: int) -> float | None:
        return ((fresh + cached) * self.input + output * self.output) / 1e6


class Table:
    """The table of published prices that comes with genai-prices; nothing is fetched."""

    def cost(self, model: str, fresh: int, cached: int, output: int) -> float | None:
        from genai_prices import Usage, calc_price  # noqa: PLC0415  (the table takes a moment)

        usage = Usage(input_tokens=fresh + cached, cache_read_tokens=cached, output_tokens=output)
        try:
            return float(calc_price(usage, model).total_price)
        except LookupError:  # a model that the table does not know
            return None


def prices(input_price: float | None, output_price: float | None) -> Prices:
    """Stated prices where both are given, else the table."""
    if input_price is not None and output_price is not None:
        return Stated(input_price, output_price)
    return Table()
