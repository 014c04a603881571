"""Spark: the engine for what one machine cannot hold."""
