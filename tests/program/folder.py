# SPDX-License-Identifier: MIT
"""Clip folders and files, written byte by byte with the standard library."""

import json
import math
import os
import random
import struct


def npy_header(descr, shape, extra="", version=1):
    extents = "(" + "".join(f"{n}," for n in shape) + ")"
    text = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {extents}, {extra}}}"
    prefix = 10 if version == 1 else 12
    text += " " * (-(prefix + len(text) + 1) % 64) + "\n"
    length = struct.pack("<H" if version == 1 else "<I", len(text))
    return b"\x93NUMPY" + bytes([version, 0]) + length + text.encode()


def write(path, data):
    with open(path, "wb") as file:
        file.write(data)


def read(path):
    with open(path, "rb") as file:
        return file.read()


def write_floats(path, values, shape):
    write(path, npy_header("<f4", shape) + struct.pack(f"<{len(values)}f", *values))


def write_integers(path, values):
    write(path, npy_header("<i8", [len(values)]) + struct.pack(f"<{len(values)}q", *values))


def read_npy(path):
    """Shape, values of an .npy file of little-endian float32 or int64."""
    data = read(path)
    length = struct.unpack("<H", data[8:10])[0]
    header = eval(data[10:10 + length].decode(), {"__builtins__": {}}, {"False": False, "True": True})
    letter = {"<f4": "f", "<i8": "q"}[header["descr"]]
    body = data[10 + length:]
    return header["shape"], struct.unpack(f"<{len(body) // struct.calcsize(letter)}{letter}", body)


class Clips:
    """A small set with movements that depend on the class. Change what you like, then `save`."""

    def __init__(self, subjects=4, classes=3, repetitions=2, joints=5, channels="xyz", persons=1,
                 frames=20, seed=1):
        draw = random.Random(seed)
        self.meta = {
            "name": "test set",
            "joints": [f"joint {j}" for j in range(joints)],
            "bones": [[j, j - 1] for j in range(1, joints)],
            "channels": ["confidence" if c == "c" else c for c in channels],
            "class_names": [f"movement {k}" for k in range(classes)],
            "fps": 30,
        }
        self.shape = [subjects * classes * repetitions, len(channels), frames, joints, persons]
        self.num_frames, self.label, self.subject, self.values = [], [], [], []
        self.split = None
        for subject in range(subjects):
            for label in range(classes):
                for _ in range(repetitions):
                    self.num_frames.append(frames - draw.randrange(frames // 3))
                    self.label.append(label)
                    self.subject.append(subject + 1)
                    self.values += self.clip(draw, label, channels, frames, joints, persons)

    @staticmethod
    def clip(draw, label, channels, frames, joints, persons):
        place = [draw.uniform(-1, 1) for _ in "xyz"]
        size, pace = draw.uniform(0.8, 1.2), draw.uniform(0.9, 1.1)
        out = []
        for c, channel in enumerate(channels):
            for t in range(frames):
                for v in range(joints):
                    for m in range(persons):
                        if channel == "c":
                            out.append(draw.choice([0.9, 0.8, 0.7]))
                            continue
                        swing = math.sin((label + 1) * pace * 6.28 * t / frames)
                        rest = v if channel == "y" else 0.2 * v * (c + 1)
                        out.append(place[c] + 3 * m + size * (rest + 0.3 * v * swing * (c == label % 2)) +
                                   draw.gauss(0, 0.01))
        return out

    def at(self, clip, channel, frame, joint, person=0):
        """Index of one value."""
        _, channels, frames, joints, persons = self.shape
        return (((clip * channels + channel) * frames + frame) * joints + joint) * persons + person

    def save(self, folder):
        os.makedirs(folder)
        write_floats(os.path.join(folder, "data.npy"), self.values, self.shape)
        for name in ("num_frames", "label", "subject", "split"):
            if getattr(self, name) is not None:
                write_integers(os.path.join(folder, name + ".npy"), getattr(self, name))
        with open(os.path.join(folder, "meta.json"), "w", encoding="utf-8") as file:
            json.dump(self.meta, file)
        return folder


def read_safetensors(path):
    """Header, data of a safetensors file."""
    data = read(path)
    length = struct.unpack("<Q", data[:8])[0]
    return json.loads(data[8:8 + length]), data[8 + length:]


def description_in(path):
    """What a file says about its encoder."""
    return json.loads(read_safetensors(path)[0]["__metadata__"]["mgkit.encoder"])


def write_safetensors(path, header, body):
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    write(path, struct.pack("<Q", len(text)) + text + body)
