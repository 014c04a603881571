"""Loads one delivery: checked, linked, sorted into the lake, and then named by a new state, or not at all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pyarrow as pa
from ibis.formats.pyarrow import PyArrowType

from samspil.warehouse.choice import chosen
from samspil.warehouse.contracts import Table
from samspil.warehouse.door import LINE, Door, Raw, damaged
from samspil.warehouse.engine import Engine, connect
from samspil.warehouse.home import Home
from samspil.warehouse.package import Package, Refused, TableFile, check_hash, open_package
from samspil.warehouse.place import TABLE
from samspil.warehouse.rejects import Rejects, most_common_faults
from samspil.warehouse.rules import Reading, read_codes, read_rows, unfit_type
from samspil.warehouse.state import (
    Delivery,
    LoadedTable,
    Segment,
    Source,
    State,
    clear_unnamed_files,
    commit,
    read_state,
)
from samspil.warehouse.vault import link, write_secret


@dataclass
class LoadReport:
    """What became of one delivery. `refused` says why nothing was loaded, and is None when it was."""

    folder: Path
    name: str = ""
    source: str = ""
    unchanged: bool = False
    refused: str | None = None
    tables: dict[str, LoadedTable] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)

    @property
    def rejected(self) -> int:
        return sum(table.rejected for table in self.tables.values())

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables.values())


def load(home: Home, folder: Path, progress: Callable[[str], None] = lambda _: None) -> LoadReport:
    """Load the package in `folder` into the warehouse. The caller is `changing` the home.

    A refused delivery changes nothing; its report says why, and its rejected rows are kept under the delivery's
    name for `samspil warehouse rejects`. `progress` is told what is being done.
    """
    report = LoadReport(folder)
    try:
        package = open_package(folder)
        report.name, report.source = package.name, package.contract.source
        report.warnings += package.warnings
        state = read_state(home)
        if any(delivery.fingerprint == package.fingerprint for delivery in state.deliveries.values()):
            report.unchanged = True
            return report
        _Load(home, state, package, report, progress).run()
    except Refused as refusal:
        report.refused = str(refusal)
        clear_unnamed_files(home)
    return report


class _Load:
    """One load in progress."""

    def __init__(
        self, home: Home, state: State, package: Package, report: LoadReport, progress: Callable[[str], None]
    ) -> None:
        self.home = home
        self.state = state
        self.package = package
        self.report = report
        self.progress = progress
        self.engine: Engine = connect(home.tmp, chosen())
        self.door = Door(self.engine, home.tmp)
        self.rejects = Rejects(self.door.folder)

    def run(self) -> None:
        try:
            self._read()
        finally:
            self.door.close()

    def _read(self) -> None:
        package = self.package
        for file in package.tables.values():
            self.progress(f"checking {file.table}")
            check_hash(file)
        raw = {name: self._raw(file) for name, file in package.tables.items()}
        try:
            self.progress("linking persons")
            identity_files, links = self._link(raw)
            for name, file in package.tables.items():
                self.progress(f"loading {name}")
                self._load_table(file, raw[name], links)
        except Exception as error:
            damage = self.engine.damage(error)
            if damage is None:
                raise
            path = next((f.path for f in package.tables.values() if not f.is_csv and damaged(f)), None)
            if path is None:
                # One of the lake, the vault or this load itself; the text names it.
                raise Refused(f"{package.folder}: a file that loading it needs is damaged: {damage}") from error
            raise Refused(f"{path}: damaged between its beginning and its end: {damage}") from error
        self.rejects.keep(self.home, package.id)
        self._refuse_too_many_rejects()
        self._commit(identity_files)

    # Reading

    def _raw(self, file: TableFile) -> ir.Table:
        """A table as delivered, with its line numbers. Refuses what cannot be read, or lacks columns or rows."""
        found: Raw = self.door.open(file)
        self.rejects.broken(file, found.broken)
        raw, contract = found.rows, self.package.contract.tables[file.table]
        missing = [name for name in contract.columns if name not in found.columns.names]
        if missing:
            raise Refused(f"{file.path}: missing column {', '.join(missing)}")
        extra = [name for name in found.columns.names if name not in contract.columns]
        if extra:
            self.report.warnings.append(f"{file.table}: extra column {', '.join(extra)} ignored")
        for name, column in contract.columns.items():
            wrong = unfit_type(column, PyArrowType.to_ibis(found.columns.field(name).type))
            if wrong:
                raise Refused(f"{file.path}: the column `{name}` {wrong}")
        if found.count != file.rows:
            raise Refused(f"{file.path}: {found.count} rows, the descriptor says {file.rows}; the file is not whole")
        # Nothing of the owner's but the contract's columns goes on: an extra one may be called like one of ours.
        return raw.select(*contract.columns, line=raw[LINE])

    def _link(self, raw: dict[str, ir.Table]) -> tuple[list[str], ir.Table | None]:
        written = [table.select(written="cpr") for table in raw.values() if "cpr" in table.columns]
        if not written:
            return list(self.state.identity_files), None
        distinct = ibis.union(*(table.distinct() for table in written), distinct=True)
        return link(self.engine, self.home, self.state, self.package.id, distinct)

    # Rows into the lake

    def _load_table(self, file: TableFile, raw: ir.Table, links: ir.Table | None) -> None:
        contract = self.package.contract.tables[file.table]
        if contract.about_persons:
            assert links is not None, "a table about persons has a column of CPR numbers"
            raw = raw.left_join(links, raw.cpr == links.written).drop("written")
        raw = _with_normal_codes(contract, raw)
        reading = read_rows(raw, contract, self.package.period)
        staged = self.engine.at_hand(
            raw.select(
                "line",
                *dict.fromkeys(rule.column for rule in reading.rules),
                broken=_bits(reading),
                **{f"read_{name}": value for name, value in reading.columns.items()},
            )
        )
        self._reject_broken(file, staged, reading)
        good = staged.filter(staged.broken == 0).select(
            "line", **{name: staged[f"read_{name}"] for name in reading.columns}
        )
        good = self._without_repeats(file, contract, good)
        loaded = self._write(file, contract, good)
        if any(column.identity for column in contract.columns.values()):
            self._write_names(good, contract)
        rejected = file.rows - loaded
        self.report.tables[file.table] = LoadedTable(
            sha256=file.sha256, rows=file.rows, loaded=loaded, rejected=rejected
        )

    def _reject_broken(self, file: TableFile, staged: ir.Table, reading: Reading) -> None:
        given = dict.fromkeys(rule.column for rule in reading.rules)
        bad = staged.filter(staged.broken != 0).select("line", "broken", *given).order_by("line")
        for batch in self.engine.batches(bad):
            bits = batch["broken"].to_numpy()
            for position, rule in enumerate(reading.rules):
                rows = batch.filter(pa.array(bits >> position & 1 == 1))
                self.rejects.add(file, rows["line"].to_pylist(), rule.column, rule.fault, [rows[rule.column]])

    def _without_repeats(self, file: TableFile, contract: Table, good: ir.Table) -> ir.Table:
        """Sets aside rows that repeat an earlier one in what the contract calls unique."""
        if contract.unique is None:
            return good
        keys = ["person_id" if key == "cpr" else key for key in contract.unique]
        counted = good.group_by(keys).aggregate(first=good.line.min(), times=good.count())
        repeated = counted.filter(counted.times > 1).cache()
        if not self.engine.one(repeated.aggregate(keys=repeated.count()))["keys"]:
            return good
        same = [good[key].identical_to(repeated[key]) for key in keys]
        later = good.inner_join(repeated, same).filter(lambda t: t.line > t.first)
        found = later.select("line", "first", *keys).cache()
        for batch in self.engine.batches(found.order_by("line")):
            lines, firsts, *values = batch.columns
            faults = [f"same as line {self.rejects.line(file, first)}" for first in firsts.to_pylist()]
            self.rejects.add(file, lines.to_pylist(), ", ".join(contract.unique), faults, values)
        return good.anti_join(found, "line")

    def _write(self, file: TableFile, contract: Table, good: ir.Table) -> int:
        """Write the good rows, sorted by year and person.

        By year, so that a window of months reads the years it needs; by the random `person_id` within it, so that
        one person is found quickly and the order tells nothing of the order of CPR numbers. A large table is sorted
        in parts, each of so many lines as they were delivered.
        """
        order = [good[contract.period].year()] if contract.period is not None else []
        if contract.about_persons:
            order.append(good.person_id)
        order += [*([good[contract.period]] if contract.period else []), good.line]
        lake, name = self.home.lake, self._lake_file(file.table)
        parts = _in_parts(good, file.rows, self.engine.sorted_at_once)
        written = 0
        for number, part in enumerate(parts):
            named = f"{name}/part-{number:05}{TABLE}" if len(parts) > 1 else name
            lake.prepare(named)
            written += self.engine.write(part.order_by(order).select(*contract.lake_columns), lake.address(named))
        lake.settle(name)
        return written

    def _write_names(self, good: ir.Table, contract: Table) -> None:
        names = [name for name, column in contract.columns.items() if column.identity]
        rows = good.select("person_id", *names).order_by("person_id")
        write_secret(self.engine, rows, self.home.vault / "names" / f"{self.package.id}.parquet")

    def _lake_file(self, table: str) -> str:
        return f"data/{self.package.contract.source}/{table}/{self.package.id}.parquet"

    # Too much of it wrong

    def _refuse_too_many_rejects(self) -> None:
        limit = self.package.contract.max_rejected
        report = self.report
        useless = [name for name, t in report.tables.items() if t.rows and not t.loaded]
        too_many = report.rows and report.rejected / report.rows > limit
        for name, table in report.tables.items():
            if table.rejected > limit * table.rows:
                report.warnings.append(f"{name}: {table.rejected} of {table.rows} rows rejected")
        if not too_many and not useless:
            return
        kept = self.home.vault / "refused" / f"{self.package.id}.parquet"
        kept.parent.mkdir(mode=0o700, exist_ok=True)
        (self.home.vault / "rejects" / f"{self.package.id}.parquet").replace(kept)
        clear_unnamed_files(self.home)
        worst = most_common_faults(kept)
        if useless and not too_many:
            raise Refused(f"{self.package.folder}: no row of {', '.join(useless)} could be used; {worst}")
        raise Refused(
            f"{self.package.folder}: {report.rejected} of {report.rows} rows rejected "
            f"({report.rejected / report.rows:.1%}, the limit is {limit:.1%}); {worst}"
        )

    # The new state

    def _commit(self, identity_files: list[str]) -> None:
        package, state = self.package, self.state
        source = state.sources.get(package.contract.source, Source())
        tables = {}
        for name, contract in package.contract.tables.items():
            segment = Segment(
                file=self._lake_file(name),
                delivery=package.id,
                rows=self.report.tables[name].loaded,
                in_force=[package.period] if contract.period else None,
            )
            earlier = [left for s in source.tables.get(name, []) if (left := s.without(package.period))]
            tables[name] = [*earlier, segment]
        for delivery in state.deliveries_of(package.contract.source):
            replaces = delivery.period.minus(package.period) != [delivery.period] or any(
                contract.period is None for contract in package.contract.tables.values()
            )
            if replaces and delivery.extracted_at > package.extracted_at:
                self.report.warnings.append(
                    f"drawn {package.extracted_at:%Y-%m-%d}, before the delivery {delivery.name} "
                    f"({delivery.extracted_at:%Y-%m-%d}) whose rows it replaces"
                )
        delivery = Delivery(
            id=package.id,
            name=package.name,
            source=package.contract.source,
            owner=package.owner,
            contract=package.contract.contract,
            period=package.period,
            extracted_at=package.extracted_at,
            legal_basis=package.legal_basis,
            fingerprint=package.fingerprint,
            loaded_at=dt.datetime.now(dt.UTC).replace(microsecond=0),
            tables=self.report.tables,
            warnings=self.report.warnings,
        )
        commit(
            self.home,
            state.next(
                f"loaded {package.id}",
                sources=state.with_source(package.contract.source, source.model_copy(update={"tables": tables})),
                deliveries={**state.deliveries, package.id: delivery},
                identity_files=identity_files,
            ),
        )


def _with_normal_codes(contract: Table, raw: ir.Table) -> ir.Table:
    """Beside each column of codes the codes in their normal form, asked of the distinct ones."""
    for name, column in contract.columns.items():
        if column.type == "code":
            distinct = raw.select(written=raw[name]).distinct()
            normal = read_codes(distinct.written, column.pattern or ".+")
            codes = distinct.mutate(**{f"normal_{name}": normal}).cache()
            raw = raw.left_join(codes, raw[name] == codes.written).drop("written")
    return raw


def _in_parts(rows: ir.Table, count: int, most: int | None) -> list[ir.Table]:
    """The rows by the lines they were delivered in, about `most` of them each; `count` lines were delivered."""
    if most is None or count <= most:
        return [rows]
    # Lines are counted from 1 in one kind of file, and from 2 in the other.
    starts = range(0, count, most)
    return [
        rows.filter(rows.line > start, *([rows.line <= start + most] if start + most < count else []))
        for start in starts
    ]


def _bits(reading: Reading) -> ir.IntegerValue:
    """One number whose bits are the broken rules of a row."""
    bits = [
        rule.broken.fill_null(False).ifelse(ibis.literal(1 << position, "int64"), 0)
        for position, rule in enumerate(reading.rules)
    ]
    return sum(bits[1:], bits[0]) if bits else ibis.literal(0, "int64")
