"""One round: `python -m bench --people N` in the environment of `manage.py bench`, on databases made for it."""

import argparse
import sys

import django

from bench import clock


def main() -> None:
    """Build the office, measure, print; the sweep comes last, since nobody is left after it."""
    words = argparse.ArgumentParser(prog="bench")
    words.add_argument("--people", type=int, required=True)
    people = words.parse_args().people
    django.setup()
    from bench import entries, keys, leaving, office, pages, sealed, sealing

    built = office.build(people)
    sys.stdout.write(clock.HEAD + "\n")
    for part in (pages, sealed, entries, sealing, keys, leaving):
        for row in part.rows(built):
            sys.stdout.write(f"{row}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
