"""What every value is: frozen and closed."""

from pydantic import BaseModel


class Value(BaseModel, frozen=True, extra="forbid"):
    """Frozen, closed: a step returns a new value."""
