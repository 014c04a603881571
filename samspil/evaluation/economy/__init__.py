"""Cost of courses, who pays, what moved between sectors, and whether it was worth it. Not measured is never zero."""
