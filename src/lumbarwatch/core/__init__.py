"""The method: samples in, angles, reps and warnings out. Pure: no clock, no files, no randomness."""
