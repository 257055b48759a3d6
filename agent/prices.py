"""What tokens cost, from an offline table where one is installed, or as the settings say."""

import importlib
import importlib.util
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
    """The offline price table of genai-prices."""

    def cost(self, model: str, fresh: int, cached: int, output: int) -> float | None:
        table = importlib.import_module("genai_prices")
        usage = table.Usage(
            input_tokens=fresh + cached, cache_read_tokens=cached, output_tokens=output
        )
        try:
            return float(table.calc_price(usage, model).total_price)
        except LookupError:  # a model that the table does not know
            return None


def prices(input_price: float | None, output_price: float | None) -> Prices:
    """Stated prices where both are given, else the installed table, else none."""
    if input_price is not None and output_price is not None:
        return Stated(input_price, output_price)
    return Table() if importlib.util.find_spec("genai_prices") else Unpriced()
