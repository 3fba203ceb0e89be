"""Ways to learn the targets of the demonstration, by the domain of their standard: our own words, in both languages."""

from __future__ import annotations

from collections.abc import Iterator

from api.demonstration.curriculum import TARGETS
from mastery.pathways import Mode, Pathway, Setting, Words


def _way(
    mode: Mode, setting: Setting, minutes: int | None, english: tuple[str, str], spanish: tuple[str, str]
) -> Pathway:
    return Pathway(mode, setting, minutes, None, {"en": Words(*english), "es": Words(*spanish)})


_SMALL_GROUP = _way(
    Mode.DIRECT, Setting.IN_CLASS, 15,
    (
        "With the teacher in a small group",
        "Bring one question that did not work. The group works on it with the teacher.",
    ),
    ("Con el maestro en un grupo pequeño", "Trae una pregunta que no salió. El grupo la trabaja con el maestro."),
)  # fmt: skip
_AROUND_TOWN = _way(
    Mode.PROJECT, Setting.OUTSIDE, 45,
    ("Around town", "Find three places where people use this. Write down each one and the numbers in it."),
    ("Por la ciudad", "Busca tres lugares donde la gente usa esto. Anota cada uno y los números que tiene."),
)  # fmt: skip
_BY_DOMAIN: dict[str, Pathway] = {
    "NF": _way(
        Mode.PROJECT, Setting.AT_HOME, 30,
        ("Half a recipe", "Take a recipe and write it for half as many people. Then for three times as many."),
        ("Media receta", "Toma una receta y escríbela para la mitad de personas. Después, para el triple."),
    ),
    "RP": _way(
        Mode.PROJECT, Setting.OUTSIDE, 30,
        (
            "Compare two prices",
            "Find the same food in two sizes in a shop. Work out which one costs less for each ounce.",
        ),
        (
            "Compara dos precios",
            "Busca en una tienda el mismo alimento en dos tamaños. Calcula cuál cuesta menos por onza.",
        ),
    ),
    "EE": _way(
        Mode.FLIPPED, Setting.AT_HOME, 20,
        ("Read it first, ask in class", "Read the worked example. Write down the first line that you can not explain."),
        ("Léelo antes, pregunta en clase", "Lee el ejemplo resuelto. Anota la primera línea que no puedas explicar."),
    ),
    "G": _way(
        Mode.PROJECT, Setting.AT_HOME, 25,
        ("Draw your room", "Measure a room and draw it on squared paper. Mark each shape that you know by name."),
        (
            "Dibuja tu cuarto",
            "Mide un cuarto y dibújalo en papel cuadriculado. Marca cada figura que conozcas por su nombre.",
        ),
    ),
    "SP": _way(
        Mode.PROJECT, Setting.IN_CLASS, 40,
        ("Ask the class", "Ask twenty people one question with a number as the answer. Show the answers as a picture."),
        (
            "Pregunta a la clase",
            "Haz a veinte personas una pregunta que se conteste con un número. Muestra las respuestas en un dibujo.",
        ),
    ),
}  # fmt: skip


def ways() -> Iterator[tuple[str, Pathway]]:
    """The code of each target with each way to learn it."""
    for target in TARGETS:
        yield target.code, _SMALL_GROUP
        own = _BY_DOMAIN.get(target.standard.split(".")[1])
        if own is not None:
            yield target.code, own
        yield target.code, _AROUND_TOWN
