"""An installation that is watched: probes, metrics, and lines of log that tell of requests and of nobody."""
