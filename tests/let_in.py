"""Signing in without the way there, which has tests of its own: a session begun as any, and its cookie."""

from __future__ import annotations

from flask import Flask, session
from flask.testing import FlaskClient
from flask_wtf.csrf import generate_csrf
from sqlalchemy import select

from api.actions.accounts import name_digest
from api.pages.accounts import begin_session
from api.services import services
from mastery.session_limits import Began
from models.access import Account
from models.queries_accounts import district_of_name, holder
from models.unit_of_work import district_transaction, shared_transaction


def let_in(client: FlaskClient, app: Flask, who: str, factor_shown: bool) -> str:
    """Give a client the session of an account, with or without its second factor shown; returns a token for forms."""
    with app.test_request_context(environ_base=client.environ_base):
        engine = services().engine
        with shared_transaction(engine) as shared:
            district_id = district_of_name(shared, name_digest(who))
        assert district_id is not None, f"nobody signs in as {who}"
        with district_transaction(engine, district_id) as rows:
            account_id = rows.scalars(select(Account.id).where(Account.sign_in_name == who)).one()
            found = holder(rows, district_id, account_id)
        assert found is not None, f"{who} may not sign in"
        begin_session(found, services().stopwatch(), Began.PASSWORD, factor_shown)
        token = generate_csrf()
        begun = dict(session)
    with client.session_transaction() as kept:
        kept.update(begun)
    return str(token)
