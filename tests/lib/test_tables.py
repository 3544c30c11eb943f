"""Tables out of spreadsheets: what parts their cells, and words that name the line and column of what is wrong."""

from __future__ import annotations

import re

import pytest

from studio.lib.tables import LONGEST_TEXT, MOST_COLUMNS, Table, TableProblem, decode, read, told

WANTED = Table(["hero", "place"], [["a fox", "the sea"], ["a hen", "a farm, at dawn"]])


@pytest.mark.parametrize(
    "text",
    [
        "hero\tplace\na fox\tthe sea\na hen\ta farm, at dawn\n",
        "hero;place\r\na fox;the sea\r\na hen;a farm, at dawn\r\n",
        'hero,place\na fox,the sea\na hen,"a farm, at dawn"',
        '\ufeffhero,place\n"a fox",the sea\n\n a hen , "a farm, at dawn"'.replace(' "', '"'),
        "{hero}\t{place}\t\na fox\tthe sea\t\na hen\ta farm, at dawn\t",
    ],
    ids=["pasted", "semicolons", "commas", "marked and quoted", "braces and idle tabs"],
)
def test_cells_are_parted_by_what_the_first_line_has(text: str) -> None:
    assert read(text) == WANTED


def test_one_column_may_hold_commas() -> None:
    assert read("hero\na fox, red\na hen; white") == Table(["hero"], [["a fox, red"], ["a hen; white"]])


def test_a_quoted_cell_may_hold_lines_and_marks() -> None:
    assert read('hero,place\n"a ""big""\nfox",sea\na hen,farm').rows == [['a "big"\nfox', "sea"], ["a hen", "farm"]]


def test_short_lines_end_in_empty_cells() -> None:
    assert read("hero,place\na fox\n,\n").rows == [["a fox", ""]]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "This table is empty. Its first line names the variables, one in each column."),
        (" \n\n", "This table is empty. Its first line names the variables, one in each column."),
        ("hero,,place", "Line 1, column 2: the column has no name. The first line names the variables."),
        ("\nhero,hero", "Line 2, column 2: “hero” is named twice. Each variable has one column."),
        (
            "hero,place\na fox,sea\na hen,farm,dawn",
            "Line 3, column 3: the first line names only 2 columns. Put a value that holds a comma, a semicolon or a "
            "tab between quotation marks.",
        ),
        (
            f"hero,place\na fox,sea\na hen,{'x' * 2001}",
            "Line 3, column 2 (“place”): 2,001 characters, and 2,000 are the most.",
        ),
        (
            'hero,place\n"a\nfox",sea\n"a hen,farm',
            "Line 4: a quotation mark stands where it cannot. Close it, or write it twice in a cell.",
        ),
        (",".join(f"v{n}" for n in range(MOST_COLUMNS + 1)), "Line 1 names 41 columns; 40 are the most."),
        (
            "hero\n" + "x" * LONGEST_TEXT,
            "This table has more than 300,000 characters. Keep the columns and rows that the prompt needs.",
        ),
    ],
)
def test_what_is_wrong_is_named_by_line_and_column(text: str, said: str) -> None:
    with pytest.raises(TableProblem, match=f"^{re.escape(said)}$"):
        read(text)


def test_all_mistakes_are_told_at_once_up_to_the_quotation_mark_that_ends_it() -> None:
    text = f'hero,,hero\nfox,sea,x,extra\n{"y" * 2_001},b,c\nlast,"broken\nnever read,a,b,c'

    with pytest.raises(TableProblem) as caught:
        read(text)

    assert [problem.partition(":")[0] for problem in caught.value.problems] == [
        "Line 1, column 2",
        "Line 1, column 3",
        "Line 2, column 4",
        "Line 3, column 1 (“hero”)",
        "Line 4",
    ]
    assert caught.value.columns == ["hero", "", "hero"]


def test_of_very_many_mistakes_the_rest_is_counted() -> None:
    assert told([str(number) for number in range(23)])[-2:] == ["19", "And 3 more."]
    assert told(["one"]) == ["one"]


def test_a_cell_longer_than_the_reader_takes_is_told_and_does_not_break() -> None:
    with pytest.raises(TableProblem, match="^Line 2: a quotation mark stands where it cannot"):
        read('hero,place\n"' + "x" * 200_000 + '",sea')


def test_null_characters_are_left_out() -> None:
    assert read("hero\na\x00 fox").rows == [["a fox"]]


@pytest.mark.parametrize("code", ["utf-8", "utf-8-sig", "utf-16"])
def test_files_are_read_as_spreadsheets_write_them(code: str) -> None:
    assert read(decode("hero\n狐狸 ö".encode(code))).rows == [["狐狸 ö"]]


def test_a_file_in_another_alphabet_is_refused_rather_than_guessed() -> None:
    with pytest.raises(TableProblem, match="^This file is not UTF-8"):
        decode("hero\n狐狸".encode("gbk"))
