"""`triaged report --for-client`: the statement for one client, as text, page, rows or JSON. No subject, nobody else."""

import argparse
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TextIO

from triaged.cli.common import Failed, print_json
from triaged.cli.report_rows import COLUMNS, as_json, write_csv
from triaged.report.statement import as_html, as_text, language_of, statement
from triaged.report.summary import Report

_MINE = {"person", "item", "sender", "subject", "verdict", "rule", "by_hand"}
_COLUMNS = tuple(name for name in COLUMNS if name not in _MINE)
_FIGURES = (
    "client", "since", "until", "received", "written", "written_inside", "sorts", "arrived", "questions", "outcomes", "acknowledged",
    "answered", "talked", "calls", "promises", "decided",
)  # fmt: skip


def show(args: argparse.Namespace, report: Report, put: Callable[[Path, Callable[[TextIO], object]], None]) -> int:
    """Print or write it.

    Raises:
        Failed: no client is named.
    """
    if args.client is None:
        raise Failed("--for-client is about one client: name it with --client LABEL")
    client = report.person.roster.by_label(args.client) if report.person else None
    zone = client.zone if client is not None else None  # the client's own clock
    if args.csv is not None:
        put(args.csv, partial(write_csv, [report], columns=_COLUMNS, zone=zone))
    if args.html is not None:
        page = as_html(report, client)
        put(args.html, lambda file: file.write(page))
    if args.json:
        print_json(
            {name: line[name] for name in _FIGURES} for line in as_json(report, zone) if line["client"] is not None
        )
    elif args.csv is None:
        sys.stdout.write(as_text(statement(report, client), language_of(report, client)))
    return 0
