"""What happens here that other rooms act on, in the same transaction."""

from __future__ import annotations

from django.dispatch import Signal

#: A pathway has ended. Sent with `pathway`, `by` (the membership that ended it), `reason` and `words`.
pathway_ended = Signal()
