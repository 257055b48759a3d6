"""Real files beside a second reading of them: `python -m tests.real_files FOLDER`.

Prints the files of which the stored text lacks figures or long words that another library reads,
or has such that it does not; and what is refused although that library reads words. What it prints
is doubtful, not wrong: look at the file.
"""

import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from docx import Document as WordDocument
from docx.oxml.ns import qn
from lxml import html
from pypdf import PdfReader

from retrieval.errors import SourceUnreadable
from retrieval.loaders import Document
from retrieval.loaders.document import read_raw
from retrieval.loaders.isolation import FileLoader

FEW = 8
"""Words that differ which are named."""
DOUBTFUL = 0.03
"""Share of the words of the second reading from which on a difference is worth a look."""
_WORD = re.compile(r"\d[\d.,]*\d|\d|[^\W\d_]{5,}")


def read_again(path: Path) -> str:
    """Words of a file as another library reads them, hidden ones and running heads too."""
    match path.suffix.lower():
        case ".pdf":
            return "\n".join(page.extract_text() for page in PdfReader(path).pages)
        case ".docx":
            texts = WordDocument(str(path)).element.body.iter(qn("w:t"))
            return " ".join(text.text or "" for text in texts)
    tree = html.fromstring(path.read_bytes())
    for unread in list(tree.iter("script", "style")):
        unread.drop_tree()
    return " ".join(tree.itertext())


def compare(path: Path, stored: Document | None) -> Iterator[str]:
    """What is doubtful about the stored text of a file; None where it was refused."""
    try:
        second = Counter(_WORD.findall(read_again(path)))
    except Exception as error:  # noqa: BLE001 - whatever the other library makes of it
        yield f"the second reading failed ({type(error).__name__})"
        return
    if stored is None:
        if second:
            yield f"refused, but {second.total():,} words can be read: {_name(second)}"
        return
    own = Counter(_WORD.findall(stored.text))
    alien = Counter({word: n for word, n in own.items() if word not in second})
    if alien.total() > DOUBTFUL * own.total():
        yield f"{alien.total():,} words that the second reading lacks: {_name(alien)}"
    lost = second - own
    whole = path.suffix.lower() in {".pdf", ".docx"}  # of a page only its article is stored
    if whole and lost.total() > DOUBTFUL * second.total():
        yield f"{lost.total():,} of {second.total():,} words are not stored: {_name(lost)}"


def _name(words: Counter[str]) -> str:
    return ", ".join(word for word, _ in words.most_common(FEW))


def main(folder: Path) -> int:
    """Read every file of a folder and print the doubtful ones; return how many they are."""
    doubtful = 0
    with FileLoader() as loader:
        for path in sorted(one for one in folder.iterdir() if one.is_file()):
            document, said = None, ""
            try:
                document = loader.load(read_raw(path))[0]
                said = f"{document.meta.publisher or '-'}, {document.meta.published or '-'}"
            except SourceUnreadable as error:
                said = str(error.args[0])
            if doubts := list(compare(path, document)):
                doubtful += 1
                print(path.name, f"[{said}]", *doubts, sep="\n    ")  # noqa: T201
    return doubtful


if __name__ == "__main__":
    print(main(Path(sys.argv[1])), "doubtful")  # noqa: T201
