#!/usr/bin/python3
"""CPU microseconds a request: what a server's processes use (user and system time of the kernel's accounts) while wrk asks.

    measure.py DIR [--seconds 10] [--connections 16] [--load-cpu 1] [--rounds 3]

DIR is what up.sh made. The servers take turns; the median of the rounds is the figure. Redis is shown beside its server:
it is a part of what a request costs there.
"""
import argparse
import os
import pathlib
import re
import statistics
import subprocess
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
TICKS = os.sysconf("SC_CLK_TCK")


def processes(pid):
    """The process and all that descend from it."""
    found, queue = [], [pid]
    children = {}
    for entry in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        children.setdefault(int(fields[1]), []).append(int(entry.parent.name))
    while queue:
        found.append(queue.pop())
        queue += children.get(found[-1], [])
    return found


def cpu(pids):
    """Seconds of CPU that the processes used so far."""
    total = 0
    for pid in pids:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICKS


def round_of(url, server, redis, options, seed):
    pids = processes(server)
    before, redis_before = cpu(pids), cpu([redis])
    command = ["wrk", "-t1", f"-c{options.connections}", f"-d{options.seconds}s", "-s", HERE / "requests.lua", url]
    if options.load_cpu:
        command = ["taskset", "-c", options.load_cpu, *command]
    report = subprocess.run([*command, "--", str(seed)], check=True, capture_output=True, text=True).stdout
    requests = int(re.search(r"(\d+) requests in", report)[1])
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", report)
    if bad:
        raise SystemExit(f"{url}: {bad[0]}")
    used, redis_used = cpu(pids) - before, cpu([redis]) - redis_before
    return used / requests * 1e6, redis_used / requests * 1e6, requests / options.seconds


def warm(url):
    """Asks until every worker has its catalogue."""
    for n in range(32):
        with urllib.request.urlopen(f"{url}/api/v1/lockscreen/allocation/?placement=lock&user=warm{n}", timeout=60):
            pass


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dir", type=pathlib.Path)
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--load-cpu", default="")
    options = parser.parse_args()
    env = dict(line.split("=", 1) for line in (options.dir / "env").read_text().splitlines())
    redis = int((options.dir / "redis.pid").read_text())
    for name in ("django", "fiber"):
        if url := env.get(f"{name.upper()}_URL"):
            warm(url)
    rows = {}
    for n in range(options.rounds):
        for name in ("django", "fiber"):
            if url := env.get(f"{name.upper()}_URL"):
                server = int((options.dir / f"{name}.pid").read_text())
                rows.setdefault(name, []).append(round_of(url, server, redis, options, n))
    print(f"{'':8}{'CPU us a request':>18}{'and in Redis':>14}{'requests/s':>12}")
    for name, rounds in rows.items():
        own, shared, rate = (statistics.median(column) for column in zip(*rounds))
        print(f"{name:8}{own:18.0f}{shared:14.0f}{rate:12.0f}")


if __name__ == "__main__":
    main()
