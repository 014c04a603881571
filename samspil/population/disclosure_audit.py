"""What can be worked out about counts that are not shown, from those that are.

Hidden counts are the unknowns of a system: everything that is published is a sum, and sums that hold for the true
counts hold for every table that a reader has to think possible. A *move* is a change of the unknowns that leaves every
sum and everything shown as it is, and makes no count negative: where there is one, the reader cannot tell the table
before it from the table after. A count is wide enough when moves can change it by `few` in all. Then the reader cannot
say that it lies between 1 and `few` − 1, and what the hidden parts of a sum come to together is no small count either.

Only moves of at most `few` in any one count are looked for. That can call a wide count narrow, never the other way
round; where sums are nested or a table has rows and columns it is exact, because such moves are made of steps of one.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

#: A change of each unknown that moves; those that stay are left out.
Move = Mapping[int, int]
#: How many members of one sum, and how many counts in all, are near: most moves are found there, and small tables are
#: near as a whole.
MEMBERS, NEAR = 24, 120
#: How often many counts are looked at together before each is looked at by itself.
SWEEPS = 12


@dataclass
class System:
    """Counts by number, and the equations among them: each says by which factors which counts add up to nothing.

    `fixed` counts are known to the reader and can never move, whether they are shown or not.
    """

    values: list[int]
    equations: list[dict[int, int]]
    fixed: frozenset[int] = frozenset()
    equations_of: list[list[int]] = field(init=False)

    def __post_init__(self) -> None:
        self.equations_of = [[] for _ in self.values]
        for number, equation in enumerate(self.equations):
            for cell in equation:
                self.equations_of[cell].append(number)

    def reached(self, start: int, free: Mapping[int, float], near: bool) -> list[int]:
        """The `free` counts that share sums with `start`, directly or through others; only the cheapest when `near`."""
        found, edge = {start}, [start]
        while edge and not (near and len(found) >= NEAR):
            fresh: dict[int, None] = {}
            for equation in dict.fromkeys(number for cell in edge for number in self.equations_of[cell]):
                members = [cell for cell in self.equations[equation] if cell in free]
                if near and len(members) > MEMBERS:
                    members = sorted(members, key=lambda cell: (free[cell], cell))[:MEMBERS]
                fresh.update(dict.fromkeys(cell for cell in members if cell not in found))
            found.update(fresh)
            edge = list(fresh)
        return sorted(found)

    def move(self, cell: int, by: int, free: Mapping[int, float], few: int) -> Move | None:
        """The cheapest move of `free` counts (by their cost for each person moved) that changes `cell` by `by`.

        None when there is none. Near counts are tried before all.
        """
        near = self.reached(cell, free, near=True)
        found = self._solve(cell, by, near, free, few)
        if found is None:
            everything = self.reached(cell, free, near=False)
            if len(everything) > len(near):
                found = self._solve(cell, by, everything, free, few)
        return found

    def furthest(self, cell: int, way: int, cells: Sequence[int], few: int) -> Move:
        """The move of `cells` that changes `cell` most, up to `few`: up (1) or down (-1). Empty for none."""
        return self._solve(None, None, cells, dict.fromkeys(cells, 0.0), few, {cell: way}) or {}

    def all_ways(self, ways: Mapping[int, int], cells: Sequence[int], few: int) -> list[Move]:
        """Moves of `cells` that change those in `ways` as much as can be, up (1) or down (-1), in all.

        Those that have no sum in common are moves of their own.
        """
        move = self._solve(None, None, cells, dict.fromkeys(cells, 0.0), few, ways) or {}
        left = dict.fromkeys(move)
        found: list[Move] = []
        while left:
            one = self.reached(next(iter(left)), dict.fromkeys(left, 0.0), near=False)
            found.append({cell: move[cell] for cell in one})
            for cell in one:
                del left[cell]
        return found

    def _solve(
        self,
        cell: int | None,
        by: int | None,
        cells: Sequence[int],
        free: Mapping[int, float],
        few: int,
        ways: Mapping[int, int] | None = None,
    ) -> Move | None:
        """Integer programming: the cheapest move that changes `cell` by `by`, or the one that goes furthest `ways`."""
        place = {each: number for number, each in enumerate(cells)}
        rows, columns, factors = [], [], []
        touched = dict.fromkeys(number for each in cells for number in self.equations_of[each])
        for row, number in enumerate(touched):
            for each, factor in self.equations[number].items():
                if each in place:
                    # A move is what goes up less what goes down, so each count has two columns.
                    rows += [row, row]
                    columns += [place[each], place[each] + len(cells)]
                    factors += [factor, -factor]
        lower = np.zeros(2 * len(cells))
        upper = np.array([few] * len(cells) + [min(self.values[each], few) for each in cells], dtype=float)
        cost = np.array([free[each] for each in cells] * 2, dtype=float) + 1e-6
        for each, way in (ways or {}).items():
            cost[place[each]], cost[place[each] + len(cells)] = -way, way
        if cell is not None and by is not None:
            up, down = place[cell], place[cell] + len(cells)
            if by < -upper[down]:
                return None
            lower[up] = upper[up] = max(by, 0)
            lower[down] = upper[down] = max(-by, 0)
        sums = csr_array((factors, (rows, columns)), shape=(len(touched), 2 * len(cells)))
        limits = LinearConstraint(sums, 0, 0) if touched else None
        # Whole numbers come by themselves where a table has rows and columns; they are asked for where they do not.
        for whole in (0, 1):
            result = milp(
                cost,
                integrality=whole,
                bounds=Bounds(lower, upper),
                constraints=limits,
                options={"mip_rel_gap": 0},
            )
            if result.x is None or np.abs(result.x - np.rint(result.x)).max() < 1e-6:
                break
        if result.x is None:
            return None
        moved = np.rint(result.x[: len(cells)] - result.x[len(cells) :]).astype(int)
        return {each: int(moved[number]) for each, number in place.items() if moved[number]}


class Audit:
    """How far each unknown of a system can move, as far as it has been looked into.

    Every move that is found is kept as a witness for all the counts it moves, so most counts need no search of their
    own. Hiding more spoils no witness; showing a count again spoils those that move it.
    """

    def __init__(self, system: System, unknown: Collection[int], few: int) -> None:
        self.system = system
        self.few = few
        self.unknown: dict[int, float] = {cell: 0.0 for cell in sorted(unknown) if cell not in system.fixed}
        #: How far a count has to be able to move where that is less than `few`, because earlier releases tell too much.
        self.need: dict[int, int] = {}
        self._moves: dict[int, Move] = {}
        self._moves_of: dict[int, dict[int, None]] = {}
        self._made = 0

    def add(self, cells: Collection[int]) -> None:
        """Take more counts out of sight."""
        self.unknown.update((cell, 0.0) for cell in sorted(cells) if cell not in self.system.fixed)

    def show(self, cell: int) -> list[Move]:
        """Show a count again. Returns the witnesses that are lost by it."""
        del self.unknown[cell]
        lost = []
        for number in list(self._moves_of.get(cell, ())):
            move = self._moves.pop(number)
            for each in move:
                del self._moves_of[each][number]
            lost.append(move)
        return lost

    def keep(self, move: Move) -> None:
        """Remember a move as a witness."""
        self._made += 1
        self._moves[self._made] = move
        for cell in move:
            self._moves_of.setdefault(cell, {})[self._made] = None

    def span(self, cell: int) -> tuple[int, int]:
        """How far down and up a count is known to move: `(-2, 5)`."""
        moved = [self._moves[number][cell] for number in self._moves_of.get(cell, ())]
        return min([0, *moved]), max([0, *moved])

    def sweep(self, cells: Sequence[int]) -> None:
        """Look for moves that show many counts to be wide at once: all up, all down, and then some up and some down."""
        unknown = sorted(self.unknown)
        left = [cell for cell in cells if cell in self.unknown and not self._enough(cell)]
        for turn in range(SWEEPS):
            if not left:
                return
            up = 1 if turn % 2 == 0 else -1
            ways = {cell: up if turn < 2 or (place >> (turn // 2 - 1)) % 2 else -up for place, cell in enumerate(left)}
            for move in self.system.all_ways(ways, unknown, self.few):
                self.keep(move)
            before, left = left, [cell for cell in left if not self._enough(cell)]
            if turn % 2 and len(left) > len(before) * 0.95:
                return

    def _enough(self, cell: int) -> bool:
        return self._moves_by(cell, self.need.get(cell, self.few))

    def wide(self, cell: int, near_alone: bool = False) -> bool:
        """Whether a count can move by what it needs in all. Looks for the moves that show it, maybe `near_alone`."""
        need = self.need.get(cell, self.few)
        if self._moves_by(cell, need):
            return True
        if cell not in self.unknown or self.known_alone(cell):
            return need <= 0
        before: list[int] = []
        for near in (True,) if near_alone else (True, False):
            cells = self.system.reached(cell, self.unknown, near)
            for way in (1, -1) if cells != before else ():
                move = self.system.furthest(cell, way, cells, self.few)
                if move:
                    self.keep(move)
                if self._moves_by(cell, need):
                    return True
            before = cells
        return False

    def _moves_by(self, cell: int, need: int) -> bool:
        down, up = self.span(cell)
        return up - down >= need

    def known_alone(self, cell: int) -> bool:
        """Whether some sum has no other unknown than this count, so that a reader only needs to subtract."""
        return any(
            not any(each != cell and each in self.unknown for each in self.system.equations[number])
            for number in self.system.equations_of[cell]
        )
