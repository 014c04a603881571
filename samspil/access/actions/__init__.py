"""What can happen in this room, by subject. Rules that are broken are told with Django's ValidationError."""
