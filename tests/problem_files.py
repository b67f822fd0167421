"""Small scheduling problems in the formats of the research libraries, and the published collections."""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest

SM = """\
************************************************************************
file with basedata            : tiny.bas
initial value random generator: 1
************************************************************************
projects                      :  1
jobs (incl. supersource/sink ):  5
horizon                       :  9
RESOURCES
  - renewable                 :  2   R
  - nonrenewable              :  0   N
  - doubly constrained        :  0   D
************************************************************************
PROJECT INFORMATION:
pronr.  #jobs rel.date duedate tardcost  MPM-Time
    1      3      0        6        0        6
************************************************************************
PRECEDENCE RELATIONS:
jobnr.    #modes  #successors   successors
   1        1          2           2   3
   2        1          1           4
   3        1          1           5
   4        1          1           5
   5        1          0
************************************************************************
REQUESTS/DURATIONS:
jobnr. mode duration  R 1  R 2
------------------------------------------------------------------------
  1      1     0       0    0
  2      1     4       2    0
  3      1     3       1    1
  4      1     2       0    1
  5      1     0       0    0
************************************************************************
RESOURCEAVAILABILITIES:
  R 1  R 2
    2    1
************************************************************************
"""
"""Jobs 2, 3 and 4 cannot overlap: 9 slots at least, where the critical path has 6."""

MM = """\
projects                      :  1
jobs (incl. supersource/sink ):  4
horizon                       :  9
RESOURCES
  - renewable                 :  1   R
  - nonrenewable              :  1   N
  - doubly constrained        :  0   D
************************************************************************
PROJECT INFORMATION:
pronr.  #jobs rel.date duedate tardcost  MPM-Time
    1      2      0        6        0        6
************************************************************************
PRECEDENCE RELATIONS:
jobnr.    #modes  #successors   successors
   1        1          1           2
   2        2          1           3
   3        2          1           4
   4        1          0
************************************************************************
REQUESTS/DURATIONS:
jobnr. mode duration  R 1  N 1
------------------------------------------------------------------------
  1      1     0       0    0
  2      1     2       1    5
         2     5       1    1
  3      1     1       1    4
         2     4       1    2
  4      1     0       0    0
************************************************************************
RESOURCEAVAILABILITIES:
  R 1  N 1
    1    7
************************************************************************
"""
"""The stock of 7 allows modes (1, 2) and (2, 1): 6 slots at least."""

SCH = """\
3\t1\t0\t0
0\t1\t2\t1\t2\t[0]\t[0]
1\t1\t2\t3\t2\t[2]\t[1]
2\t1\t2\t1\t4\t[-3]\t[4]
3\t1\t2\t4\t1\t[2]\t[-4]
4\t1\t0
0\t1\t0\t0
1\t1\t2\t1
2\t1\t4\t1
3\t1\t2\t1
4\t1\t0\t0
2
"""
"""Job 2 starts 1 to 3 slots after job 1, job 3 starts 2 to 4 slots after it."""

MPLIB = """\
  2
   2
    2    3

   3    0
   1   1

   0   0   0   1 1:2
   3   2   1   1 1:3
   0   0   0   0

   3    4
   1   1

   0   0   0   1 2:2
   2   1   3   1 2:3
   0   0   0   0
"""
"""Two projects, the second of which begins at 4."""


def published(data_dir: Path, archive: str, folder: Path, ending: str) -> list[Path]:
    """The files of an archive with this ending, unpacked."""
    packed = data_dir / archive
    if not packed.is_file():
        pytest.skip(f"no {packed}; set BACKPLAN_DATA to run this test")
    with tarfile.open(packed) as tar:
        tar.extractall(folder, filter="data")
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() == ending)
