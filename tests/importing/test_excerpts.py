"""The text of a file beside its issues: what is shown of a long one."""

from __future__ import annotations

from articles.importing.excerpts import AROUND, HEAD, MAX_LINE, Line, excerpt


def test_a_short_text_is_shown_whole_with_its_faults_marked():
    assert excerpt("a\nb\nc\n", {2}) == ([Line(1, "a", False), Line(2, "b", True), Line(3, "c", False)], 0)


def test_a_fault_far_down_is_shown_with_the_lines_around_it():
    fault = HEAD + 500
    lines, rest = excerpt("\n".join(map(str, range(1, HEAD + 1_001))), {fault})

    assert [line.number for line in lines[HEAD:]] == list(range(fault - AROUND, fault + AROUND + 1))
    assert lines[HEAD].left_out == 500 - AROUND - 1
    assert [line.number for line in lines if line.is_fault] == [fault]
    assert rest == 500 - AROUND


def test_a_long_line_is_cut_and_says_so():
    [line], _ = excerpt("x" * (MAX_LINE + 7), ())

    assert (len(line.text), line.cut) == (MAX_LINE, 7)


def test_a_text_of_nothing_has_no_lines():
    assert excerpt("", {1}) == ([], 0)
