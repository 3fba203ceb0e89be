"""The equations in a text, and what they come to: for checking that worked examples are right."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import isqrt

_SUPERSCRIPTS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
_ROOTS = {"√": 2, "∛": 3}
_TOKEN = re.compile(
    r"""
    (?P<mixed>\d+\ \d+/\d+)
    | (?P<fraction>\d+/\d+(?:,\d{3})*)
    | (?P<number>\$?\d+(?:,\d{3})*(?:\.\d+)?[%°]?)
    | (?P<power>[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)
    | (?P<root>[√∛])
    | (?P<sign>(?<![^\s(|])-(?=[\d(.a-z]))
    | (?P<operator>[-+×÷])
    | (?P<relation>[=<>≤≥])
    | (?P<open>\()
    | (?P<close>\))
    | (?P<bar>\|)
    | (?P<word>(?:(?![⁰¹²³⁴⁵⁶⁷⁸⁹])[^\W\d_]){2,}(?<!mx))
    | (?P<letter>mx|[a-zπ□])
    | (?P<space>[^\S\n]+)
    | (?P<other>.|\n)
    """,
    re.VERBOSE,
)
_ENDS = {"mixed", "fraction", "number", "power", "close", "letter"}
_STARTS = {"mixed", "fraction", "number", "root", "sign", "open", "bar", "letter"}
_RELATIONS = {
    "=": Fraction.__eq__,
    "<": Fraction.__lt__,
    ">": Fraction.__gt__,
    "≤": Fraction.__le__,
    "≥": Fraction.__ge__,
}


@dataclass(frozen=True, slots=True)
class Token:
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Claim:
    """Two sides of a relation as they stand in a text."""

    left: tuple[Token, ...]
    relation: str
    right: tuple[Token, ...]

    def __str__(self) -> str:
        return " ".join(token.text for token in (*self.left, Token("relation", self.relation), *self.right))

    @property
    def has_letters(self) -> bool:
        return any(token.kind == "letter" for token in self.left + self.right)

    @property
    def holds(self) -> bool:
        return _RELATIONS[self.relation](_value(self.left), _value(self.right))


def _runs(text: str) -> Iterator[list[Token]]:
    """The stretches of a text that can be read as mathematics: a word, a stop or a gap between two values ends one."""
    run: list[Token] = []
    gap = False
    for match in _TOKEN.finditer(text):
        token = Token(str(match.lastgroup), match[0])
        if token.kind == "space":
            gap = True
            continue
        apart = gap and run and run[-1].kind in _ENDS and token.kind in _STARTS
        if apart or token.kind in ("word", "other"):
            yield run
            run = []
        if token.kind not in ("word", "other"):
            run.append(token)
        gap = False
    yield run


def claims(text: str) -> Iterator[Claim]:
    """Each relation of a text with its two sides; ValueError where a side is missing."""
    for run in _runs(text):
        sides: list[list[Token]] = [[]]
        relations: list[str] = []
        for token in run:
            if token.kind == "relation":
                relations.append(token.text)
                sides.append([])
            else:
                sides[-1].append(token)
        for place, relation in enumerate(relations):
            left, right = tuple(sides[place]), tuple(sides[place + 1])
            if not left or not right:
                raise ValueError(f"a side is missing at {relation} in {text!r}")
            yield Claim(left, relation, right)


def _plain(number: str) -> Fraction:
    value = Fraction(number.strip("$%°").replace(",", ""))
    return value / 100 if number.endswith("%") else value


def _root(value: Fraction, degree: int) -> Fraction:
    found = isqrt(int(value)) if degree == 2 else round(float(value) ** (1 / degree))
    if found**degree != value:
        raise ValueError(f"{value} has no whole root")
    return Fraction(found)


class _Reader:
    """The value of a side: sums of products of powers."""

    def __init__(self, tokens: tuple[Token, ...]) -> None:
        self._tokens = list(tokens)

    def all(self) -> Fraction:
        value = self._sum()
        if self._tokens:
            raise ValueError(f"cannot read on at {self._tokens[0].text}")
        return value

    def _next_is(self, *texts: str) -> bool:
        return bool(self._tokens) and self._tokens[0].text in texts

    def _sum(self) -> Fraction:
        value = self._product()
        while self._next_is("+", "-"):
            plus = self._tokens.pop(0).text == "+"
            other = self._product()
            value = value + other if plus else value - other
        return value

    def _product(self) -> Fraction:
        value = self._signed()
        while self._next_is("×", "÷"):
            times = self._tokens.pop(0).text == "×"
            other = self._signed()
            value = value * other if times else value / other
        return value

    def _signed(self) -> Fraction:
        if self._next_is("-"):
            self._tokens.pop(0)
            return -self._signed()
        value = self._single()
        if self._tokens and self._tokens[0].kind == "power":
            value = Fraction(value ** int(self._tokens.pop(0).text.translate(_SUPERSCRIPTS)))
        return value

    def _single(self) -> Fraction:
        token = self._tokens.pop(0)
        if token.kind == "mixed":
            whole, part = token.text.split(" ")
            return Fraction(whole) + Fraction(part)
        if token.kind in ("fraction", "number"):
            return _plain(token.text)
        if token.kind == "root":
            return _root(self._single(), _ROOTS[token.text])
        if token.kind in ("open", "bar"):
            value = self._sum()
            self._tokens.pop(0)
            return value if token.kind == "open" else abs(value)
        raise ValueError(f"{token.text} is no value")


def _value(side: tuple[Token, ...]) -> Fraction:
    return _Reader(side).all()


def checkable(text: str) -> list[Claim]:
    return [claim for claim in claims(text) if not claim.has_letters]
