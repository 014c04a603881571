"""Whether a programme was carried out as meant: reach, adoption, fidelity. Never mixed with what came of it."""
