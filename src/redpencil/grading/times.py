"""Times as they are stored: ISO 8601, in UTC."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> str:
    """The time, to the second."""
    return f"{datetime.now(UTC).replace(tzinfo=None).isoformat(timespec='seconds')}Z"


def moment(written: str) -> float:
    """Seconds since 1970 of a time, in UTC unless it says otherwise; what is no time comes before all others."""
    try:
        time = datetime.fromisoformat(written)
        return (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return float("-inf")
