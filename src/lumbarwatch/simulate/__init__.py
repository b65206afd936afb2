"""A simulated athlete and simulated Bluetooth sensors; shares nothing with the estimator but constants."""
