"""A small table of samples with known truth: two sensors that stand, bow and stand."""

import numpy as np
from scipy.spatial.transform import Rotation

from lumbarwatch.exchange.plain import write_plain

G = 9.80665
PERIOD_S = 0.01


def pitch_rad(t_s, depth_deg):
    """Three bows between 6 and 15 s."""
    bowing = (t_s > 6.0) & (t_s < 15.0)
    return np.where(bowing, -np.radians(depth_deg) * 0.5 * (1 - np.cos(2 * np.pi * (t_s - 6.0) / 3.0)), 0.0)


def sensor(seconds, depth_deg, seed):
    """Specific force and rate of a sensor whose axes are the segment's (X anterior, Y cranial, Z right)."""
    t_s = np.arange(round(seconds / PERIOD_S)) * PERIOD_S
    pitch = pitch_rad(t_s, depth_deg)
    rate = np.gradient(pitch, PERIOD_S)
    noise = np.random.default_rng(seed)
    acc = G * np.stack([np.sin(pitch), np.cos(pitch), np.zeros_like(pitch)], axis=1)
    gyr = np.stack([np.zeros_like(rate), np.zeros_like(rate), rate], axis=1)
    standing = Rotation.from_euler("x", 90, degrees=True)  # Y up in the sensor, Z up in the world
    quat = (standing * Rotation.from_euler("z", pitch[:, None])).as_quat(scalar_first=True)
    return t_s, acc + noise.normal(0, 0.01, acc.shape), gyr + noise.normal(0, 0.002, gyr.shape), quat


def columns(seconds=20.0, *, quaternions=False, depths_deg=(40.0, 80.0)):
    """Columns of a plain table, both sensors interleaved, arrival 20 ms after the sample."""
    parts = [sensor(seconds, depth, seed) for seed, depth in enumerate(depths_deg, start=1)]
    n = len(parts[0][0])

    def mixed(index):
        return np.stack([parts[0][index], parts[1][index]], axis=1).reshape(2 * n, -1)

    t_s, acc, gyr, quat = (mixed(index) for index in range(4))
    table = {
        "t_device_s": t_s[:, 0],
        "t_arrival_s": t_s[:, 0] + 100.02,
        "sensor": np.tile(["pelvis", "lumbar"], n),
        "seq": np.repeat(np.arange(n), 2),
        **{name: acc[:, axis] for axis, name in enumerate(("ax", "ay", "az"))},
        **{name: gyr[:, axis] for axis, name in enumerate(("gx", "gy", "gz"))},
    }
    if quaternions:
        table |= {name: quat[:, axis] for axis, name in enumerate(("qw", "qx", "qy", "qz"))}
    return table


def scaled(table, names, factor):
    """The table with some columns in another unit."""
    return table | {name: table[name] * factor for name in names}


def part(table, rows):
    """Some rows."""
    return {name: column[rows] for name, column in table.items()}


def write(folder, table, name="samples.csv"):
    """Write the table to a file."""
    path = folder / name
    write_plain(path, table)
    return path
