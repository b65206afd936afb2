"""Names of the plain table's columns (design 10)."""

ACC = ("ax", "ay", "az")
GYR = ("gx", "gy", "gz")
QUAT = ("qw", "qx", "qy", "qz")
COUNTERS = ("t_device_s", "seq")
REQUIRED = ("t_arrival_s", "sensor", *ACC, *GYR)
ALL = ("t_device_s", "t_arrival_s", "sensor", "seq", *ACC, *GYR, *QUAT)
NUMERIC = tuple(name for name in ALL if name != "sensor")
