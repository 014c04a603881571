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
_OERE = 100


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


def mid_ranks(people: ir.Table, amount: str) -> ir.Table:
    """Of each amount that anybody has: `persons` who have it, and `twice_the_rank`, twice the mean of their places.

    `people` has a row for each person, and all have the amount, a whole number of øre. Who has least is 1 here. Twice,
    since the mean of places is a whole number or half of one.
    """
    values = people.group_by(amount).aggregate(persons=people.count())
    values = values.mutate(band=values[amount] // _OERE)
    bands = values.group_by("band").aggregate(persons=whole(values.persons.sum()))
    lower = ibis.cumulative_window(order_by=bands.band)
    bands = bands.select(the_band=bands.band, below=whole(bands.persons.sum().over(lower)) - bands.persons)
    joined = values.inner_join(bands, values.band == bands.the_band)
    within = ibis.cumulative_window(group_by=joined.band, order_by=joined[amount])
    up_to_here = joined.below + whole(joined.persons.sum().over(within))
    return joined.select(amount, "persons", twice_the_rank=2 * up_to_here - joined.persons + 1)
