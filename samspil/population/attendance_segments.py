"""Segments by diagnosis and attendance: who comes to controls, who comes sometimes, and who is not seen (ALG-1).

Report 002, Kronikerdata, L1065-1078; the analysis project, L1084-1095. The third segment of the report is two groups
at once (L1073-1075), kept apart here: S3a is diagnosed and never comes, S3b is not diagnosed at all.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from samspil.population.binding import Use
from samspil.population.criteria import Judge, are_loaded, bind_reading
from samspil.programmes.segments import Control

S1, S2, S3A, S3B, NONE, UNKNOWN = "S1", "S2", "S3a", "S3b", "none", "unknown"
#: Every person is in exactly one of these per programme.
SEGMENTS = (S1, S2, S3A, S3B, NONE, UNKNOWN)
#: Those of the diagnosed, which the region's own data can find too.
DIAGNOSED = (S1, S2, S3A)


def control_uses(control: Control) -> list[Use]:
    """Everything that controls need measured."""
    return [bind_reading(reading) for reading in control.sum_of]


def attended(control: Control, judge: Judge) -> ir.IntegerValue:
    """The controls each person came to, of the kinds that were delivered; null when none was."""
    counts = [count for use in control_uses(control) if (count := judge.number(use)) is not None]
    return sum(counts[1:], counts[0]).cast("int64") if counts else ibis.null("int64")


def segments(
    control: Control, judge: Judge, diagnosed: ir.BooleanValue, algorithm: ir.BooleanValue, came: ir.IntegerValue
) -> ir.StringValue:
    """The segment of everybody, `unknown` where a missing source could decide it.

    The estimate counts only for who is not diagnosed. Where a kind of control was not delivered, those counted are the
    least there were: enough of them is S1, and fewer says nothing.
    """
    whole = are_loaded(control_uses(control), judge.tables)
    fewer = [(diagnosed & (came > 0), S2), (diagnosed, S3A)] if whole else [(diagnosed, UNKNOWN)]
    return ibis.cases(
        (diagnosed & (came >= control.needed), S1),
        *fewer,
        (diagnosed.isnull(), UNKNOWN),
        (algorithm, S3B),
        (algorithm.isnull(), UNKNOWN),
        else_=NONE,
    )


def secondary_segments(found: ir.StringValue, regional_contact: ir.BooleanValue) -> ir.StringValue:
    """What secondary-sector data alone make of the segments: the diagnosed with regional contact, never S3b.

    It is `unknown` where the segment or the contact is.
    """
    diagnosed = found.isin(DIAGNOSED)
    return ibis.cases(
        (found == UNKNOWN, UNKNOWN),
        (diagnosed & regional_contact, found),
        (diagnosed & regional_contact.isnull(), UNKNOWN),
        else_=NONE,
    )
