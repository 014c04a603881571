"""Everybody's place by an amount, found without bringing everybody together in one place.

Asked for at once, a place among all is a sort of all in one task, however many workers there are. So people are put
into bands of one krone first, which are counted; a place is that of those in the bands above, and the one within the
band. Many have used nothing at all, and are divided once more.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from samspil.population.sums import whole

#: `person_id` has 63 random bits: whoever has an amount of 0 is in one of 256 parts by the first eight.
_PART = 2**55
#: The band of who has no amount: below all others.
_NO_AMOUNT = -(2**62)


def ranked(people: ir.Table, amount: str) -> ir.Table:
    """`person_id`, the amount, `rank` and `everybody`: who has most is 1, of equals the lower person id comes first.

    `people` has `person_id` and the column `amount`, in DKK; who has none there comes last. `everybody` is how many
    there are. Nothing else of people goes through the sort.
    """
    rows = people.select("person_id", amount=people[amount])
    rows = rows.mutate(
        band=rows.amount.floor().cast("int64").fill_null(_NO_AMOUNT),
        part=((rows.amount != 0).fill_null(False)).ifelse(0, rows.person_id // _PART),
    )
    bands = rows.group_by("band", "part").aggregate(persons=rows.count())
    above = ibis.cumulative_window(order_by=[bands.band.desc(), bands.part])
    bands = bands.select(
        the_band=bands.band,
        the_part=bands.part,
        above=whole(bands.persons.sum().over(above)) - bands.persons,
        everybody=whole(bands.persons.sum().over(ibis.window())),
    )
    joined = rows.inner_join(bands, [rows.band == bands.the_band, rows.part == bands.the_part])
    within = ibis.window(group_by=[joined.band, joined.part], order_by=[joined.amount.desc(), joined.person_id])
    return joined.select(
        person_id=joined.person_id,
        **{amount: joined.amount},
        rank=joined.above + ibis.row_number().over(within).cast("int64") + 1,
        everybody=joined.everybody,
    )
