"""A table of acts answers what is allowed and draws itself."""

from __future__ import annotations

from kit.lifecycle import Act, allowed, leads, mermaid

ACTS = (
    Act(None, "open", "open", "立案", "clerk"),
    Act("open", "on-hold", "hold", "中止", "clerk"),
    Act("open", "closed", "close", "结案", "supervisor", "5 wd (R1)"),
    Act("on-hold", "open", "go-on", "恢复", "facts"),
)


def test_what_a_state_allows() -> None:
    assert allowed(ACTS, None) == ("open",)
    assert allowed(ACTS, "open") == ("hold", "close")
    assert allowed(ACTS, "open", by="supervisor") == ("close",)
    assert allowed(ACTS, "closed") == ()
    assert leads(ACTS, "hold", "open") == "on-hold"
    assert leads(ACTS, "hold", "closed") is None


def test_the_diagram_shows_every_arrow_and_the_ends() -> None:
    drawn = mermaid(ACTS, {"open": "在办"})
    assert drawn.splitlines() == [
        "stateDiagram-v2",
        '    state "open 在办" as open',
        "    on_hold",
        "    closed",
        "    [*] --> open: 立案 open / clerk",
        "    open --> on_hold: 中止 hold / clerk",
        "    open --> closed: 结案 close / supervisor (5 wd (R1))",
        "    on_hold --> open: 恢复 go-on / facts",
        "    closed --> [*]",
    ]
