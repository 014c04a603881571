"""What people fill in, by subject. Rules are the actions'; here is only how a field looks and reads."""
