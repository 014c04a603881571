"""What can happen in this room, by subject. A broken rule is told with `errors.Invalid`."""
