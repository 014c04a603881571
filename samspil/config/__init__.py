"""The care plane's settings and addresses: what is particular to one installation comes from the environment."""
