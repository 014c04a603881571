"""Writing, reading and verifying the access log.

Every row is chained to the one before by a keyed digest (HMAC-SHA-256) over its content and the digest before. A row
that is changed, removed or put in between breaks its chain; the key lies outside the database, so that who can write to
the database alone cannot mend the chain. What a chain cannot show by itself is that its end was cut off and its head
set back to an earlier row. That is what *seals* are for: the heads of all chains in one line, kept outside the database
(`seals.py`). Verifying compares the log with the newest of them: the end is proven up to the last seal, and what was
written after that is not.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from samspil.access import seals
from samspil.access.actor import Actor
from samspil.access.models import AccessRecord, Chain, Role
from samspil.access.policy import Decision, Purpose, Resource, Verb
from samspil.definitions import SamspilError

#: Organisations are spread over so many chains, so that they seldom wait for each other.
CHAINS = 16
#: Whenever a chain has grown by so many rows, the log's seal is kept.
SEAL_EVERY = 200
_FIELDS = (
    "chain",
    "position",
    "user_id",
    "user_name",
    "role",
    "organisation_id",
    "organisation_name",
    "verb",
    "resource",
    "detail",
    "citizen_id",
    "purpose",
    "basis",
    "outcome",
    "reason",
)


class Refused(Exception):
    """Something the policy does not allow. Whoever catches it writes `record` to the log, after any rollback."""

    def __init__(self, decision: Decision, record: AccessRecord) -> None:
        self.decision = decision
        self.record = record
        super().__init__(f"{record.verb} {record.resource}: {decision.reason}")


def entry(
    actor: Actor,
    verb: Verb,
    resource: Resource,
    purpose: Purpose,
    decision: Decision,
    *,
    citizen_id: int | None = None,
    detail: str = "",
) -> AccessRecord:
    """A row of the log that is not yet written."""
    outcome = AccessRecord.Outcome.ALLOWED if decision else AccessRecord.Outcome.REFUSED
    return AccessRecord(
        at=timezone.now(),
        user_id=actor.user_id,
        user_name=actor.name,
        role=actor.role,
        organisation_id=actor.organisation_id,
        organisation_name=actor.organisation.name if actor.organisation else "",
        verb=verb,
        resource=resource.kind,
        detail=detail[:200],
        citizen_id=citizen_id if citizen_id is not None else (resource.citizen.pk if resource.citizen else None),
        purpose=purpose,
        basis=decision.basis,
        outcome=outcome,
        reason=decision.reason,
    )


def append(records: Sequence[AccessRecord]) -> None:
    """Write rows at the end of their chain, all or none. From time to time the log's seal is kept afterwards."""
    if not records:
        return
    number = _chain_of(records[0])
    with transaction.atomic():
        head = Chain.objects.select_for_update().filter(number=number).first()
        if head is None:
            Chain.objects.bulk_create([Chain(number=number)], ignore_conflicts=True)
            head = Chain.objects.select_for_update().get(number=number)
        before = head.length
        for record in records:
            record.chain, record.position = number, head.length
            record.digest = digest(record, head.digest)
            head.length, head.digest = head.length + 1, record.digest
        AccessRecord.objects.bulk_create(records, batch_size=500)
        head.save()
        if before // SEAL_EVERY != head.length // SEAL_EVERY:
            # Not before the rows are there for good, and whatever happens to the seal, the request goes on.
            transaction.on_commit(_keep_seal, robust=True)


def _keep_seal() -> None:
    seals.keep(seal_now())


def _chain_of(record: AccessRecord) -> int:
    """Commands that write for long have a chain of their own, so that nobody's page waits for them."""
    if record.role == Role.SYSTEM:
        return CHAINS
    return (record.organisation_id or record.user_id or 0) % CHAINS


def digest(record: AccessRecord, before: str) -> str:
    """The keyed digest of a row that follows a row with the digest `before`."""
    content = {name: getattr(record, name) for name in _FIELDS}
    content["at"] = record.at.astimezone(dt.UTC).isoformat(timespec="microseconds")
    message = before + json.dumps(content, sort_keys=True, ensure_ascii=False, default=str)
    return hmac.new(settings.LOG_KEY.encode(), message.encode(), hashlib.sha256).hexdigest()


def key_fits() -> bool:
    """Whether the log was written with this installation's key, as the newest rows show; an empty log fits any.

    One chain that fits is enough: whether another was changed is for verifying to tell.
    """
    heads = list(Chain.objects.filter(length__gt=0))
    for head in heads:
        rows = AccessRecord.objects.filter(chain=head.number, position__in=(head.length - 2, head.length - 1))
        found = list(rows.order_by("position"))
        before = found[-2].digest if len(found) > 1 else ""
        if found and found[-1].digest == digest(found[-1], before):
            return True
    return not heads


@dataclass(frozen=True)
class Verification:
    """What verifying found: rows read, the first fault of each broken chain, and the log's seal now."""

    rows: int
    faults: list[str]
    seal: str


def verify(seal: str | None = None) -> Verification:
    """Read the whole log, check every chain, and that what the newest kept seal covered is unchanged.

    With an earlier `seal`, also that what that one covered is. Raises SamspilError when a seal cannot be read.
    """
    sealed = _sealed(seal)
    rows, faults, heads = 0, [], []
    numbers = {*range(CHAINS), *Chain.objects.values_list("number", flat=True), *(n for one in sealed for n in one[1])}
    for number in sorted(numbers):
        # Others may write meanwhile: read what the head covers, and afterwards what lies beyond it.
        head = Chain.objects.filter(number=number).first()
        length, last, fault = 0, "", None
        unmet = {name: chains[number] for name, chains in sealed if chains.get(number, (0, ""))[0]}
        for record in _chain(number, head.length if head is not None else 0):
            if fault is None and record.position < length:
                fault = f"chain {number}: row {record.position} stands there twice (id {record.pk})"
            elif fault is None and record.position != length:
                fault = f"chain {number}: row {length} is missing"
            elif fault is None and record.digest != digest(record, last):
                fault = f"chain {number}: row {record.position} (id {record.pk}) was changed"
            length, last = length + 1, record.digest
            unmet = {name: end for name, end in unmet.items() if end != (length, last)}
        rows += length
        if fault is None and head is not None and (head.length, head.digest) != (length, last):
            fault = f"chain {number}: rows at its end are missing, or its head was changed"
        if fault is None and _reaches_beyond_its_head(number):
            fault = f"chain {number}: rows stand beyond its head"
        if fault is None and unmet:
            fault = f"chain {number}: differs from {next(iter(unmet))}"
        if head is not None:
            heads.append(head)
        if fault is not None:
            faults.append(fault)
    return Verification(rows, faults, make_seal(heads))


def _sealed(seal: str | None) -> list[tuple[str, dict[int, tuple[int, str]]]]:
    """What the log is compared with: each seal's name, and its length and digest per chain."""
    kept = seals.newest()
    found = [("the seal", read_seal(seal))] if seal else []
    return found + ([(f"the seal kept {kept.at}", read_seal(kept.seal))] if kept is not None else [])


def _chain(number: int, length: int) -> Iterator[AccessRecord]:
    rows = AccessRecord.objects.filter(chain=number, position__lt=length)
    return rows.order_by("position", "id").iterator(chunk_size=5000)


def _reaches_beyond_its_head(number: int) -> bool:
    """Whether there are rows that no head covers. The rows are looked at first: a head is written with its rows."""
    last = AccessRecord.objects.filter(chain=number).order_by("-position").values_list("position", flat=True).first()
    head = Chain.objects.filter(number=number).first()
    return last is not None and (head is None or last >= head.length)


def seal_now() -> str:
    """The log's seal at this moment, without reading the log."""
    return make_seal(Chain.objects.all())


def make_seal(heads: Iterable[Chain]) -> str:
    """Every chain's length and digest in one line that can be kept elsewhere."""
    parts = [f"{head.number}:{head.length}:{head.digest}" for head in sorted(heads, key=lambda head: head.number)]
    return "samspil-log " + " ".join(parts)


def read_seal(seal: str) -> dict[int, tuple[int, str]]:
    """Length and digest per chain. Raises SamspilError for a text that is no seal."""
    name, *parts = seal.split()
    try:
        if name != "samspil-log":
            raise ValueError
        chains = [part.split(":") for part in parts]
        return {int(number): (int(length), found) for number, length, found in chains}
    except ValueError as error:
        raise SamspilError("this is no seal of an access log; it begins with `samspil-log`") from error


def of_citizen(citizen_id: int) -> QuerySet[AccessRecord]:
    """The rows about one citizen, newest first."""
    return AccessRecord.objects.filter(citizen_id=citizen_id).order_by("-at", "-id")
