"""Every worked example, through valuation and calculation."""

import json

import pytest
from pure import cases_dir
from worked import Example, take

FILE = cases_dir() / "cases" / "worked_examples.json"

#: Which data an example without figures of its own points to, by jurisdiction; they
#: are calculated by the other modules beside this one.
DATA = {
    "AL": "data/asycuda/al_asycuda_valuation_vectors.json",
    "GB": "data/uk_cds_dmstax/dmstax_lines.csv",
    "MX": "data/mx_pedimento/mx_pedimento_vectors.json",
}


def examples():
    if not FILE.exists():
        reason = f"{FILE} does not exist"
        return [pytest.param(None, marks=pytest.mark.skip(reason=reason), id="none")]
    cases = json.loads(FILE.read_text())["examples"]
    return [pytest.param(case, id=case["id"]) for case in cases]


@pytest.mark.parametrize("case", examples())
def test_example(case):
    if case.get("kind") == "data_pointer":
        path = cases_dir() / DATA[case["jurisdiction"]]
        if not path.exists():
            pytest.skip(f"{path} does not exist")
        assert path.stat().st_size
        return
    example = Example(case)
    assert example.differences() == []
    assert example.calculation.problems == ()


def test_a_wrong_figure_is_seen():
    case = {
        "id": "own",
        "currency": "XCD",
        "lines": [{"values": {"CV": "100"}, "qty": {}}],
        "measures": [
            {
                "code": "CID",
                "seq": 10,
                "base": ["CV"],
                "components": [{"op": "+", "type": "pct", "rate": "5"}],
            }
        ],
        "expected": {"lines": [{"CID": "5.01", "CV": "100", "XYZ": "1"}]},
    }
    assert Example(case).differences() == [
        "line 1 CID: 5.00, expected 5.01",
        "line 1 XYZ: None, expected 1",
    ]
    with pytest.raises(AssertionError, match="nothing is expected"):
        Example({**case, "expected": {}}).differences()


@pytest.mark.parametrize("part", ["lines", "measures"])
def test_an_unknown_field_is_an_error(part):
    case = {"id": "own", "currency": "XCD", "lines": [], "measures": [], "expected": {}}
    with pytest.raises(AssertionError, match="unknown field"):
        Example({**case, "rebate": []})
    line = {"values": {}, "new": 1}
    measure = {"code": "CID", "seq": 1, "new": 1}
    with pytest.raises(AssertionError, match="unknown field"):
        Example({**case, part: [line if part == "lines" else measure]})
    with pytest.raises(AssertionError, match="unknown field"):
        take({"a": 1}, "b", "a thing")
