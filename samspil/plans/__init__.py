"""Shared care plans: pathways, one plan per citizen, referrals that come back, tasks and notes, the citizen's view."""
