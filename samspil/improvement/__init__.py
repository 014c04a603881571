"""Quality and figures: a practice and its own patients, a network and its report, leadership and the population."""
