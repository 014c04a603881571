"""The synthetic region: realistic deliveries about invented people, with the truth behind them known."""

from samspil.synth.region import Region, write_region

__all__ = ["Region", "write_region"]
