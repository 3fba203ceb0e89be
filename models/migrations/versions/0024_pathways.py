"""Ways to learn a target, what a student likes to learn by, and what students tell of targets."""

import sqlalchemy as sa
from alembic import op

from models.row_security import grant_sequences, secure

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_MODES = "'direct', 'mastery', 'blended', 'project', 'flipped', 'online', 'work_based', 'independent', 'other'"
_SETTINGS = "'in_class', 'at_home', 'outside'"


def upgrade() -> None:
    op.create_table(
        "pathway",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("target_id", sa.BigInteger(), nullable=False),
        sa.Column("section_id", sa.BigInteger(), nullable=True),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("setting", sa.Text(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("link", sa.Text(), nullable=True),
        sa.Column("added_by", sa.BigInteger(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_by", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        _key("pathway", "target_id", "node"),
        _key("pathway", "section_id", "section"),
        _key("pathway", "added_by", "person"),
        _key("pathway", "ended_by", "person"),
        sa.CheckConstraint(f"mode IN ({_MODES})", name=op.f("ck_pathway_mode")),
        sa.CheckConstraint(f"setting IN ({_SETTINGS})", name=op.f("ck_pathway_setting")),
        sa.CheckConstraint("minutes > 0", name=op.f("ck_pathway_minutes")),
        sa.CheckConstraint("link ~ '^https?://'", name=op.f("ck_pathway_link")),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_pathway")),
    )
    op.create_index(op.f("ix_pathway_district_id_target_id"), "pathway", ["district_id", "target_id"])
    op.create_index(op.f("ix_pathway_district_id_section_id"), "pathway", ["district_id", "section_id"])
    op.create_table(
        "pathway_text",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("pathway_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        _key("pathway_text", "pathway_id", "pathway"),
        sa.PrimaryKeyConstraint("district_id", "pathway_id", "language", name=op.f("pk_pathway_text")),
    )
    op.add_column("own_words", sa.Column("mode", sa.Text(), nullable=True))
    op.add_column("own_words", sa.Column("setting", sa.Text(), nullable=True))
    op.create_check_constraint(op.f("ck_own_words_mode"), "own_words", f"mode IN ({_MODES})")
    op.create_check_constraint(op.f("ck_own_words_setting"), "own_words", f"setting IN ({_SETTINGS})")
    _voice()
    for statement in secure("pathway", append_only=False):
        op.execute(statement)
    for table in ("pathway_text", "student_voice", "voice_step"):
        for statement in secure(table, append_only=True):
            op.execute(statement)
    op.execute(grant_sequences())


def _voice() -> None:
    op.create_table(
        "student_voice",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("student_id", sa.BigInteger(), nullable=False),
        sa.Column("target_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("word", sa.Text(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        _key("student_voice", "student_id", "person"),
        _key("student_voice", "target_id", "node"),
        sa.CheckConstraint("kind IN ('sure', 'hard', 'help', 'way')", name=op.f("ck_student_voice_kind")),
        sa.CheckConstraint(
            "word IN ('not_yet', 'a_little', 'mostly', 'very', 'too_easy', 'about_right', 'too_hard')",
            name=op.f("ck_student_voice_word"),
        ),
        sa.CheckConstraint("(kind IN ('sure', 'hard')) = (word IS NOT NULL)", name=op.f("ck_student_voice_told")),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_student_voice")),
    )
    op.create_index(op.f("ix_student_voice_district_id_student_id"), "student_voice", ["district_id", "student_id"])
    op.create_table(
        "voice_step",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("voice_id", sa.BigInteger(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("by_person", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        _key("voice_step", "voice_id", "student_voice"),
        _key("voice_step", "by_person", "person"),
        sa.CheckConstraint(
            "step IN ('seen', 'talked', 'done', 'agreed', 'declined', 'withdrawn')", name=op.f("ck_voice_step_step")
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_voice_step")),
        sa.UniqueConstraint("district_id", "voice_id", "step", name=op.f("uq_voice_step_district_id_voice_id_step")),
    )


def _key(table: str, column: str, parent: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["district_id", column],
        [f"{parent}.district_id", f"{parent}.id"],
        name=op.f(f"fk_{table}_district_id_{column}"),
    )
