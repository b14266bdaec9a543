"""Text in the reader's language, translated at the edge from the catalogues in `dashboard/translations`.

    t = translator("fr")
    t("{count} rows", count=3)        # a sentence of the edge's own
    translate(error.message, "fr")    # one that came from below as id and parameters

An English sentence is its own msgid. A parameter that is itself a `Message` is translated first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final

from babel.messages.pofile import read_po

from models.messages import Message, Parameter

LANGUAGES: Final = ("en", "fr")
DEFAULT_LANGUAGE: Final = "en"
NAMES: Final[Mapping[str, str]] = {"en": "English", "fr": "Français"}
TRANSLATIONS = Path(__file__).with_name("translations")

Translator = Callable[..., str]


def translator(locale: str) -> Translator:
    """Return `t(msgid, **params)` for one locale; an unknown locale reads English."""
    known = catalogue(language_of(locale))

    def t(msgid: str, /, **params: Parameter | Message) -> str:
        text = known.get(msgid, msgid)
        if not params:
            return text
        return text.format(
            **{
                name: translate(value, locale) if isinstance(value, Message) else value
                for name, value in params.items()
            }
        )

    return t


def translate(message: Message, locale: str) -> str:
    """Write a message that came from below in the reader's language."""
    return translator(locale)(message.msgid, **message.params)


def language_of(locale: str) -> str:
    """The language that we speak for a locale such as `fr-CA` or `fr_FR`."""
    language = locale.replace("_", "-").split("-", 1)[0].lower()
    return language if language in LANGUAGES else DEFAULT_LANGUAGE


def other_languages(locale: str) -> tuple[str, ...]:
    """What a reader of this locale may switch to."""
    return tuple(language for language in LANGUAGES if language != language_of(locale))


@lru_cache(maxsize=len(LANGUAGES))
def catalogue(language: str) -> Mapping[str, str]:
    """Every translated sentence of a language by its msgid, from all its files; read once."""
    files = sorted((TRANSLATIONS / language).glob("*.po"))
    return {msgid: text for file in files for msgid, text in _sentences(file)}


def _sentences(file: Path) -> Iterable[tuple[str, str]]:
    with file.open("rb") as opened:
        for entry in read_po(opened):
            if isinstance(entry.id, str) and isinstance(entry.string, str) and entry.id and entry.string:
                yield entry.id, entry.string
