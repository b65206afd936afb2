"""The hip thrust once more, by another road: five rigid bodies, every force unknown, one system of equations.

Positions are complex numbers (x + iz), the knee comes from the law of cosines. Nothing is shared with the
package, constants included (definitions 7).
"""

import cmath
import math

import numpy as np

G = 9.80665


def cross(arm, force):
    """Planar moment in the sense of definitions 7: x Fz - z Fx."""
    return arm.real * force.imag - arm.imag * force.real


def skeleton(pelvis_deg, lumbar_deg, stature_m, bench_m=None):
    """Points of the chain by name."""
    h = stature_m
    toward = {
        name: cmath.exp(1j * math.radians(angle))  # anterior; a quarter turn on is cranial
        for name, angle in (
            ("P", pelvis_deg),
            ("L", lumbar_deg),
            ("J", (pelvis_deg + lumbar_deg) / 2),
            ("U", (lumbar_deg + (pelvis_deg + lumbar_deg) / 2) / 2),
        )
    }
    at = {"B": 1j * (0.230 * h if bench_m is None else bench_m)}
    at["L"] = at["B"] + h * toward["L"] * (0.035 - 0.070j)
    at["J"] = at["L"] - 0.100j * h * toward["J"]
    at["hip"] = at["J"] + h * toward["P"] * (0.020 - 0.060j)
    at["bar"] = at["hip"] + 0.060 * h * toward["P"]
    at["ankle"] = h * (0.475 + 0.039j)
    thigh, shank = 0.245 * h, 0.246 * h
    reach, direction = cmath.polar(at["ankle"] - at["hip"])
    bend = math.acos((thigh**2 + reach**2 - shank**2) / (2 * thigh * reach))
    at["knee"] = max(
        (at["hip"] + cmath.rect(thigh, direction + sign * bend) for sign in (1, -1)),
        key=lambda knee: knee.imag,
    )
    at["floor"] = complex(at["ankle"].real, 0)
    at["upper"] = at["J"] + 0.157j * h * toward["U"]
    at["pelvis"] = at["J"] - 0.020j * h * toward["P"]
    at["thighs"] = at["hip"] + 0.433 * (at["knee"] - at["hip"])
    at["shanks"] = at["knee"] + 0.433 * (at["ankle"] - at["knee"])
    at["feet"] = at["ankle"].real + 0.05 * h / 1.75 + 0.02j
    return at, toward


JOINTS = ("J", "hip", "knee", "ankle")
BODIES = {"upper": 0.536, "pelvis": 0.142, "thighs": 0.200, "shanks": 0.093, "feet": 0.029}


def solve(pelvis_deg, lumbar_deg, bar_kg, mass_kg, stature_m, kappa=0.10, dynamic=1.0, bench_m=None):
    """Sixteen equations: three for each of five bodies, and Hx = kappa Rf. Returns the numbers by name."""
    at, toward = skeleton(pelvis_deg, lumbar_deg, stature_m, bench_m)
    names = [f"{joint}.{part}" for joint in JOINTS for part in ("x", "z", "m")] + ["Hx", "Rb", "Rf", "Tx"]
    column = {name: index for index, name in enumerate(names)}
    matrix, right = np.zeros((16, 16)), np.zeros(16)

    def apply(body, where, name, force, factor=1.0):
        """The unknown ``name`` pushes a body at a point in a direction."""
        row = 3 * body
        matrix[row, column[name]] += factor * force.real
        matrix[row + 1, column[name]] += factor * force.imag
        matrix[row + 2, column[name]] += factor * cross(at[where], force)

    for body, (name, fraction) in enumerate(BODIES.items()):
        loads = [(at[name], fraction * mass_kg)] + ([(at["bar"], bar_kg)] if name == "pelvis" else [])
        for where, mass in loads:
            weight = -1j * mass * G * dynamic
            right[3 * body + 1] -= weight.imag
            right[3 * body + 2] -= cross(where, weight)
    for upper, joint in enumerate(JOINTS):  # what a joint does to the body above, the one below gets reversed
        for body, sign in ((upper, 1.0), (upper + 1, -1.0)):
            apply(body, joint, f"{joint}.x", 1, sign)
            apply(body, joint, f"{joint}.z", 1j, sign)
            matrix[3 * body + 2, column[f"{joint}.m"]] += sign
    apply(0, "B", "Hx", 1)
    apply(0, "B", "Rb", 1j)
    apply(4, "floor", "Rf", 1j)
    apply(4, "floor", "Tx", 1)
    matrix[15, column["Hx"]], matrix[15, column["Rf"]] = 1.0, -kappa
    found = dict(zip(names, np.linalg.solve(matrix, right), strict=True))
    muscle = max(found["J.m"], 0.0) / 0.06
    # The trunk is pushed by bench, weight and the muscle, which pulls it down the spine and 5 deg back.
    chord, front = 1j * toward["J"], toward["J"]
    joint_force = complex(found["J.x"], found["J.z"])
    slope = math.radians(5)
    return {
        "m_l5s1_nm": found["J.m"],
        "m_hip_nm": found["hip.m"],
        "m_knee_nm": -found["knee.m"],
        "compression_n": muscle * math.cos(slope) + (joint_force * chord.conjugate()).real,
        "shear_n": -(joint_force * front.conjugate()).real - muscle * math.sin(slope),
        "bench_n": found["Rb"],
        "foot_n": found["Rf"],
        "horizontal_n": found["Hx"],
    }
