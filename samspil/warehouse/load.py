"""Loads one delivery: checked, linked, sorted into the lake, and then named by a new state, or not at all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq
from ibis.backends.duckdb import Backend

from samspil.warehouse.contracts import Table
from samspil.warehouse.engine import ROW_GROUP, connect, quoted
from samspil.warehouse.home import Home, sync
from samspil.warehouse.package import (
    Package,
    Refused,
    TableFile,
    check_hash,
    csv_header,
    lines_of_records,
    open_package,
)
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
from samspil.warehouse.vault import link, prepare_private, write_private

REJECT_SCHEMA = pa.schema(
    [("table", pa.string()), ("line", pa.int64()), ("column", pa.string()), ("fault", pa.string()),
     ("value", pa.string())]
)  # fmt: skip


#: The column of line numbers while a table is read; no owner's column is called so.
LINE = "# line"


def identifier(name: str) -> str:
    """A name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def _typed_nulls(file: TableFile) -> str:
    """Columns that Parquet gives no type because nobody has a value, as text; the engine takes them for numbers."""
    try:
        untyped = [field.name for field in pq.read_schema(file.path) if pa.types.is_null(field.type)]
    except (pa.ArrowException, OSError) as error:
        raise Refused(f"{file.path}: cannot be read as parquet: {str(error).splitlines()[0]}") from error
    texts = ", ".join(f"CAST(NULL AS VARCHAR) AS {identifier(name)}" for name in untyped)
    return f" REPLACE ({texts})" if texts else ""


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
        self.connection: Backend = connect(home.tmp)
        #: Lines of each CSV file that are not rows at all, in order.
        self.broken_lines: dict[str, list[int]] = {}
        #: The line on which each record of a CSV file begins, where rows were rejected.
        self.begins: dict[str, Sequence[int]] = {}
        self.rejects: list[pa.Table] = []

    def run(self) -> None:
        package = self.package
        for file in package.tables.values():
            self.progress(f"checking {file.table}")
            check_hash(file)
        raw = {name: self._raw(file) for name, file in package.tables.items()}
        try:
            self.progress("linking persons")
            identity_files = self._link(raw)
            for name, file in package.tables.items():
                self.progress(f"loading {name}")
                self._load_table(file, raw[name])
        except duckdb.InvalidInputException as error:
            # A file with a sound beginning and end that is damaged between them; the text names it.
            raise Refused(f"{package.folder}: {str(error).splitlines()[0]}") from error
        self._keep_rejects()
        self._refuse_too_many_rejects()
        self._commit(identity_files)

    # Reading

    def _raw(self, file: TableFile) -> ir.Table:
        """A table as delivered, with its line numbers. Refuses what cannot be read, or lacks columns or rows."""
        try:
            raw, rows = self._raw_csv(file) if file.is_csv else self._raw_parquet(file)
        except duckdb.Error as error:
            first = str(error).splitlines()[0]
            raise Refused(f"{file.path}: cannot be read as {file.path.suffix[1:]}: {first}") from error
        contract = self.package.contract.tables[file.table]
        missing = [name for name in contract.columns if name not in raw.columns]
        if missing:
            raise Refused(f"{file.path}: missing column {', '.join(missing)}")
        extra = [name for name in raw.columns if name not in contract.columns and name != LINE]
        if extra:
            self.report.warnings.append(f"{file.table}: extra column {', '.join(extra)} ignored")
        for name, column in contract.columns.items():
            wrong = unfit_type(column, raw[name].type())
            if wrong:
                raise Refused(f"{file.path}: the column `{name}` {wrong}")
        if rows != file.rows:
            raise Refused(f"{file.path}: {rows} rows, the descriptor says {file.rows}; the file is not whole")
        # Nothing of the owner's but the contract's columns goes on: an extra one may be called like one of ours.
        return raw.select(*contract.columns, line=raw[LINE])

    def _raw_parquet(self, file: TableFile) -> tuple[ir.Table, int]:
        path = quoted(file.path)
        raw = self.connection.sql(
            f"SELECT * EXCLUDE (file_row_number){_typed_nulls(file)}, file_row_number + 1 AS {identifier(LINE)} "
            f"FROM read_parquet({path}, file_row_number = true)"
        )
        (rows,) = self.connection.con.execute(f"SELECT count(*) FROM read_parquet({path})").fetchone() or (0,)
        return raw, rows

    def _raw_csv(self, file: TableFile) -> tuple[ir.Table, int]:
        columns = ", ".join(f"{quoted(name)}: 'VARCHAR'" for name in csv_header(file))
        self.connection.raw_sql(
            f"""CREATE TEMP TABLE raw_{file.table} AS
                SELECT row_number() OVER () + 1 AS {identifier(LINE)}, *
                FROM read_csv({quoted(file.path)}, header = true, auto_detect = false, delim = ',', quote = '"',
                              escape = '"', columns = {{{columns}}}, store_rejects = true,
                              rejects_table = 'broken_{file.table}', rejects_scan = 'scan_{file.table}')"""
        )
        broken = self.connection.con.execute(
            f"SELECT line, any_value(csv_line), string_agg(DISTINCT lower(CAST(error_type AS VARCHAR)), ', ') "
            f"FROM broken_{file.table} GROUP BY line ORDER BY line"
        ).fetchall()
        self.broken_lines[file.table] = [line for line, _, _ in broken]
        if broken:
            lines, values, faults = zip(*broken, strict=True)
            values = tuple(value.strip("\r\n") for value in values)
            self._reject(file.table, lines, [None] * len(lines), faults, values)
        (rows,) = self.connection.con.execute(f"SELECT count(*) FROM raw_{file.table}").fetchone() or (0,)
        return self.connection.table(f"raw_{file.table}"), rows + len(broken)

    def _link(self, raw: dict[str, ir.Table]) -> list[str]:
        written = [table.select(written="cpr") for table in raw.values() if "cpr" in table.columns]
        if not written:
            return list(self.state.identity_files)
        distinct = ibis.union(*(table.distinct() for table in written), distinct=True)
        return link(self.connection, self.home, self.state, self.package.id, distinct)

    # Rows into the lake

    def _load_table(self, file: TableFile, raw: ir.Table) -> None:
        contract = self.package.contract.tables[file.table]
        if contract.about_persons:
            links = self.connection.table("links")
            raw = raw.left_join(links, raw.cpr == links.written).drop("written")
        raw = self._with_normal_codes(file.table, contract, raw)
        reading = read_rows(raw, contract, self.package.period)
        staged = raw.mutate(broken=_bits(reading), **{f"read_{name}": value for name, value in reading.columns.items()})
        self._reject_broken(file, staged, reading)
        good = staged.filter(staged.broken == 0).select(
            "line", **{name: staged[f"read_{name}"] for name in reading.columns}
        )
        good = self._without_repeats(file, contract, good)
        loaded = self._write(good, contract, self.home.lake / self._lake_file(file.table))
        if any(column.identity for column in contract.columns.values()):
            self._write_names(good, contract)
        rejected = file.rows - loaded
        self.report.tables[file.table] = LoadedTable(
            sha256=file.sha256, rows=file.rows, loaded=loaded, rejected=rejected
        )

    def _with_normal_codes(self, table: str, contract: Table, raw: ir.Table) -> ir.Table:
        for name, column in contract.columns.items():
            if column.type == "code":
                distinct = raw.select(written=raw[name]).distinct()
                dictionary = f"codes_{table}_{name}"
                normal = read_codes(distinct.written, column.pattern or ".+")
                self.connection.create_table(dictionary, distinct.mutate(**{f"normal_{name}": normal}), temp=True)
                codes = self.connection.table(dictionary)
                raw = raw.left_join(codes, raw[name] == codes.written).drop("written")
        return raw

    def _reject_broken(self, file: TableFile, staged: ir.Table, reading: Reading) -> None:
        name = f"bad_{file.table}"
        self.connection.create_table(name, staged.filter(staged.broken != 0), temp=True)
        bad = self.connection.table(name)
        for position, rule in enumerate(reading.rules):
            rows = bad.filter((bad.broken & (1 << position)) != 0).select("line", value=bad[rule.column].cast("string"))
            found = rows.order_by("line").to_pyarrow()
            if found.num_rows:
                lines = [self._file_line(file, line) for line in found["line"].to_pylist()]
                count = len(lines)
                self._reject(file.table, lines, [rule.column] * count, [rule.fault] * count, found["value"].to_pylist())
        self.connection.drop_table(name)

    def _without_repeats(self, file: TableFile, contract: Table, good: ir.Table) -> ir.Table:
        """Sets aside rows that repeat an earlier one in what the contract calls unique."""
        if contract.unique is None:
            return good
        keys = ["person_id" if key == "cpr" else key for key in contract.unique]
        repeated = good.group_by(keys).aggregate(first=good.line.min(), times=good.count())
        name = f"repeated_{file.table}"
        self.connection.create_table(name, repeated.filter(repeated.times > 1), temp=True)
        repeated = self.connection.table(name)
        if repeated.count().execute() == 0:
            return good
        same = [good[key].identical_to(repeated[key]) for key in keys]
        later = good.inner_join(repeated, same).filter(lambda t: t.line > t.first)
        written = ibis.literal(", ").join([later[key].cast("string").fill_null("") for key in keys])
        found = later.select("line", "first", written=written).order_by("line").to_pyarrow()
        lines = [self._file_line(file, line) for line in found["line"].to_pylist()]
        firsts = [self._file_line(file, line) for line in found["first"].to_pylist()]
        faults = [f"same as line {first}" for first in firsts]
        self._reject(file.table, lines, [", ".join(contract.unique)] * len(lines), faults, found["written"].to_pylist())
        self.connection.create_table(f"later_{file.table}", found, temp=True)
        return good.anti_join(self.connection.table(f"later_{file.table}"), "line")

    def _write(self, good: ir.Table, contract: Table, path: Path) -> int:
        """Write the good rows, sorted by year and person.

        By year, so that a window of months reads the years it needs; by the random `person_id` within it, so that
        one person is found quickly and the order tells nothing of the order of CPR numbers.
        """
        order = [good[contract.period].year()] if contract.period is not None else []
        if contract.about_persons:
            order.append(good.person_id)
        rows = good.order_by([*order, *([good[contract.period]] if contract.period else []), good.line])
        return self._copy(rows.select(*contract.lake_columns), path)

    def _write_names(self, good: ir.Table, contract: Table) -> None:
        names = [name for name, column in contract.columns.items() if column.identity]
        path = self.home.vault / "names" / f"{self.package.id}.parquet"
        prepare_private(path)
        self._copy(good.select("person_id", *names).order_by("person_id"), path)

    def _copy(self, rows: ir.Table, path: Path) -> int:
        path.parent.mkdir(parents=True, exist_ok=True)
        result = self.connection.con.execute(
            f"COPY ({self.connection.compile(rows)}) TO {quoted(path)} "
            f"(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP}, USE_TMP_FILE false)"
        ).fetchone()
        sync(path)
        sync(path.parent)
        return int(result[0]) if result else 0

    def _lake_file(self, table: str) -> str:
        return f"data/{self.package.contract.source}/{table}/{self.package.id}.parquet"

    # Rejects

    def _file_line(self, file: TableFile, line: int) -> int:
        """The line in the file of a row that was numbered without the broken lines before it."""
        for broken in self.broken_lines.get(file.table, ()):
            if broken > line:
                break
            line += 1
        begins = self._begins(file) if file.is_csv else ()
        return begins[line - 1] if line <= len(begins) else line

    def _begins(self, file: TableFile) -> Sequence[int]:
        if file.table not in self.begins:
            self.begins[file.table] = lines_of_records(file)
        return self.begins[file.table]

    def _reject(
        self,
        table: str,
        lines: Sequence[int],
        columns: Sequence[str | None],
        faults: Sequence[str],
        values: Sequence[str | None],
    ) -> None:
        rows = [[table] * len(lines), lines, columns, faults, values]
        arrays = [pa.array(row, kind) for row, kind in zip(rows, REJECT_SCHEMA.types, strict=True)]
        self.rejects.append(pa.table(arrays, schema=REJECT_SCHEMA))

    def _keep_rejects(self) -> None:
        rejects = pa.concat_tables([REJECT_SCHEMA.empty_table(), *self.rejects])
        in_order = rejects.sort_by([("table", "ascending"), ("line", "ascending")])
        write_private(self.home, f"rejects/{self.package.id}.parquet", in_order)

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
        worst = self._most_common_faults(kept)
        if useless and not too_many:
            raise Refused(f"{self.package.folder}: no row of {', '.join(useless)} could be used; {worst}")
        raise Refused(
            f"{self.package.folder}: {report.rejected} of {report.rows} rows rejected "
            f"({report.rejected / report.rows:.1%}, the limit is {limit:.1%}); {worst}"
        )

    def _most_common_faults(self, kept: Path) -> str:
        rejects = pq.read_table(kept)
        counts = rejects.group_by(["table", "column", "fault"]).aggregate([("line", "count"), ("line", "min")])
        worst = counts.sort_by([("line_count", "descending")]).slice(0, 3).to_pylist()
        return "; ".join(
            f"{w['table']}.{w['column'] or 'row'}: {w['fault']} ({w['line_count']} rows, first in line {w['line_min']})"
            for w in worst
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


def _bits(reading: Reading) -> ir.IntegerValue:
    """One number whose bits are the broken rules of a row."""
    bits = [
        rule.broken.fill_null(False).ifelse(ibis.literal(1 << position, "int64"), 0)
        for position, rule in enumerate(reading.rules)
    ]
    return sum(bits[1:], bits[0]) if bits else ibis.literal(0, "int64")
