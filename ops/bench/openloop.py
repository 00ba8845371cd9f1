"""The timetable of a latency measurement, and the records that openloop.c sends
by it."""

import struct

import publish

NS = 10**9


class Timetable:
    """When event number 1, 2, 3 ... is to be sent, in ns of the clock that
    all processes of a machine share."""

    def __init__(self, start_ns, rate):
        self.start_ns = start_ns
        self.rate = rate

    def due_ns(self, number):
        return self.start_ns + (number - 1) * NS // self.rate


def number_of(event_id):
    """As publish.Mix makes ids."""
    return int(event_id[-8:], 16)


def framed(text):
    data = text.encode()
    return struct.pack("=I", len(data)) + data


def write_records(path, seed, accounts, count):
    """Made beforehand, so that making them delays none. No repeats: each id
    has one time."""
    mix = publish.Mix(seed, accounts)
    with open(path, "wb") as file:
        for kind in mix.random.choices(mix.kinds, mix.weights, k=count):
            key, value, headers = mix.record(*kind[1:])
            file.write(framed(key) + framed(value)
                       + struct.pack("=I", len(headers))
                       + b"".join(framed(name) + framed(text)
                                  for name, text in headers))
