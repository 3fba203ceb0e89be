"""Work that people score: files that students hand in, rubrics, tasks, and all that raters say of the work."""

import sqlalchemy as sa
from alembic import op

from models.row_security import grant_sequences, secure

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None
KINDS = (
    "kind IN ('pdf', 'png', 'jpg', 'gif', 'webp', 'heic', 'mp4', 'mp3', 'wav', 'docx', 'pptx', 'xlsx', 'odt', 'odp',"
    " 'ods', 'txt')"
)
TABLES = (
    "artefact_content",
    "artefact",
    "artefact_statement",
    "rubric",
    "criterion",
    "task",
    "submission",
    "submission_part",
    "rater_call",
    "score_sheet",
    "criterion_score",
    "criterion_talk",
    "criterion_result",
    "anchor",
    "anchor_level",
    "rater_trial",
    "trial_score",
)


def upgrade() -> None:
    _files()
    _rubrics()
    _tasks()
    _scores()
    _calibration()
    for table in TABLES:
        for statement in secure(table, append_only=True):
            op.execute(statement)
    op.execute(grant_sequences())


def _files() -> None:
    op.create_table(
        "artefact_content",
        _district(),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("district_id", "digest", name=op.f("pk_artefact_content")),
    )
    # pictures and films are as small as they get
    op.execute("ALTER TABLE artefact_content ALTER COLUMN content SET STORAGE EXTERNAL")
    op.create_table(
        "artefact",
        _district(),
        _id(),
        _named("student_id"),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        _named("added_by"),
        _at("added_at"),
        _key("artefact", "student_id", "person"),
        _key("artefact", "added_by", "person"),
        _content("artefact"),
        sa.CheckConstraint(KINDS, name=op.f("ck_artefact_kind")),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_artefact")),
        sa.UniqueConstraint(
            "district_id", "student_id", "digest", name=op.f("uq_artefact_district_id_student_id_digest")
        ),
    )
    op.create_index(op.f("ix_artefact_district_id_digest"), "artefact", ["district_id", "digest"])
    op.create_table(
        "artefact_statement",
        _district(),
        _id(),
        _named("artefact_id"),
        sa.Column("own_work", sa.Boolean(), nullable=False),
        sa.Column("help", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("help_words", sa.Text(), nullable=False),
        sa.Column("with_others", sa.Boolean(), nullable=False),
        sa.Column("own_part", sa.Text(), nullable=False),
        _named("said_by"),
        _at("said_at"),
        _key("artefact_statement", "artefact_id", "artefact"),
        _key("artefact_statement", "said_by", "person"),
        sa.CheckConstraint(
            "help <@ ARRAY['none', 'person', 'tool', 'ai']::text[]", name=op.f("ck_artefact_statement_help")
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_artefact_statement")),
    )
    op.create_index(
        op.f("ix_artefact_statement_district_id_artefact_id"), "artefact_statement", ["district_id", "artefact_id"]
    )


def _rubrics() -> None:
    op.create_table(
        "rubric",
        _district(),
        _id(),
        _text("title"),
        _named("replaces_id", nullable=True),
        _named("made_by"),
        _at("made_at"),
        _key("rubric", "replaces_id", "rubric"),
        _key("rubric", "made_by", "person"),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_rubric")),
        sa.UniqueConstraint("district_id", "replaces_id", name=op.f("uq_rubric_district_id_replaces_id")),
    )
    op.create_table(
        "criterion",
        _district(),
        _named("rubric_id"),
        _place(),
        _named("target_id"),
        _text("title"),
        sa.Column("levels", sa.ARRAY(sa.Text()), nullable=False),
        _key("criterion", "rubric_id", "rubric"),
        _key("criterion", "target_id", "node"),
        sa.PrimaryKeyConstraint("district_id", "rubric_id", "place", name=op.f("pk_criterion")),
        sa.UniqueConstraint(
            "district_id", "rubric_id", "target_id", name=op.f("uq_criterion_district_id_rubric_id_target_id")
        ),
    )


def _tasks() -> None:
    op.create_table(
        "task",
        _district(),
        _id(),
        _named("section_id"),
        _named("rubric_id"),
        _named("assessment_id"),
        _text("kind"),
        _text("title"),
        _text("words"),
        sa.Column("credit_bearing", sa.Boolean(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        _named("given_by"),
        _at("given_at"),
        _key("task", "section_id", "section"),
        _key("task", "rubric_id", "rubric"),
        _key("task", "assessment_id", "assessment"),
        _key("task", "given_by", "person"),
        sa.CheckConstraint("kind IN ('performance', 'portfolio', 'capstone')", name=op.f("ck_task_kind")),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_task")),
    )
    op.create_index(op.f("ix_task_district_id_section_id"), "task", ["district_id", "section_id"])
    op.create_table(
        "submission",
        _district(),
        _id(),
        _named("task_id"),
        _named("student_id"),
        _text("source"),
        _text("words"),
        sa.Column("raters", sa.SmallInteger(), nullable=False),
        _named("handed_in_by"),
        _at("handed_in_at"),
        _key("submission", "task_id", "task"),
        _key("submission", "student_id", "person"),
        sa.CheckConstraint("raters >= 1", name=op.f("ck_submission_raters")),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_submission")),
        sa.UniqueConstraint("district_id", "source", name=op.f("uq_submission_district_id_source")),
    )
    op.create_index(
        op.f("ix_submission_district_id_task_id_student_id"), "submission", ["district_id", "task_id", "student_id"]
    )
    op.create_index(op.f("ix_submission_district_id_student_id"), "submission", ["district_id", "student_id"])
    op.create_table(
        "submission_part",
        _district(),
        _named("submission_id"),
        _named("artefact_id"),
        _named("target_id"),
        _key("submission_part", "submission_id", "submission"),
        _key("submission_part", "artefact_id", "artefact"),
        _key("submission_part", "target_id", "node"),
        sa.PrimaryKeyConstraint(
            "district_id", "submission_id", "artefact_id", "target_id", name=op.f("pk_submission_part")
        ),
    )
    op.create_table(
        "rater_call",
        _district(),
        _named("submission_id"),
        _named("rater_id"),
        _named("called_by"),
        _at("called_at"),
        _key("rater_call", "submission_id", "submission"),
        _key("rater_call", "rater_id", "person"),
        _key("rater_call", "called_by", "person"),
        sa.PrimaryKeyConstraint("district_id", "submission_id", "rater_id", name=op.f("pk_rater_call")),
    )
    op.create_index(op.f("ix_rater_call_district_id_rater_id"), "rater_call", ["district_id", "rater_id"])


def _scores() -> None:
    op.create_table(
        "score_sheet",
        _district(),
        _id(),
        _named("submission_id"),
        _named("rater_id"),
        sa.Column("lead", sa.Boolean(), nullable=False),
        _text("words"),
        _at("submitted_at"),
        _key("score_sheet", "submission_id", "submission"),
        _key("score_sheet", "rater_id", "person"),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_score_sheet")),
        sa.UniqueConstraint(
            "district_id", "submission_id", "rater_id", name=op.f("uq_score_sheet_district_id_submission_id_rater_id")
        ),
    )
    op.create_index(op.f("ix_score_sheet_district_id_rater_id"), "score_sheet", ["district_id", "rater_id"])
    op.create_table(
        "criterion_score",
        _district(),
        _named("sheet_id"),
        _place(),
        _level(nullable=True),
        _key("criterion_score", "sheet_id", "score_sheet"),
        _halves("criterion_score"),
        sa.PrimaryKeyConstraint("district_id", "sheet_id", "place", name=op.f("pk_criterion_score")),
    )
    op.create_table(
        "criterion_talk",
        _district(),
        _named("submission_id"),
        _place(),
        _level(nullable=False),
        _named("said_by"),
        _at("said_at"),
        _key("criterion_talk", "submission_id", "submission"),
        _key("criterion_talk", "said_by", "person"),
        _halves("criterion_talk"),
        sa.PrimaryKeyConstraint("district_id", "submission_id", "place", name=op.f("pk_criterion_talk")),
    )
    op.create_table(
        "criterion_result",
        _district(),
        _named("submission_id"),
        _place(),
        _text("outcome"),
        _level(nullable=True),
        _at("settled_at"),
        _key("criterion_result", "submission_id", "submission"),
        _halves("criterion_result"),
        sa.CheckConstraint(
            "outcome IN ('single', 'equal', 'mean', 'discussed', 'lead', 'not_shown', 'awaits_discussion',"
            " 'awaits_lead')",
            name=op.f("ck_criterion_result_outcome"),
        ),
        sa.PrimaryKeyConstraint("district_id", "submission_id", "place", name=op.f("pk_criterion_result")),
    )


def _calibration() -> None:
    op.create_table(
        "anchor",
        _district(),
        _id(),
        _named("rubric_id"),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        _text("kind"),
        _named("added_by"),
        _at("added_at"),
        _key("anchor", "rubric_id", "rubric"),
        _key("anchor", "added_by", "person"),
        _content("anchor"),
        sa.CheckConstraint(KINDS, name=op.f("ck_anchor_kind")),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_anchor")),
    )
    op.create_index(op.f("ix_anchor_district_id_rubric_id"), "anchor", ["district_id", "rubric_id"])
    op.create_index(op.f("ix_anchor_district_id_digest"), "anchor", ["district_id", "digest"])
    op.create_table(
        "anchor_level",
        _district(),
        _named("anchor_id"),
        _place(),
        _level(nullable=False),
        _key("anchor_level", "anchor_id", "anchor"),
        _given("anchor_level"),
        sa.PrimaryKeyConstraint("district_id", "anchor_id", "place", name=op.f("pk_anchor_level")),
    )
    op.create_table(
        "rater_trial",
        _district(),
        _id(),
        _named("rubric_id"),
        _named("rater_id"),
        sa.Column("day", sa.Date(), nullable=False),
        _at("at"),
        _key("rater_trial", "rubric_id", "rubric"),
        _key("rater_trial", "rater_id", "person"),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_rater_trial")),
    )
    op.create_index(
        op.f("ix_rater_trial_district_id_rubric_id_rater_id"), "rater_trial", ["district_id", "rubric_id", "rater_id"]
    )
    op.create_table(
        "trial_score",
        _district(),
        _named("trial_id"),
        _named("anchor_id"),
        _place(),
        _level(nullable=False),
        _key("trial_score", "trial_id", "rater_trial"),
        _key("trial_score", "anchor_id", "anchor"),
        _given("trial_score"),
        sa.PrimaryKeyConstraint("district_id", "trial_id", "anchor_id", "place", name=op.f("pk_trial_score")),
    )


def _content(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["district_id", "digest"],
        ["artefact_content.district_id", "artefact_content.digest"],
        name=op.f(f"fk_{table}_district_id_digest"),
    )


def _given(table: str) -> sa.CheckConstraint:
    return sa.CheckConstraint("level BETWEEN 0 AND 4 AND level * 2 = floor(level * 2)", name=op.f(f"ck_{table}_level"))


def _district() -> sa.Column[int]:
    return sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False)


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False)


def _named(column: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(column, sa.BigInteger(), nullable=nullable)


def _text(column: str) -> sa.Column[str]:
    return sa.Column(column, sa.Text(), nullable=False)


def _place() -> sa.Column[int]:
    return sa.Column("place", sa.SmallInteger(), autoincrement=False, nullable=False)


def _level(*, nullable: bool) -> sa.Column[float]:
    return sa.Column("level", sa.Float(53), nullable=nullable)


def _halves(table: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(
        "level IS NULL OR (level BETWEEN 0 AND 4 AND level * 2 = floor(level * 2))", name=op.f(f"ck_{table}_level")
    )


def _at(column: str) -> sa.Column[object]:
    return sa.Column(column, sa.DateTime(timezone=True), nullable=False)


def _key(table: str, column: str, parent: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["district_id", column],
        [f"{parent}.district_id", f"{parent}.id"],
        name=op.f(f"fk_{table}_district_id_{column}"),
    )
