"""Risk lists on the GP's desk: publishing, review, invitation, the inclusion gate, and what the lists are worth."""
