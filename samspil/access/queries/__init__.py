"""What can be read in this room, by subject; always through the policy."""
