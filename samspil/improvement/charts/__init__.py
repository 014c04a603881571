"""Drawings of this room: plain numbers in, places and texts for a template out.

Each kind of drawing is a function that takes numbers and gives a frozen dataclass of texts, and a template
`improvement/charts/_<kind>.html` that draws it as `drawing`:

    {% include "improvement/charts/_trend.html" with drawing=trend %}

Every drawing has a `key` (unique on its page; ids are made of it), a `title`, a `description` for who does not see it,
and a `table` with the same numbers. A figure that is not there is never drawn as 0: it carries a `why`. The functions:
`trend.trend`, `spark.spark`, `funnel.funnel`, `control.control`, `spread.strip`, `bars.bars`, `stacked.stacked`,
`lorenz.lorenz`, `matrix.matrix`, `columns.columns`. Pages with drawings load `web/charts.css`.
"""
