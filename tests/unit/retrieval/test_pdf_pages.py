from pathlib import Path

import pytest

from retrieval.errors import SourceUnreadable
from retrieval.loaders import Document, load, read_file
from retrieval.loaders.glyph_runs import Glyph, make_runs
from tests.unit.retrieval import files

BODY = 11.0


def lines(x: float, top: float, *texts: str, size: float = BODY) -> list[files.Placed]:
    return [(x, top - 14 * n, size, "", text) for n, text in enumerate(texts)]


def loaded(folder: Path, *pages: list[files.Placed], extra: str = "") -> Document:
    path = folder / "a.pdf"
    path.write_bytes(files.typeset(*pages, extra=extra))
    (document,) = load(read_file(path))
    return document


def test_columns_are_read_one_after_the_other(tmp_path: Path) -> None:
    left = lines(
        60, 700, "The orchard of Ash grew", "forty tons of pears in May", "and sold most of them."
    )
    right = lines(
        330, 700, "The mill of Marrow ran on", "every day of the year but", "one, its owner said."
    )
    across = [
        (60.0, 740.0, BODY, "", "The valley in the year 2026, told in two columns of words here")
    ]
    drawn = [word for pair in zip(left, right, strict=True) for word in pair]
    assert loaded(tmp_path, across + drawn).text.split("\n\n")[-2:] == [
        "The orchard of Ash grew forty tons of pears in May and sold most of them.",
        "The mill of Marrow ran on every day of the year but one, its owner said.",
    ]


def test_a_table_is_read_row_by_row_with_its_heads(tmp_path: Path) -> None:
    rows = [("Year", "Pears", "Plums"), ("2024", "310", "88"), ("2025", "295", "91")]
    drawn = [
        (60.0 + 120 * column, 700.0 - 16 * n, BODY, "", cell)
        for n, row in enumerate(rows)
        for column, cell in enumerate(row)
    ]
    text = loaded(tmp_path, [*lines(60, 740, "The harvest in tons by year"), *drawn]).text
    assert "Year 2024: Pears 310; Plums 88. Year 2025: Pears 295; Plums 91." in text


def test_a_raised_mark_is_no_figure_and_a_power_is_one(tmp_path: Path) -> None:
    up, down = ") Tj 4.5 Ts /F1 6.5 Tf (", ") Tj 0 Ts /F1 11 Tf ("
    text = f"The orchard sold 7,310{up}5{down} tons, and used 10{up}7{down} litres of water."
    page = lines(60, 700, text)
    assert (
        loaded(tmp_path, page).text == "The orchard sold 7,310 tons, and used 10^7 litres of water."
    )


def test_the_number_of_a_box_stays_apart_from_the_figure_in_it(tmp_path: Path) -> None:
    box = [(60.0, 497.0, 5.0, "", "1"), (75.0, 500.0, BODY, "", "20")]
    text = loaded(tmp_path, [*lines(60, 700, "What happened, by the key below."), *box]).text
    assert "1 20" in text
    assert "120" not in text


def test_what_cannot_be_seen_on_a_page_is_not_stored(tmp_path: Path) -> None:
    page = [
        *lines(60, 700, "The orchard was sold in May."),
        (60.0, 650.0, BODY, "1 1 1 rg", "SECRET in white."),
        (60.0, 600.0, BODY, "0 0 0 rg 3 Tr", "SECRET without ink."),
        (60.0, 550.0, 0.8, "0 Tr", "SECRET in tiny type."),
        (60.0, 900.0, BODY, "", "SECRET off the page."),
        (60.0, 500.0, BODY, "0 0 0 rg 50 490 300 30 re f 0 0 0 rg", "SECRET under a bar."),
        (
            60.0,
            450.0,
            BODY,
            "0 0 0.4 rg 50 440 300 30 re f 1 1 1 rg",
            "White words on a blue band.",
        ),
    ]
    document = loaded(tmp_path, page)
    assert "SECRET" not in document.text
    assert "White words on a blue band." in document.text
    assert any("colour of the paper" in note for note in document.notes)


def test_words_drawn_twice_to_look_bold_are_stored_once(tmp_path: Path) -> None:
    page = [
        *lines(60, 700, "The price is 31 crowns."),
        *lines(60.4, 700, "The price is 31 crowns."),
    ]
    assert loaded(tmp_path, page).text == "The price is 31 crowns."


def test_heads_and_feet_of_pages_do_not_stand_in_sentences(tmp_path: Path) -> None:
    def page(number: int, *texts: str) -> list[files.Placed]:
        head = [(60.0, 770.0, 9.0, "", "Orchards of the valley, a report")]
        return [*head, *lines(60, 700, *texts), (280.0, 30.0, 9.0, "", f"Page {number} of 2")]

    first = page(
        1, "The orchards of the valley grew forty tons of pears and sold", "most of them in the"
    )
    second = page(
        2, "towns around it, the report says, and kept some of them for", "the winter months."
    )
    document = loaded(tmp_path, first, second)
    assert "most of them in the towns around it" in document.text
    assert "Page" not in document.text
    assert "“Orchards of the valley, a report”" in document.notes[0]


def test_heads_of_left_and_right_pages_differ(tmp_path: Path) -> None:
    heads = [(60.0, 770.0, 9.0, "", "Orchards"), (400.0, 770.0, 9.0, "", "A report")]
    towns = ("Ash", "Beck", "Carr", "Dale", "Elm", "Fen")
    pages = [
        [heads[n % 2], *lines(60, 700, f"{town} grew {n + 3} tons of pears in the year.")]
        for n, town in enumerate(towns)
    ]
    pages[0] = pages[0][1:]
    document = loaded(tmp_path, *pages)
    assert "Orchards" not in document.text
    assert "A report" not in document.text
    assert "Fen grew 8 tons" in document.text


def test_a_table_that_goes_on_loses_neither_heads_nor_figures(tmp_path: Path) -> None:
    def page(*years: str) -> list[files.Placed]:
        rows = [("Year", "Pears", "Plums"), *((year, "310", "88") for year in years)]
        return [
            (60.0 + 120 * column, 700.0 - 16 * n, BODY, "", cell)
            for n, row in enumerate(rows)
            for column, cell in enumerate(row)
        ]

    document = loaded(tmp_path, page("2021", "2022"), page("2023", "2024"))
    for year in range(2021, 2025):
        assert f"Year {year}: Pears 310; Plums 88." in document.text
    assert document.notes == ()


def test_printed_page_numbers_are_no_figures(tmp_path: Path) -> None:
    pages = [
        [*lines(60, 700, f"The orchard {word} in the spring."), (300.0, 40.0, 9.0, "", number)]
        for word, number in (("grew", "17"), ("bloomed", "18"), ("froze", "19"))
    ]
    assert "1" not in loaded(tmp_path, *pages).text


def test_roman_numbers_of_pages_are_no_words(tmp_path: Path) -> None:
    def page(n: int, number: str, *texts: str) -> list[files.Placed]:
        title = "Orchards of the valley" if n % 2 else "ORCHARDS OF THE VALLEY"
        head = (60.0 if n % 2 else 380.0, 770.0, 9.0, "", title)
        beside = (500.0 if n % 2 else 60.0, 758.0 if n < 3 else 770.0, 9.0, "", number)
        return [head, beside, *lines(60, 700, *texts), (60.0, 30.0, 8.0, "", "Draft")]

    towns = {
        "iii": "Ash",
        "iv": "Beck",
        "v": "Carr",
        "vi": "Dale",
        "1": "Elm",
        "2": "Fen",
        "3": "Gill",
    }
    pages = [
        page(n, number, f"The orchards of {town} were dry, and the ponds were low on all of")
        for n, (number, town) in enumerate(towns.items())
    ]
    document = loaded(tmp_path, *pages)
    assert "“iii”" not in document.notes[0]
    assert document.text == " ".join(
        f"The orchards of {town} were dry, and the ponds were low on all of"
        for town in towns.values()
    )


@pytest.mark.parametrize("heads", [("II", "V", "IX"), ("VI", "civic", "MIX"), ("12", "29", "7")])
def test_words_at_the_head_of_pages_that_do_not_count_on_are_kept(
    tmp_path: Path, heads: tuple[str, ...]
) -> None:
    pages = [
        [(60.0, 770.0, 9.0, "", head), *lines(60, 700, f"The orchard of {town} was sold.")]
        for town, head in zip(("Ash", "Beck", "Carr"), heads, strict=True)
    ]
    text = loaded(tmp_path, *pages).text
    assert all(head in text.split() for head in heads)


FULL = "The orchards of the valley were sold to the towns around it in the spring, and"


@pytest.mark.parametrize(
    ("foot", "head", "stored"),
    [
        (f"{FULL} paid", "640 people who had worked in them.", "paid 640 people who"),
        (f"{FULL} in", "August the mill was let to the owner of the other mill,", "in August the"),
        (f"{FULL} then,", "the mill was let.", "then, the mill"),
        (f"{FULL} in May", "2026, the mill was let.", "May 2026, the mill"),
        (f"{FULL} the immi-", "gration office agreed.", "the immigration office agreed"),
        (f"{FULL} in a long-", "term plan, it was let.", "in a long-term plan"),
        (f"{FULL} the share was", "4.5 % of all.", "was 4.5 % of all"),
        (
            f"{FULL} let.",
            "August was dry, and so were the months that came after it,",
            "let.\n\nAug",
        ),
        (f"{FULL} let", "2. Ponds of the valley", "let\n\n2. Ponds"),
        (f"{FULL} let", "2 Ponds", "let\n\n2 Ponds"),
        (f"{FULL} let", "PONDS OF THE VALLEY AND OF THE TOWNS AROUND IT, BY YEAR", "let\n\nPONDS"),
        (f"{FULL} let", "Ponds and wells", "let\n\nPonds"),
        (f"{FULL} let 19", "400 crowns is the fine for each of them.", "let 19\n\n400 crowns"),
        (
            f"{FULL} let",
            "Table 4. Pears, plums and harps of the valley in the year 2026",
            "let\n\nTab",
        ),
        (
            "Pears and plums",
            "Harps of the valley were sold to the towns around it in the",
            "\n\nHarps",
        ),
    ],
)
def test_a_sentence_goes_on_over_the_end_of_a_page(
    tmp_path: Path, foot: str, head: str, stored: str
) -> None:
    first, second = lines(60, 700, FULL, FULL, foot), lines(60, 700, head, FULL, FULL)
    assert stored in loaded(tmp_path, first, second).text


def test_the_words_of_slides_do_not_go_on(tmp_path: Path) -> None:
    slides = [lines(60, 700, f"Harps of {town}") for town in ("Ash", "Beck", "Carr")]
    assert loaded(tmp_path, *slides).text == "Harps of Ash\n\nHarps of Beck\n\nHarps of Carr"


def test_the_pages_of_a_sentence_that_goes_on_are_known(tmp_path: Path) -> None:
    document = loaded(tmp_path, lines(60, 700, f"{FULL} paid"), lines(60, 700, "640 people."))
    assert document.pages == ((0, 1), (document.text.index("640"), 2))


def test_a_sentence_does_not_go_on_in_type_of_another_size(tmp_path: Path) -> None:
    first = lines(60, 700, FULL, f"{FULL} paid")
    second = lines(60, 700, "640 people who had worked in all of them.", size=16.0)
    assert "paid\n\n640" in loaded(tmp_path, first, second).text


def test_a_word_broken_at_the_end_of_a_line_is_whole(tmp_path: Path) -> None:
    page = lines(
        60,
        700,
        "The owner of the orchard made a long-",
        "term plan, and the immi-",
        "gration office agreed to it.",
    )
    assert loaded(tmp_path, page).text == (
        "The owner of the orchard made a long-term plan, and the immigration office agreed to it."
    )


def test_the_value_of_a_form_field_is_stored_as_one(tmp_path: Path) -> None:
    field = "/Type /Annot /Subtype /Widget /FT /Tx /T (crew) /V (44) /Rect [200 690 260 710]"
    data = files.typeset(lines(60, 700, "Number of crew:"), extra=f"/Annots [<< {field} >>]")
    root = b"<< /Type /Catalog /Pages 2 0 R"
    (tmp_path / "a.pdf").write_bytes(data.replace(root, root + b" /AcroForm << /Fields [] >>"))
    (document,) = load(read_file(tmp_path / "a.pdf"))
    assert document.text == "Number of crew:\n\nForm field “crew”: 44."


@pytest.mark.parametrize(
    ("texts", "why"),
    [
        (["Theorchardwassoldinthemonthofmaybyitsowner"] * 8, "run into each other"),
        (["::; .. ,, -- ;; ::"] * 9, "letters or digits"),
    ],
)
def test_a_text_that_cannot_be_read_is_refused_in_words(
    tmp_path: Path, texts: list[str], why: str
) -> None:
    with pytest.raises(SourceUnreadable, match=why):
        loaded(tmp_path, lines(60, 700, *texts))


def test_words_set_wide_are_words(tmp_path: Path) -> None:
    page = lines(60, 700, "t h e   m i l l   r a n   f o r   4 1   d a y s")
    assert loaded(tmp_path, page).text == "the mill ran for 41 days"


@pytest.mark.parametrize(("width", "word"), [(7.6, "mitten"), (3.4, "miten")])
def test_two_letters_cut_as_one_are_two_and_one_drawn_twice_is_one(width: float, word: str) -> None:
    at = [0.0, 9.0, 12.0, 12.0, 12.0 + width, 18.0 + width]
    ends = [9.0, 12.0, 12.0 + width, 12.0 + width, 18.0 + width, 24.0 + width]
    drawn = zip("mitten", at, ends, strict=True)
    (run,) = make_runs(Glyph(char, x0, x1, 700.0, BODY, 0) for char, x0, x1 in drawn)
    assert run.text == word


def test_ligatures_are_letters(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("The sta\ufb00 of the o\ufb03ce \ufb01led it.", "utf-8")
    (document,) = load(read_file(path))
    assert document.text == "The staff of the office filed it."


def test_words_set_tight_stay_apart(tmp_path: Path) -> None:
    page = [(60.0, 700.0, BODY, "-2 Tw", "The liability of the mill is 2860 (of 3000) crowns.")]
    assert loaded(tmp_path, page).text == "The liability of the mill is 2860 (of 3000) crowns."


def test_a_fraction_stays_one(tmp_path: Path) -> None:
    over, under, back = ") Tj 4 Ts /F1 6 Tf (", ") Tj /F1 6 Tf (", ") Tj 0 Ts /F1 11 Tf ("
    text = f"The toll is 48{over}1{back}/{under}2{back} cents a mile, and only 7 on Sundays."
    stored = loaded(tmp_path, lines(60, 700, text)).text
    assert stored == "The toll is 48 1/2 cents a mile, and only 7 on Sundays."


def test_columns_that_are_set_close_are_read_one_after_the_other(tmp_path: Path) -> None:
    words = ("the orchard of Ash grew", "the mill of Marrow gave", "the hall of Birch holds")
    drawn = [
        (60.0 + 134 * column, 700.0 - 12 * n, BODY, "", f"{text} {n}")
        for n in range(9)
        for column, text in enumerate(words)
    ]
    text = loaded(tmp_path, drawn).text
    places = [text.index(f"{word} {n}") for word in words for n in range(9)]
    assert places == sorted(places)


def test_small_words_and_long_figures_are_no_marks_of_notes(tmp_path: Path) -> None:
    page = [
        (60.0, 700.0, BODY, "", "The orchard sold pears"),
        (180.0, 704.0, 6.5, "", "CAUTION"),
        (60.0, 660.0, BODY, "", "The number of the lot is"),
        (186.0, 663.0, 6.5, "", "334010053"),
    ]
    text = loaded(tmp_path, page).text
    assert "CAUTION" in text
    assert "334010053" in text
    assert "Note" not in text


def test_words_in_a_grid_drawn_at_once_are_kept_and_those_under_a_bar_are_not(
    tmp_path: Path,
) -> None:
    grid = "0 0 0 rg 50 500 300 2 re 50 600 300 2 re 50 500 2 102 re 348 500 2 102 re f"
    frame = "50 300 300 100 re 52 302 296 96 re f*"
    page = [
        (60.0, 550.0, BODY, grid, "The orchard sold 310 tons of pears."),
        (60.0, 350.0, BODY, frame, "The mill ground 95 sacks of corn."),
        (60.0, 200.0, BODY, "50 190 300 30 re 50 100 300 30 re f", "SECRET under a bar."),
    ]
    text = loaded(tmp_path, page).text
    assert "310 tons" in text
    assert "95 sacks" in text
    assert "SECRET" not in text


def test_dots_that_lead_to_the_number_of_a_page_are_no_strange_letters(tmp_path: Path) -> None:
    entries = [f"Pears of Ash {'.' * 60} {n}" for n in range(1, 5)]
    assert "Pears of Ash" in loaded(tmp_path, lines(60, 700, *entries)).text


def test_words_in_another_direction_are_left_out_and_told_of(tmp_path: Path) -> None:
    side = "ET BT /F1 11 Tf 0 1 -1 0 400 100 Tm (The mill of Marrow ran on every day of the year"
    text = "The orchard of Ash grew forty tons of pears, and sold them in the market of the town."
    page = [(60.0, 700.0, BODY, "", f"{text}) Tj {side}, its owner said.")]
    document = loaded(tmp_path, page)
    assert document.text == text
    assert any("another direction" in note for note in document.notes)
