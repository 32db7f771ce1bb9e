"""python -m solvers: what is printed, written and returned, also for what is no model."""

import csv
import gzip
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from solvers.command import main
from solvers.highs import Live
from solvers.matrix import read_mps, write_mps
from solvers.outcome import Outcome, Stop
from solvers.rivals import NotInstalled, Record, run_highs, run_scip
from solvers.trajectory import table, time_to
from tests.solvers.classics import KINDS
from tests.solvers.models import knapsacks, model

KNAPSACK = """\\ two of three
maximize
 value: 3 a + 4 b + 2 c + 10
subject to
 room: 2 a + 3 b + 1000000000000 c <= 5
binary
 a b c
end
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "knapsack.lp"
    path.write_text(KNAPSACK)
    return path


def made(kind, tmp_path, *size):
    path = tmp_path / "model.mps"
    write_mps(KINDS[kind](np.random.default_rng(0), *size), path)
    return str(path)


def test_says_size_ranges_trajectory_and_end_and_writes_files(file, tmp_path, capsys):
    solution, trajectory = tmp_path / "out.sol", tmp_path / "out.csv"
    assert main([str(file), "--gap", "0", "--solution", str(solution), "--trajectory", str(trajectory)]) == 0
    out = capsys.readouterr().out
    assert "3 columns (3 whole), 1 rows, 3 nonzeros; maximise." in out
    assert "matrix 2 to 1e+12" in out
    assert "Warning: the matrix numbers lie 12 powers of ten apart" in out
    assert "incumbent               17  bound               17  gap       0 %" in out
    assert "Proven optimal. Objective 17. Bound 17." in out
    assert solution.read_text() == "=obj= 17.0\na 1.0\nb 1.0\n"
    rows = list(csv.DictReader(trajectory.open()))
    assert {row["solver"] for row in rows} == {"ours"} and float(rows[-1]["incumbent"]) == 17
    assert float(rows[-1]["gap"]) == 0 and float(rows[-1]["seconds"]) >= 0


def test_a_rival_solves_the_same_and_both_stand_side_by_side(tmp_path, capsys):
    path = made("lot_sizing", tmp_path)
    best = Live(read_mps(path)).solve_mip().objective
    trajectory = tmp_path / "t.csv"
    assert main([path, "--gap", "0.001", "--rival", "highs", "--trajectory", str(trajectory)]) == 0
    out = capsys.readouterr().out
    lines = {line.split("  ")[0]: line.split()[-2:] for line in out[out.index("ours"):].splitlines()}
    assert {"seconds to 5 %", "seconds to 0.2 %", "seconds to 0.1 % (target)", "seconds in all"} <= set(lines)
    assert [float(x.replace(",", "")) for x in lines["objective"]] == pytest.approx([best, best], rel=1e-3)
    assert {row["solver"] for row in csv.DictReader(trajectory.open())} == {"ours", "highs"}


def test_scip_where_it_is_missing_is_one_sentence(file, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyscipopt", None)
    assert main([str(file), "--rival", "highs", "scip"]) == 0
    assert "SCIP is not installed here: `pip install pyscipopt` brings it." in capsys.readouterr().out
    with pytest.raises(NotInstalled):
        run_scip(knapsacks(0), 0.0, 1.0)


def test_scip_ends_as_highs_does():
    pytest.importorskip("pyscipopt")
    for kind in ("knapsack", "lot_sizing", "infeasible", "unbounded", "empty_rows_and_columns"):
        matrix = KINDS[kind](np.random.default_rng(0))
        ours, theirs = run_highs(matrix, 0.0, 20), run_scip(matrix, 0.0, 20)
        assert ours.stop is theirs.stop
        if ours.x is not None:
            assert theirs.objective == pytest.approx(ours.objective)
            assert matrix.objective(theirs.x) == pytest.approx(ours.objective)


@pytest.mark.parametrize("kind, options, status, said", [
    ("infeasible", [], 5, "Proven: no solution meets all rows."),
    ("unbounded", [], 6, "The objective has no limit."),
    ("knapsack", ["--time-limit", "0"], 4, "ended before a solution was found"),
])
def test_exit_status_without_a_solution(kind, options, status, said, tmp_path, capsys):
    solution = tmp_path / "none.sol"
    assert main([made(kind, tmp_path), *options, "--solution", str(solution), "--rival", "highs"]) == status
    out = capsys.readouterr().out
    assert said in out and "was not written" in out and not solution.exists()


def test_exit_status_with_a_solution_at_the_time_limit(tmp_path, capsys):
    path = tmp_path / "hard.mps.gz"
    write_mps(knapsacks(4, 60, 15), tmp_path / "hard.mps")
    path.write_bytes(gzip.compress((tmp_path / "hard.mps").read_bytes()))
    assert main([str(path), "--gap", "0", "--time-limit", "0.7", "--profile", "proof"]) == 3
    assert "Effort ended; the best solution is kept" in capsys.readouterr().out


def broken(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("name, content", [
    ("text.mps", b"Dear all,\nthis is no model.\n"), ("bytes.mps", bytes(range(256)) * 9), ("empty.mps", b""),
    ("plan.xlsx", b"PK\3\4"), ("torn.mps.gz", gzip.compress(b"NAME x\n" * 9999, mtime=0)[:40]), ("false.gz", b"no gz"),
    ("text.lp", b"hello there"), ("empty.lp", b""),
    ("dropped.mps", b"NAME x\nROWS\n N c\n L r\nCOLUMNS\n a c 1 q 2\nRHS\nENDATA\n"),
    ("square.lp", b"minimize\n obj: a + [ a * a ] / 2\nsubject to\n r: a >= 1\nend\n"),
])
def test_what_is_no_model_is_told_in_one_sentence(name, content, tmp_path, capfd):
    assert main([str(broken(tmp_path, name, content))]) == 2
    out, err = capfd.readouterr()
    assert name in err and err.count("\n") == 1 and "Traceback" not in err and out == ""


@pytest.mark.parametrize("words, said", [
    (["missing.mps"], "There is no file missing.mps."),
    (["."], "There is no file ."),
    (["{file}", "--profile", "swift"], "Unknown profile 'swift'"),
    (["{file}", "--solution", "/no/such/folder/x.sol"], "cannot be written"),
    (["{file}", "--gap", "1.5"], "is not a gap"), (["{file}", "--gap", "nan"], "is not a gap"),
    (["{file}", "--time-limit", "-1"], "is not a time"), (["{file}", "--seed", "x"], "is not a seed"),
    (["{file}", "--rival", "abacus"], "invalid choice"), ([], "MODEL"),
])
def test_wrong_use_has_status_2_and_a_sentence(words, said, file, capsys):
    assert main([word.format(file=file) for word in words]) == 2
    assert said in capsys.readouterr().err


def test_help_returns_0(capsys):
    assert main(["--help"]) == 0
    assert "Exit status" in capsys.readouterr().out


def test_ctrl_c_keeps_the_incumbent_and_writes_it(tmp_path):
    write_mps(knapsacks(4, 90, 25), tmp_path / "hard.mps")
    solution = tmp_path / "best.sol"
    process = subprocess.Popen(
        [sys.executable, "-m", "solvers", str(tmp_path / "hard.mps"), "--gap", "0", "--rival", "highs",
         "--solution", str(solution)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    for line in process.stdout:
        if "incumbent" in line and line.split("incumbent")[1].split()[0] != "–":
            break
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert process.returncode == 130 and "Stopping" in err and "Traceback" not in err
    assert "Interrupted; the best solution is kept" in out and "highs, with" not in out
    value, *names = solution.read_text().splitlines()
    assert float(value.removeprefix("=obj= ")) > 0 and names


def test_time_to_a_gap():
    trajectory = [(0.5, None, None), (1.0, 100.0, None), (2.0, 100.0, 104.0), (3.0, 100.0, 101.0),
                  (4.0, 101.0, 101.0)]
    assert [time_to(trajectory, gap) for gap in (0.05, 0.04, 0.01, 0.005, 0)] == [2.0, 2.0, 3.0, 4.0, 4.0]
    assert time_to(trajectory[:3], 0.01) is None and time_to([], 0.5) is None


def test_the_table_has_a_column_per_solver_and_dashes_for_what_never_was():
    held = Outcome(Stop.GAP_LIMIT, np.ones(1), 100.0, 101.0, times={"total": 3.25},
                   trajectory=[(1.0, 90.0, 101.0), (3.0, 100.0, 101.0)])
    nothing = Outcome(Stop.TIME_LIMIT, bound=101.0, times={"total": 9.0}, trajectory=[(1.0, None, 101.0)])
    assert table({"ours": held, "highs": nothing}, 0.01).splitlines() == [
        "                                ours         highs",
        "seconds to 5 %                  3.00             –",
        "seconds to 2 %                  3.00             –",
        "seconds to 1 % (target)         3.00             –",
        "objective                        100             –",
        "bound                            101           101",
        "gap                              1 %             –",
        "seconds in all                  3.25          9.00",
        "ended                    gap reached  effort ended"]


@pytest.mark.parametrize("maximise", [True, False])
def test_a_record_keeps_the_best_and_counts_no_step_back(maximise):
    sign = 1 if maximise else -1
    record, told = Record("rival", maximise, progress=lambda event: told.append(event["gap"])), []
    for incumbent, bound in ((None, 20), (10, None), (9, 21), (12, 15), (None, None)):
        record.note(incumbent and sign * incumbent, bound and sign * bound)
    assert [point[1:] for point in record.trajectory] == [
        (None, sign * 20), (sign * 10, sign * 20), (sign * 12, sign * 15)]
    record.tick(), record.tick()
    assert told == [0.25]


@pytest.mark.parametrize("kind", ["lot_sizing", "knapsack", "infeasible", "unbounded"])
def test_highs_as_a_rival_is_highs(kind):
    matrix = KINDS[kind](np.random.default_rng(2))
    plain, rival = Live(matrix, {"threads": 2}).solve_mip(), run_highs(matrix, 0.0, 20)
    assert rival.stop is plain.stop and rival.objective == plain.objective
    if plain.x is not None:
        assert rival.trajectory[-1][1:] == pytest.approx((rival.objective, rival.bound))
        assert time_to(rival.trajectory, 0) <= rival.times["total"]


def test_a_rival_keeps_its_time_and_can_be_stopped():
    matrix, start = knapsacks(4, 90, 25), time.perf_counter()
    assert run_highs(matrix, 0.0, 0.5).stop is Stop.TIME_LIMIT
    assert run_highs(matrix, 0.0, 60, stop=lambda: True).stop is Stop.INTERRUPTED
    assert time.perf_counter() - start < 5


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("ending", ["mps", "lp"])
def test_a_written_model_reads_back_as_it_was(kind, ending, tmp_path):
    matrix = KINDS[kind](np.random.default_rng(1))
    write_mps(matrix, tmp_path / f"m.{ending}")
    back = read_mps(tmp_path / f"m.{ending}")
    assert back.maximise == matrix.maximise and back.offset == matrix.offset
    before, after = Live(matrix).solve_mip(20), Live(back).solve_mip(20)
    assert before.stop is after.stop
    assert before.x is None or after.objective == pytest.approx(before.objective, rel=1e-6, abs=1e-6)


def test_a_model_without_columns_or_rows(tmp_path, capsys):
    path = tmp_path / "bare.mps"
    write_mps(model([2.0, -1.0], [], [], [], upper=[3, 7]), path)
    assert main([str(path)]) == 0
    assert "Objective 6" in capsys.readouterr().out
