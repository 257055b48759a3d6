from agent.language.text import content, expanded, tokens


def test_dots_in_abbreviations_and_possessives_do_not_make_other_words() -> None:
    assert tokens("The I.C.E. agents' and NYPD’s") == ["the", "ice", "agents", "and", "nypd"]


def test_inflections_meet_in_one_stem() -> None:
    assert content("arrested arrests arresting") == content("arrest") * 3
    assert content("studies") == content("study")


def test_an_everyday_name_is_spelled_as_sources_spell_it() -> None:
    assert set(expanded("nyc cops")) == {"new", "york", "city", *content("police officer")}
