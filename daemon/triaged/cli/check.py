"""`triaged check`: the configuration, its texts and the rules' examples. Problems to stdout in file order, the sum to stderr."""

import argparse
import json
import sys
from pathlib import Path

from triaged.config import Loaded, Problem, default_path, load, state_file, unreadable, vanished
from triaged.core.errors import TriagedError

EX_CONFIG = 78


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "-c",
        "--config",
        type=Path,
        metavar="PATH",
        default=argparse.SUPPRESS,
        help="configuration file or folder (default: $TRIAGED_CONFIG, …)",
    )
    parser.add_argument("--secrets", action="store_true", help="also whether each secret can be read here and now")
    parser.add_argument("--json", action="store_true", help="one JSON object a problem")


def run(args: argparse.Namespace) -> int:
    """Check everything; 78 if there is any error."""
    loaded = load(args.config or default_path())
    secrets = unreadable(loaded) if args.secrets else ()
    found = (*loaded.problems, *_examples(loaded), *_vanished(loaded), *_other_scopes(loaded), *secrets)
    problems = _in_order(loaded, found)
    for problem in problems:
        sys.stdout.write(f"{_as_json(problem) if args.json else problem}\n")
    read = [f"{_counted(len(loaded.secrets), 'secret')} can be read"] if args.secrets and not secrets else []
    for line in (*loaded.notes, *_away(loaded), *read, _sum(loaded, problems)):
        sys.stderr.write(f"{line}\n")
    return EX_CONFIG if any(problem.is_error for problem in problems) or not loaded.usable else 0


def _away(loaded: Loaded) -> list[str]:
    """The days away that the ledger keeps: they hold beside those in the files, though no example is run with them."""
    if not loaded.usable or not state_file(loaded).exists():
        return []
    from triaged.ledger.pausing import days_kept

    kept = days_kept(state_file(loaded))
    return [
        f"{person.label} is away {first}" + (f"..{last}" if last != first else "") + " by `triaged away`"
        for person in loaded.persons
        for first, last in kept.get(person.accounts[0].login, ())
    ]


def _examples(loaded: Loaded) -> tuple[Problem, ...]:
    if not loaded.cases:
        return ()
    from triaged.rehearse.examples import run_examples

    return run_examples(loaded)


def _vanished(loaded: Loaded) -> tuple[Problem, ...]:
    """Accounts that the ledger still has mail of; without a ledger there are none."""
    try:
        if not loaded.usable or not state_file(loaded).exists():
            return ()
        from triaged.cli.common import ledger_of

        with ledger_of(loaded) as ledger:
            aside = {row.login: len(ledger.items_aside(row.id)) for row in ledger.accounts()}
    except (OSError, TriagedError) as error:
        sys.stderr.write(f"the ledger was not looked at: {error}\n")
        return ()
    return vanished(loaded, aside)


def _other_scopes(loaded: Loaded) -> tuple[Problem, ...]:
    """Accounts whose sign-in has not the scopes that are written now."""
    accounts = [account for person in loaded.persons for account in person.accounts]
    if not loaded.usable or not any(
        account.imap.oauth or (account.smtp and account.smtp.oauth) for account in accounts
    ):
        return ()
    from triaged.service.tokens import other_scopes_of

    folder = state_file(loaded).parent
    notes = [(account.label, note) for account in accounts for note in other_scopes_of(folder, account)]
    return tuple(Problem(loaded.path, 1, 1, "warning", f"[account.{label}]: {note}") for label, note in notes)


def _in_order(loaded: Loaded, problems: tuple[Problem, ...]) -> list[Problem]:
    files = {file: number for number, file in enumerate((loaded.path, *loaded.files))}
    return sorted(problems, key=lambda one: (files.get(one.file, 0), one.line, one.column, not one.is_error))


def _as_json(problem: Problem) -> str:
    found = {"file": str(problem.file), "line": problem.line, "column": problem.column}
    return json.dumps(found | {"severity": problem.severity, "text": problem.text}, ensure_ascii=False)


def _sum(loaded: Loaded, problems: list[Problem]) -> str:
    errors = sum(problem.is_error for problem in problems)
    warnings = len(problems) - errors
    if not problems:
        return f"{loaded.path}: all is well: {_found(loaded)}"
    told = [_counted(errors, "error")] if errors else []
    told += [_counted(warnings, "warning")] if warnings else []
    left_out = f"; left out: {', '.join(loaded.rejected)}" if loaded.rejected and loaded.persons else ""
    return f"{loaded.path}: {' and '.join(told)}{left_out}" if errors else f"{loaded.path}: {told[0]}: {_found(loaded)}"


def _found(loaded: Loaded) -> str:
    accounts = [account for person in loaded.persons for account in person.accounts]
    modes = ", ".join(dict.fromkeys(account.mode.value for account in accounts))
    return ", ".join(
        (
            _counted(len(loaded.persons), "person"),
            f"{_counted(len(accounts), 'account')} ({modes})",
            _counted(sum(len(person.roster.clients) for person in loaded.persons), "client"),
            _counted(sum(len(person.rules.rules) for person in loaded.persons), "rule"),
            f"{_counted(len(loaded.cases), 'example')} run",
        )
    )


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
