"""Measures, risk models and lists: declarative definitions compiled to Ibis expressions. No I/O of its own."""

from samspil.population.stratification import Stratification, Switch, stratify

__all__ = ["Stratification", "Switch", "stratify"]
