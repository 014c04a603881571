"""An installation with some pages that fail, each in a way that would print what it was given."""

from samspil.config.settings import *  # noqa: F403

ROOT_URLCONF = "tests.config.watched_urls"
