"""The manual page and the shells' completions, written from the commands' own parsers: `make pages`.

They are committed, and ship with the package; a test holds them against the parsers. An argument: another folder.
"""  # noqa: INP001 — a script, no package

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from triaged.cli import complete_parser

PLACE = Path(__file__).resolve().parents[1] / "daemon" / "triaged" / "data"
_FILES = ("PATH", "FILE", "FOLDER", "SOURCE")

_MANUAL = """\
.\\" Written by .ci/pages.py from the commands' own help.
.TH TRIAGED 1 "" "triaged" "User Commands"
.SH NAME
triaged \\- email triage: urgent client mail gets through, the rest waits for its moment
.SH SYNOPSIS
.B triaged
.RI [ \\-\\-version ]
.I COMMAND
.RI [ ARGUMENT ...]
.SH DESCRIPTION
{about}
.SH COMMANDS
{commands}.SH EXIT STATUS
0 done; 1 it did not work; 2 wrong usage; 74 the ledger is damaged; 78 the configuration is invalid.
.SH ENVIRONMENT
.TP
.B TRIAGED_CONFIG
the configuration file or folder, where no \\-\\-config is given
.SH FILES
.TP
.I ~/.config/triaged/triaged.toml
a person's configuration
.TP
.I /etc/triaged/
the machine's: a file a person
.SH SEE ALSO
.BR systemctl (1),
.BR journalctl (1)
"""

_BASH = """\
# bash completion for triaged. Written by .ci/pages.py from the commands' own help.
_triaged() {{
    local current=${{COMP_WORDS[COMP_CWORD]}} verb= words= i
    for ((i = 1; i < COMP_CWORD; i++)); do
        case ${{COMP_WORDS[i]}} in
            -*) ;;
            *) verb=${{COMP_WORDS[i]}}; break ;;
        esac
    done
    case $verb in
        "") words="{top}" ;;
{verbs}    esac
    case $verb:${{COMP_WORDS[COMP_CWORD - 1]}} in
{values}        *) [[ $current == -* || -z $verb ]] || words=${{words//--*/}} ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}}
complete -o default -F _triaged triaged
"""

_ZSH = """\
#compdef triaged
# zsh completion for triaged. Written by .ci/pages.py from the commands' own help.
_triaged() {{
    local curcontext="$curcontext" state line
    local -a commands
    commands=(
{commands}    )
    _arguments -C {top} '1:command:->command' '*::argument:->argument'
    case $state in
        command) _describe command commands ;;
        argument)
            case $words[1] in
{verbs}            esac
            ;;
    esac
}}
_triaged "$@"
"""


def verbs_of(parser: argparse.ArgumentParser) -> Iterator[tuple[str, str, argparse.ArgumentParser]]:
    """Name, sentence and parser of each command below a parser."""
    for action in parser._actions:  # noqa: SLF001 — argparse has no other way to look at a parser
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001 — likewise
            sentences = {one.dest: one.help or "" for one in action._choices_actions}  # noqa: SLF001 — likewise
            for name, sub in action.choices.items():
                yield name, sentences.get(name, ""), sub


def arguments_of(parser: argparse.ArgumentParser) -> list[argparse.Action]:
    """A parser's arguments, without the commands below it and those that are not told."""
    return [
        action
        for action in parser._actions  # noqa: SLF001 — see above
        if not isinstance(action, argparse._SubParsersAction) and action.help != argparse.SUPPRESS  # noqa: SLF001 — see above
    ]


def help_of(action: argparse.Action) -> str:
    """Its sentence, with defaults filled in."""
    return argparse.HelpFormatter("triaged")._expand_help(action) if action.help else ""  # noqa: SLF001 — see above


def value_of(action: argparse.Action) -> str:
    """What stands for its value; "" it takes none."""
    if action.nargs == 0:
        return ""
    if action.metavar:
        return action.metavar if isinstance(action.metavar, str) else " ".join(action.metavar)
    return "|".join(map(str, action.choices)) if action.choices else action.dest.upper()


# --- the manual ---------------------------------------------------------------------------------------------------


def manual(parser: argparse.ArgumentParser) -> str:
    """The page, in the man macros of roff."""
    commands = "".join(_chapter(name, sentence, sub) for name, sentence, sub in verbs_of(parser))
    return _MANUAL.format(about=_roff(parser.description or ""), commands=commands)


def _chapter(name: str, sentence: str, parser: argparse.ArgumentParser) -> str:
    lines = [f".SS triaged {_roff(name)}", _roff(sentence[:1].upper() + sentence[1:]) + "."]
    for action in arguments_of(parser):
        if action.option_strings != ["-h", "--help"]:
            lines += [".TP", _entry(action), _roff(help_of(action))]
    below = [_chapter(f"{name} {part}", words or "", sub) for part, words, sub in verbs_of(parser)]
    return "\n".join([*lines, ""]) + "".join(below)


def _entry(action: argparse.Action) -> str:
    names = ", ".join(f"\\fB{_roff(name)}\\fR" for name in action.option_strings)
    value = f"\\fI{_roff(value_of(action))}\\fR" if value_of(action) else ""
    return f"{names} {value}".strip()


def _roff(text: str) -> str:
    escaped = text.replace("\\", "\\e").replace("-", "\\-")
    return "\\&" + escaped if escaped.startswith((".", "'")) else escaped


# --- the completions ----------------------------------------------------------------------------------------------


def bash(parser: argparse.ArgumentParser) -> str:
    """The completion for bash; files where nothing else fits."""
    names = " ".join(name for name, _, _ in verbs_of(parser))
    verbs, values = [], []
    for name, _, sub in verbs_of(parser):
        verbs.append(f'        {name}) words="{" ".join(_words(sub))}" ;;\n')
        valued = [action for action in arguments_of(sub) if action.option_strings and action.nargs != 0]
        for choices in dict.fromkeys(_choices(action) for action in valued):
            names_of = [
                f"{name}:{o}" for action in valued if _choices(action) == choices for o in action.option_strings
            ]
            values.append(f'        {"|".join(names_of)}) words="{choices}" ;;\n')
    return _BASH.format(top=f"{names} {' '.join(_options(parser))}", verbs="".join(verbs), values="".join(values))


def _words(parser: argparse.ArgumentParser) -> list[str]:
    given = [
        str(choice) for action in arguments_of(parser) if not action.option_strings for choice in action.choices or ()
    ]
    return [*given, *(name for name, _, _ in verbs_of(parser)), *_options(parser)]


def _options(parser: argparse.ArgumentParser) -> list[str]:
    return [name for action in arguments_of(parser) for name in action.option_strings if name.startswith("--")]


def _choices(action: argparse.Action) -> str:
    return " ".join(map(str, action.choices or ()))


def zsh(parser: argparse.ArgumentParser) -> str:
    """The completion for zsh, with the sentences of the help."""
    commands = "".join(f"        '{name}:{_zsh(sentence)}'\n" for name, sentence, _ in verbs_of(parser))
    verbs = "".join(
        f"                {name}) _arguments {' '.join(_specs(sub))} ;;\n" for name, _, sub in verbs_of(parser)
    )
    return _ZSH.format(commands=commands, verbs=verbs, top=" ".join(_arguments(parser)))


def _specs(parser: argparse.ArgumentParser) -> Iterator[str]:
    yield from _arguments(parser)
    if below := [name for name, _, _ in verbs_of(parser)]:
        yield f"'1:command:({' '.join(below)})'"


def _arguments(parser: argparse.ArgumentParser) -> Iterator[str]:
    for action in arguments_of(parser):
        wanted = f":{_zsh(value_of(action))}:{_completer(action)}" if value_of(action) else ""
        if action.option_strings:
            for name in action.option_strings:
                yield f"'{name}[{_zsh(help_of(action))}]{wanted}'"
        else:
            yield f"'{'*' if action.nargs in ('*', '+') else ''}{wanted}'"


def _completer(action: argparse.Action) -> str:
    if action.choices:
        return f"({_choices(action)})"
    return "_files" if value_of(action) in _FILES else ""


def _zsh(text: str) -> str:
    quoted = text.replace("\\", "\\\\").replace("'", "'\\''")
    return quoted.replace("[", "\\[").replace("]", "\\]").replace(":", "\\:")


def main() -> None:
    """Write all of them."""
    place = Path(sys.argv[1]) if len(sys.argv) > 1 else PLACE
    place.mkdir(exist_ok=True)
    parser = complete_parser()
    for name, written in (("triaged.1", manual(parser)), ("triaged.bash", bash(parser)), ("_triaged", zsh(parser))):
        (place / name).write_text(written, encoding="utf-8")


if __name__ == "__main__":
    main()
