"""Sensors: contract, Bluetooth link, one driver per family, catalogue."""
