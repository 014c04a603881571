"""Who is who, who may see what and why, and the log of every look: organisations, people, consent, policy."""
