"""The Python part of README.md's tour, as printed but for the address."""

import pathlib
import re

from conftest import HOST_AND_PORT, connect

README = pathlib.Path(__file__).parents[5] / "README.md"


def test_tour_prints_what_it_says(capsys):
    (tour,) = re.findall(r"```python\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
    promised = re.findall(r"^print\(.*\)  # (.*)$", tour, re.MULTILINE)
    try:
        exec(tour.replace("localhost:19530", HOST_AND_PORT), {})
    finally:
        connect().drop_collection("colours")
    assert capsys.readouterr().out.splitlines() == promised
    assert len(promised) == 2
