#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the integration scenarios: real programs, real proxies, no leaks.

    run.py [--all] [--bare] [-v] [-b BUILD] [PATTERN...]

Only scenarios whose names contain one of the patterns, where any is given.

Real programs have time-outs of their own, which a busy machine lets expire: a
scenario that fails is played once more, and that is told. A leak is final, and
so is a failure when more than AGAIN_MAX scenarios needed that.
"""

import argparse
import os
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path[:0] = [HERE, os.path.join(HERE, "../lib")]

import browser  # noqa: E402
import closed  # noqa: E402
import datagrams  # noqa: E402
import faults  # noqa: E402
import inside  # noqa: E402
import life  # noqa: E402
import loops  # noqa: E402
import netns  # noqa: E402
import policy  # noqa: E402
import programs  # noqa: E402
import runtimes  # noqa: E402
from lab import Lab  # noqa: E402
from scenario import Player, Skip  # noqa: E402

SCENARIOS = [scenario for module in (programs, runtimes, loops, datagrams,
                                     policy, closed, inside, life, browser,
                                     faults)
             for scenario in module.SCENARIOS]
AGAIN_MAX = 5


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--all", action="store_true",
                        help="heavy programs, too")
    parser.add_argument("--bare", action="store_true",
                        help="only the halves without socksify")
    parser.add_argument("-v", "--verbose", action="store_true",
                        help="a line for each scenario")
    parser.add_argument("-b", "--build", default=os.path.join(
        HERE, "../../build"), help="the build directory")
    parser.add_argument("patterns", nargs="*", metavar="PATTERN")
    return parser.parse_args()


def main():
    args = arguments()
    if not args.bare and not os.path.exists(
            os.path.join(args.build, "socksify")):
        sys.exit(f"no socksify in {args.build}")
    netns.enter()
    # In CI a missing program is no excuse.
    must_run = os.environ.get("CI") == "true" or \
        os.environ.get("SOCKSIFY_MUST_RUN") == "1"
    chosen = [s for s in SCENARIOS if not args.patterns or
              any(pattern in s.name for pattern in args.patterns)]
    count = {"passed": 0, "failed": 0, "skipped": 0}

    def tell(outcome, scenario, text, start):
        count[outcome] += 1
        if text or args.verbose:
            print(f"{outcome}: {scenario.name}{': ' if text else ''}{text}"
                  f" ({time.monotonic() - start:.1f} s)", flush=True)

    again = 0
    lab = Lab(args.build)
    try:
        player = Player(lab, args.all, args.bare)
        for scenario in chosen:
            start = time.monotonic()
            try:
                fault = player.play(scenario)
                if fault and not fault.final and again < AGAIN_MAX:
                    again += 1
                    print(f"once more: {scenario.name}: {fault}", flush=True)
                    fault = player.play(scenario)
                tell("failed" if fault else "passed", scenario, fault or "",
                     start)
            except Skip as reason:
                heavy = scenario.heavy and not args.all
                tell("failed" if must_run and not heavy else "skipped",
                     scenario, str(reason), start)
            except Exception as error:  # the laboratory's own
                tell("failed", scenario, f"{type(error).__name__}: {error}",
                     start)
    finally:
        lab.close()
    print(", ".join(f"{n} {word}" for word, n in count.items()))
    return count["failed"] != 0


if __name__ == "__main__":
    sys.exit(main())
