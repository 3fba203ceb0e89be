"""A student's complete record as sheets of words: titled tables that are read on a screen and on paper."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from api.pages import pathway_words, revocation_words, test_words, voice_words
from api.pages.access_words import AGE_BASES, BASES, CAPACITIES, PROGRAMMES, classes_said
from api.pages.disclosure_words import GROUNDS, OUTCOMES
from api.pages.flag_cards import DISMISS_REASONS, quoted
from api.pages.pace_words import STATUSES, gap_words
from api.pages.reasons import flag_text
from api.pages.record_words import ACTS, CONTESTED, FLAG_STATES, HELP, KINDS, MOVES, OWN_WORDS, ROLES, STEPS, said
from api.pages.texts import Said, of_record, statement
from api.pages.words import EVIDENCE_TYPES, INDEPENDENCE, PURPOSES, figure, level_figure, percent, points, state_look
from mastery.pace.status import Status
from mastery.rating.artefacts import Help
from models.graph_store import DistrictGraph

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table of the record: its title, the headings of its columns, its rows as texts."""

    key: str
    title: str
    headings: tuple[str, ...]
    rows: Sequence[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class _Reader:
    """The rows of a record, and how its instants are read."""

    sections: Mapping[str, Sequence[Row]]
    zone: ZoneInfo
    graph: DistrictGraph

    def target(self, named: Row) -> Markup:
        """What a target says in the reader's language, with its code; as it was on record where it is no more."""
        key = self.graph.ids.get(named["guid"])
        says = of_record(str(named["statement"])) if key is None else statement(self.graph, key)
        return Markup("{} ({})").format(says, named["code"]) if named["code"] else Markup.escape(says)

    def named(self, name: str, text: str, facts: Row) -> Said:
        """What a fact of a flag names: a target in the reader's language, or a task by its title."""
        key = int(facts[name]) if name in ("target", "prerequisite") else None
        return statement(self.graph, key) if key in self.graph.subjects else Said(text)

    def when(self, instant: str | None) -> str:
        if not instant:
            return "–"
        return format_datetime(datetime.fromisoformat(instant).astimezone(self.zone), "medium", locale=get_locale())

    def by(self, key: str, table: str, of: str) -> dict[Any, list[Row]]:
        """The rows of a table by the key that they belong to."""
        found: dict[Any, list[Row]] = {}
        for row in self.sections[table]:
            found.setdefault(row[of], []).append(row)
        return found


def sheets(document: Mapping[str, Any], zone: ZoneInfo, graph: DistrictGraph) -> list[Sheet]:
    """All of a complete record (api.actions.complete_record), in the reader's language."""
    reader = _Reader(document["sections"], zone, graph)
    return [
        Sheet(key, str(title), tuple(map(str, headings)), list(rows(reader))) for key, title, headings, rows in _SHEETS
    ]


def _day(day: str | None) -> str:
    return format_date(date.fromisoformat(day), "medium", locale=get_locale()) if day else "–"


def _role(named: Row | None) -> str:
    if named is None:
        return _("the program")
    return said(ROLES, named["role"]) if "role" in named else _("the program “%(name)s”", name=named["name"])


def _person(reader: _Reader) -> Iterator[tuple[Any, ...]]:
    (person,) = reader.sections["person"]
    names = ("given_name", "middle_name", "family_name")
    yield _("Legal name"), " ".join(person[name] for name in names if person[name])
    if "pronouns" in person:  # what a family may not get is not in its record
        chosen = ("preferred_given_name", "preferred_family_name")
        yield _("Chosen name"), " ".join(person[name] for name in chosen if person[name]) or "–"
        yield _("Pronouns"), person["pronouns"] or "–"
    yield _("School’s number"), person["identifier"] or "–"
    yield _("Number in the roster"), person["sourced_id"]
    yield _("User name"), person["username"] or "–"
    yield _("E-mail"), person["email"] or "–"
    yield _("Date of birth"), _day(person["birth_date"])
    yield _("Grade"), ", ".join(person["grades"]) or "–"
    for waits in reader.sections["pending_deletion"]:
        yield _("To be deleted, since"), reader.when(waits["since"])
    for hold in reader.sections["legal_hold"]:
        yield _("Kept for a legal reason"), f"{hold['reason']} ({reader.when(hold['placed_at'])})"


def _places(reader: _Reader) -> Iterator[tuple[Any, ...]]:
    for row in reader.sections["person_role"]:
        where = row["school"]["name"] if row.get("school") else _("the district")
        yield where, said(ROLES, row["role"]), _day(row["begins_on"]), _day(row["ends_on"])
    for row in reader.sections["enrollment"]:
        yield row["section"]["title"], said(ROLES, row["role"]), _day(row["begins_on"]), _day(row["ends_on"])
    for row in reader.sections["guardianship"]:
        yield _("Family"), _role(row["guardian"]), _day(row["begins_on"]), _day(row["ends_on"])

    for row in reader.sections["programme_enrollment"]:
        yield said(PROGRAMMES, row["programme"]), _("program"), _day(row["begins_on"]), _day(row["ends_on"])


def _access(reader: _Reader) -> Iterator[tuple[Any, ...]]:
    for row in reader.sections["link"]:
        yield (
            said(CAPACITIES, row["role"]), said(BASES, row["basis"]), row["purpose"], reader.when(row["begins_at"]),
            reader.when(row["revoked_at"] or row["ends_at"]),
        )  # fmt: skip
    for row in reader.sections["beyond_age"]:
        yield (
            _role(row["guardian"]), said(AGE_BASES, row["basis"]), _("access after the 18th birthday"),
            reader.when(row["begins_at"]), reader.when(row["withdrawn_at"] or row["ends_at"]),
        )  # fmt: skip


def _consents(reader: _Reader) -> Iterator[tuple[Any, ...]]:
    for row in reader.sections["consent"]:
        yield (
            _day(row["signed_on"]), _role(row["signed_by"]), _role(row["recipient"]), classes_said(row["classes"]),
            row["purpose"], reader.when(row["withdrawn_at"] or row["ends_at"]),
        )  # fmt: skip


def _disclosures(reader: _Reader) -> Iterator[tuple[Any, ...]]:
    for row in reader.sections["disclosure"]:
        as_what = row["capacity"] and said(CAPACITIES, row["capacity"])
        who = ", ".join(part for part in (row["recipient"], row["organization"], as_what) if part)
        by_hand = row["happened_on"] is not None
        when = _day(row["happened_on"]) if by_hand else reader.when(row["at"])
        more = (
            said(OUTCOMES, row["outcome"]) if by_hand else None, row["document_reference"], row["threat"],
            row["further"], row["why"],
        )  # fmt: skip
        yield (
            when, who, classes_said(row["classes"]), said(BASES | GROUNDS, row["basis"]), row["purpose"] or "–",
            ". ".join(part.rstrip(".") for part in more if part) or "–",
        )  # fmt: skip


def _standings(reader: _Reader) -> Iterator[tuple[Any, ...]]:
    for row in reader.sections["standing"]:
        expected = percent(row["expected"]) if row["expected"] is not None else "–"
        yield (
            reader.target(row["target"]), str(state_look(row["state"]).word), level_figure(row["level"]), expected,
            str(row["records"]), reader.when(row["as_of"]),
        )  # fmt: skip


def _kept(reader: _Reader) -> Iterator[tuple[Any, ...]]:
    for row in reader.sections["mastered_competency"]:
        yield of_record(row["statement"]), level_figure(row["level"]), reader.when(row["mastered_at"])


def _decisions(reader: _Reader) -> Iterator[tuple[Any, ...]]:
    names = {row["id"]: row["name"] for row in reader.sections["artefact"]}
    beside = reader.by("confirmation", "decision_artefact", "confirmation_id")
    for row in reader.sections["confirmation"]:
        files = [names[one["artefact_id"]] for one in beside.get(row["id"], [])]
        yield (
            reader.when(row["signed_at"]), reader.target(row["target"]), said(KINDS, row["kind"]),
            level_figure(row["level"]), _role(row.get("by_person")), ", ".join([row["reason"] or "–", *files]),
        )  # fmt: skip


def _results(reader: _Reader) -> Iterator[tuple[Any, ...]]:
    evidence = reader.by("result", "evidence", "result_id")
    for row in reader.sections["result"]:
        words = ((EVIDENCE_TYPES, "evidence_type"), (PURPOSES, "purpose"), (INDEPENDENCE, "independence"))
        kind = ", ".join(said(table, row[column]) for table, column in words)
        scorer = _role(row["scorer"]) if isinstance(row["scorer"], dict) else _("the program")
        for one in evidence.get(row["id"], []):
            yield (
                reader.when(row["performed_at"]), f"{row['assessment']['title']} ({kind})",
                reader.target(one["target"]), points(one["score"], one["max"]), level_figure(one["level"]), scorer,
                row["client"]["name"],
            )  # fmt: skip


def _waiting(reader: _Reader) -> Iterator[tuple[Any, ...]]:
    for row in reader.sections["quarantine"]:
        yield reader.when(row["received_at"]), row["client"]["name"], row["missing_reference"], row["state"]


def _flags(reader: _Reader) -> Iterator[tuple[Any, ...]]:
    steps = reader.by("flag", "flag_transition", "flag_id")
    for row in reader.sections["flag"]:
        facts = row["finding"]["facts"]
        names = {name: quoted(reader.named(name, text, facts).inside) for name, text in row["names"].items()}
        sentence = flag_text(row["finding"]["sentence"], facts, names)
        reason = said(DISMISS_REASONS, row["dismiss_reason"]) if row["dismiss_reason"] else ""
        told = " ".join(part for part in (reason, row["note"]) if part) or "–"
        yield reader.when(row["opened_at"]), sentence, said(FLAG_STATES, row["state"]), "", told
        for step in steps.get(row["id"], []):
            words = " ".join(part for part in (step["reason"], step["note"]) if part) or "–"
            yield reader.when(step["at"]), "", said(FLAG_STATES, step["to_state"]), _role(step.get("by_person")), words


def _moves(reader: _Reader) -> Iterator[tuple[Any, ...]]:
    undone = {row["move_id"]: row["at"] for row in reader.sections["move_undo"]}
    for row in reader.sections["move"]:
        about = reader.target(row["target"]) if row.get("target") else (row.get("assessment") or {}).get("title", "–")
        yield (
            reader.when(row["at"]), said(MOVES, row["kind"]), about, _role(row["by_person"]),
            reader.when(undone.get(row["id"])),
        )  # fmt: skip


def _acts(reader: _Reader) -> Iterator[tuple[Any, ...]]:
    for row in reader.sections["audit_event"]:
        yield reader.when(row["at"]), said(ACTS, row["act"]), _role(row.get("by")), row["purpose"] or "–"


def _own_words(reader: _Reader) -> Iterator[tuple[Any, ...]]:
    for row in reader.sections["own_words"]:
        told: list[Any] = [row["words"]] if row["words"] else []
        if row.get("target"):
            told.append(reader.target(row["target"]))
        if row["by_day"]:
            told.append(_("by %(day)s", day=_day(row["by_day"])))
        told += [pathway_words.MODES[row["mode"]]] if row["mode"] else []
        told += [pathway_words.SETTINGS[row["setting"]]] if row["setting"] else []
        text = _("Taken back.") if row["withdrawn"] else Markup(", ").join(told)
        yield reader.when(row["said_at"]), said(OWN_WORDS, row["kind"]), _role(row["said_by"]), text


def _voice(reader: _Reader) -> Iterator[tuple[Any, ...]]:
    steps = reader.by("student_voice", "voice_step", "voice_id")
    for row in reader.sections["student_voice"]:
        told = said(voice_words.WORDS, row["word"]) if row["word"] else row["words"] or "–"
        about = Markup("{}: {}").format(said(voice_words.KINDS, row["kind"]), reader.target(row["target"]))
        yield reader.when(row["at"]), about, "", told
        for step in steps.get(row["id"], []):
            words = step["words"] or "–"
            yield reader.when(step["at"]), said(voice_words.STEPS, step["step"]), _role(step["by_person"]), words


def _plans(reader: _Reader) -> Iterator[tuple[Any, ...]]:
    dates = reader.by("own_plan", "own_plan_date", "own_plan_id")
    for row in reader.sections["own_plan"]:
        number = len(dates.get(row["id"], []))
        what = ngettext("Own dates for %(num)d target", "Own dates for %(num)d targets", number)
        yield reader.when(row["set_at"]), what, _role(row["set_by"]), row["reason"]
    for row in reader.sections["pace_pause"]:
        first, last = _day(row["first_day"]), _day(row["last_day"])
        what = _("A pause, %(first)s to %(last)s", first=first, last=last) if row["first_day"] else _("No pause")
        yield reader.when(row["approved_at"]), what, _role(row["approved_by"]), row["reason"]
    for row in reader.sections["pace_by_hand"]:
        what = STATUSES[Status(row["status"])].word if row["status"] else _("As computed again")
        yield reader.when(row["set_at"]), what, _role(row["set_by"]), row["reason"]
    for row in reader.sections["pace_day"]:
        what = STATUSES[Status(row["status"])].word
        yield _day(row["day"]), what, _("the program"), gap_words(row["gap"])


def _tests(reader: _Reader) -> Iterator[tuple[Any, ...]]:
    for row in reader.sections["test_step"]:
        step = said(test_words.STEPS, row["step"])
        yield (
            reader.when(row["at"]),
            row["assessment"]["title"],
            step,
            _role(row.get("by_person")),
            row["reason"] or "–",
        )
    for row in reader.sections["window_exclusion"]:
        step = said(test_words.WINDOW_STEPS, "excluded" if row["excluded"] else "let_in")
        yield reader.when(row["at"]), "–", step, _role(row.get("by_person")), row["reason"] or "–"


def _state_results(reader: _Reader) -> Iterator[tuple[Any, ...]]:
    for row in reader.sections["state_result"]:
        score = "–" if row["score"] is None else figure(row["score"])
        yield _day(row["taken_on"]), f"{row['test']} ({row['administration']})", row["level"], score


def _files(reader: _Reader) -> Iterator[tuple[Any, ...]]:
    statements = reader.by("artefact", "artefact_statement", "artefact_id")
    for row in reader.sections["artefact"]:
        said = statements.get(row["id"], [])
        helped = [HELP[Help(one)] for one in said[-1]["help"]] if said else []
        text = ", ".join([*map(str, helped), *(said[-1][part] for part in ("help_words", "own_part"))]) if said else "–"
        yield reader.when(row["added_at"]), row["name"], _role(row["added_by"]), text.strip(", "), row["digest"][:12]


def _scored(reader: _Reader) -> Iterator[tuple[Any, ...]]:
    results = reader.by("submission", "criterion_result", "submission_id")
    sheets = reader.by("submission", "score_sheet", "submission_id")
    for row in reader.sections["submission"]:
        levels = [level_figure(one["level"]) for one in results.get(row["id"], ())]
        raters = [_role(one["rater"]) for one in sheets.get(row["id"], ())]
        told = (", ".join(map(str, some)) or "–" for some in (levels, raters))
        yield reader.when(row["handed_in_at"]), row["words"] or "–", *told


def _amendments(reader: _Reader) -> Iterator[tuple[Any, ...]]:
    steps = reader.by("amendment", "amendment_step", "amendment_id")
    for row in reader.sections["amendment"]:
        about, asked = _("Another request of the family"), _WITHHELD
        if "found" in row:
            about = said(CONTESTED, row["contested"])
            asked = _("%(found)s It should be: %(wanted)s", found=row["found"], wanted=row["wanted"])
        yield reader.when(row["asked_at"]), about, _role(row["asked_by"]), asked
        for step in steps.get(row["id"], []):
            told = step.get("words", _WITHHELD)
            yield reader.when(step["at"]), said(STEPS, step["step"]), _role(step["by_person"]), told


def _revocations(reader: _Reader) -> Iterator[tuple[Any, ...]]:
    steps = reader.by("revocation", "revocation_step", "revocation_id")
    for row in reader.sections["revocation"]:
        about = Markup("{}: {}").format(_("Proposed"), reader.target(row["target"]))
        yield reader.when(row["proposed_at"]), about, _role(row["proposed_by"]), row["reason"]
        for step in steps.get(row["id"], []):
            done = said(revocation_words.STEPS, step["step"])
            yield reader.when(step["at"]), done, _role(step["by_person"]), step["words"]


_Rows = Callable[[_Reader], Iterator[tuple[Any, ...]]]
_WITHHELD = _l("What was said is for who asked and the school.")
_WHEN, _BY = _l("When"), _l("By")
_SHEETS: tuple[tuple[str, Any, tuple[Any, ...], _Rows], ...] = (
    ("person", _l("The student"), (_l("What"), _l("As it is on file")), _person),
    (
        "own_words",
        _l("The student’s own words"),
        (_WHEN, _l("What"), _BY, _l("In words")),
        _own_words,
    ),
    ("plans", _l("The plan, and how far along"), (_WHEN, _l("What"), _BY, _l("In words")), _plans),
    (
        "voice",
        _l("What the student told the teacher"),
        (_WHEN, _l("What"), _BY, _l("In words")),
        _voice,
    ),
    ("revocations", _l("Mastery that was to be taken away"), (_WHEN, _l("What"), _BY, _l("In words")), _revocations),
    (
        "files",
        _l("Work that was handed in"),
        (_WHEN, _l("What"), _BY, _l("What helped, in words"), _l("Mark of the file")),
        _files,
    ),
    (
        "scored",
        _l("Work that people scored"),
        (_WHEN, _l("In words"), _l("Levels"), _l("Scored by")),
        _scored,
    ),
    (
        "amendments",
        _l("Requests to correct the record, and statements"),
        (_WHEN, _l("What"), _BY, _l("In words")),
        _amendments,
    ),
    (
        "places",
        _l("Schools, classes, family and programs"),
        (_l("Where"), _l("As what"), _l("From"), _l("Until")),
        _places,
    ),
    (
        "standings",
        _l("Where the student stands"),
        (_l("Target"), _l("Decision"), _l("Level"), _l("Estimate"), _l("Results"), _l("Last evidence")),
        _standings,
    ),
    ("kept", _l("Mastered, and kept for good"), (_l("Target"), _l("Level"), _WHEN), _kept),
    (
        "decisions",
        _l("Signed decisions"),
        (_WHEN, _l("Target"), _l("What"), _l("Level"), _BY, _l("Reason")),
        _decisions,
    ),
    (
        "results",
        _l("Results"),
        (_WHEN, _l("Task or test"), _l("Target"), _l("Score"), _l("Level"), _l("Scored by"), _l("Sent by")),
        _results,
    ),
    ("tests", _l("Tests asked for"), (_WHEN, _l("Test"), _l("What"), _BY, _l("Reason")), _tests),
    ("state", _l("Results of the state"), (_WHEN, _l("Test"), _l("Level of the state"), _l("Score")), _state_results),
    (
        "waiting",
        _l("Results that wait, and why"),
        (_WHEN, _l("Sent by"), _l("Name not known"), _l("Where it stands")),
        _waiting,
    ),
    (
        "flags",
        _l("What needed a look, and what was done"),
        (_WHEN, _l("What"), _l("Where it stands"), _BY, _l("In words")),
        _flags,
    ),
    ("moves", _l("What teachers did"), (_WHEN, _l("What"), _l("About"), _BY, _l("Taken back")), _moves),
    (
        "access",
        _l("Who else may see the record"),
        (_l("As what"), _l("On what ground"), _l("What for"), _l("From"), _l("Until")),
        _access,
    ),
    (
        "consents",
        _l("Consents that were signed"),
        (_WHEN, _BY, _l("To whom"), _l("Which data"), _l("What for"), _l("Until")),
        _consents,
    ),
    (
        "disclosures",
        _l("What was given to somebody outside"),
        (_WHEN, _l("To whom"), _l("Which data"), _l("On what ground"), _l("What for"), _l("In words")),
        _disclosures,
    ),
    ("acts", _l("Who looked, and what was done"), (_WHEN, _l("What"), _BY, _l("What for")), _acts),
)
