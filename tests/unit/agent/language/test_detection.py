"""Which texts are surely not English; the rows were written before any threshold was chosen."""

import threading

import pytest

from agent.language import detection
from agent.language.detection import language_of

# ruff: noqa: RUF001 - Turkish has letters that look like others

FOREIGN = """
Spanish: ¿Es verdad que el gobierno prohibió los coches diésel en 2024?
Spanish: Los inmigrantes reciben más ayudas que los jubilados
Spanish: ¿Quién ganó las elecciones de Chile?
French: Est-ce que le maire de Lyon a été condamné pour corruption ?
French: Les vaccins contiennent-ils de l'aluminium ?
French: La France a-t-elle fermé toutes ses centrales à charbon ?
German: Stimmt es, dass die Regierung das Bargeld abschaffen will?
German: Hat Berlin mehr Brücken als Venedig?
German: Macht Kaffee süchtig?
Portuguese: É verdade que o presidente vetou a lei das armas?
Portuguese: As urnas eletrônicas foram fraudadas nas eleições?
Portuguese: Quantas pessoas morreram na enchente?
Italian: È vero che il sindaco ha venduto la spiaggia ai privati?
Italian: Gli stranieri commettono più reati degli italiani?
Dutch: Klopt het dat de zeespiegel sneller stijgt dan verwacht?
Dutch: Heeft de minister gelogen over de stikstofcijfers?
Polish: Czy to prawda, że rząd podniósł podatki od mieszkań?
Polish: Ile osób zginęło w wypadku kolejowym?
Turkish: Deprem bölgesinde okullar kapatıldı mı?
Turkish: Cumhurbaşkanı istifa etti mi?
"""
ENGLISH = """
Did Emmanuel Macron and Brigitte Trogneux marry in Le Touquet?
Is Bundesliga bigger than La Liga?
Bundeswehr tanks in Kharkiv?
Does Nestlé own San Pellegrino, Perrier and Vittel?
El Niño caused California floods
Did Lula veto PL 2630?
Volkswagen Dieselgate fine: 4.3bn euros?
Uber eats tax?
Messi Barcelona burofax real?
is it true tht vaxines hav microchps lol
Was Ursula von der Leyen fined by the Bundestag?
omg nyc subway rats bigger than cats??
Kim Jong Un dead?
Ozempic causes blindness
Schengen visa fees doubled
Bolsonaro convicted?
Jacinda Ardern resigned
"Liberté, égalité, fraternité" was written by Robespierre
Did Giorgia Meloni say "Io sono Giorgia"?
COVID vaccine myocarditis VAERS data
"""


def rows(table: str) -> list[str]:
    return [line for line in table.splitlines() if line]


@pytest.mark.parametrize("row", rows(FOREIGN))
def test_a_question_in_another_language_is_told(row: str) -> None:
    name, _, text = row.partition(": ")
    assert language_of(text) == name


def test_a_plainly_english_text_does_not_load_the_model(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise AssertionError

    monkeypatch.setattr(detection, "_identifier", fail)
    assert language_of("Is it true that the mayor of the town was fined?") is None
    assert language_of("Правда ли, что мост закрыт?") is not None


@pytest.mark.parametrize("text", rows(ENGLISH))
def test_odd_english_is_english(text: str) -> None:
    assert language_of(text) is None


def test_the_model_is_loaded_ahead_only_for_a_text_that_needs_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    loaded = threading.Semaphore(0)
    monkeypatch.setattr(detection, "_identifier", loaded.release)
    for text in ("Is it true that the mayor was fined?", "Правда ли, что мост закрыт?", "Fake?"):
        detection.read_ahead(text)
    assert not loaded.acquire(timeout=0.05)
    detection.read_ahead("do vaccines cause autism")
    assert loaded.acquire(timeout=10)
