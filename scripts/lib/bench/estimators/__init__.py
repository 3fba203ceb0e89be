"""Estimators of the literature, each with the same two steps: fit to training students, then predict others online."""

from collections.abc import Callable

from mastery.estimate.state import Floats
from mastery.measure import AnswerSet

Predict = Callable[[AnswerSet], Floats]
"""The chance 0..1 of each answer to be right, [R], from that student's earlier answers alone."""
Fit = Callable[[AnswerSet], Predict]
