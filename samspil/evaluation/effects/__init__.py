"""Effects: what changed beside what would have happened, each by a named design that says what it cannot show."""
