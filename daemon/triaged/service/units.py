"""The systemd units, as text: what stands in `systemd/` and what `triaged print-unit` prints for another installation.

In: where the program lies and what it reads. Out: a unit. The reason of each line stands in `systemd/README.md`.
"""

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final, Literal

Kind = Literal["system", "instance", "user"]
"""The machine's one daemon; one of several, each with a file of its own; a person's own under `systemctl --user`."""

_HEAD: Final = {
    "system": """\
# The machine's daemon, for every person in {config}. Why each line stands here: systemd/README.md.
[Unit]
Description=triaged: triage of incoming mail
""",
    "instance": """\
# A daemon for one configuration file: `systemctl enable --now triaged@dana` reads {config}.
# Why each line stands here: systemd/README.md.
[Unit]
Description=triaged: triage of incoming mail for %i
""",
    "user": """\
# A person's own daemon: `systemctl --user enable --now triaged` reads ~/.config/triaged/triaged.toml.
# `loginctl enable-linger` keeps it running while nobody is logged in. Why each line stands here: systemd/README.md.
[Unit]
Description=triaged: triage of incoming mail
""",
}

_ORDER: Final = """\
Wants=network-online.target
After=network-online.target nss-lookup.target time-sync.target
"""

_LIMITS: Final = """\
StartLimitIntervalSec=10min
StartLimitBurst=10

[Service]
Type=notify
NotifyAccess=main
"""

_WHO: Final = """\
User={user}
Group={user}
Environment=TRIAGED_CONFIG={config}
"""

_START: Final = """\
ExecStart={program} run
# What is valid is put in force, person by person; check names the rest, whose old rules stay, and the reload is seen to fail.
ExecReload=/bin/kill -HUP $MAINPID
ExecReload={program} check
"""

_FOLDERS: Final = """\

StateDirectory={state}
StateDirectoryMode=0700
ConfigurationDirectory=triaged
ConfigurationDirectoryMode=0750
# Passwords come from files that root alone reads (`password = {{ credential = "work-imap" }}`), one line each:
#LoadCredential=work-imap:/etc/triaged/credentials/work-imap
#LoadCredentialEncrypted=work-imap:/etc/credstore.encrypted/work-imap
# or all files of a folder, with a name before theirs (`password = {{ credential = "mail_work-imap" }}`):
#LoadCredential=mail:/etc/triaged/credentials
"""

_LIFE: Final = """\

# Ready is said once every account has been tried; one whose server is down does not keep the others waiting.
TimeoutStartSec=3min
# A stop finishes the message in hand.
TimeoutStopSec=45s
WatchdogSec=2min
Restart=on-failure
RestartSec=5s
# 78: the configuration is invalid; 74: the ledger is damaged. A restart mends neither.
RestartPreventExitStatus=78 74
KillMode=mixed
"""

_RESOURCES: Final = """\
OOMPolicy=stop

# Enough for some hundred mailboxes.
MemoryHigh=512M
MemoryMax=1G
TasksMax=256
LimitNOFILE=8192
LimitCORE=0
"""

_OWN_SANDBOX: Final = """\

# What the daemon needs: to reach mail servers, to read its configuration, to write its state. Nothing else.
UMask=0077
NoNewPrivileges=yes
"""

_SYSTEM_SANDBOX: Final = """\
CapabilityBoundingSet=
AmbientCapabilities=
SecureBits=noroot noroot-locked
ProtectSystem=strict
ProtectHome={home}
PrivateTmp=yes
PrivateDevices=yes
DevicePolicy=closed
PrivateUsers=yes
PrivateIPC=yes
PrivateMounts=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
ProcSubset=pid
RemoveIPC=yes
KeyringMode=private
"""

_COMMON_SANDBOX: Final = """\
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
MemoryDenyWriteExecute=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
SystemCallErrorNumber=EPERM

[Install]
"""


@dataclass(frozen=True, slots=True)
class Installation:
    """Where things are. `config` None: the usual place of the kind."""

    program: str = "/usr/bin/triaged"
    config: str | None = None
    user: str = "triaged"


_CONFIG: Final = {"system": "/etc/triaged", "instance": "/etc/triaged/%i.toml", "user": ""}
_HOMES: Final = ("/home", "/root", "/run/user")


def unit(kind: Kind, installation: Installation) -> str:
    """The unit's text.

    Raises:
        ValueError: the program lies where no service of this kind can see it; the message says where to put it.
    """
    values = {
        "program": _escaped(installation.program),
        "config": installation.config or _CONFIG[kind],
        "user": installation.user,
        "state": "triaged/%i" if kind == "instance" else "triaged",
        "home": _home(installation.program),
    }
    if kind == "user":
        return _user_unit(installation).format(**values)
    _refuse_private_places(installation.program)
    parts = (_HEAD[kind], _ORDER, _LIMITS, _WHO, _START, _FOLDERS, _LIFE, _RESOURCES, _OWN_SANDBOX, _SYSTEM_SANDBOX)
    return "".join((*parts, _COMMON_SANDBOX)).format(**values) + "WantedBy=multi-user.target\n"


def _user_unit(installation: Installation) -> str:
    # A user's manager has no network-online.target and no say about other people's files; its StateDirectory is not
    # where the commands look for the ledger, so the daemon makes its folder itself.
    environment = "Environment=TRIAGED_CONFIG={config}\n" if installation.config else ""
    parts = (_HEAD["user"], _LIMITS, environment, _START, _LIFE, _OWN_SANDBOX, _COMMON_SANDBOX)
    return "".join(parts) + "WantedBy=default.target\n"


def _escaped(program: str) -> str:
    return program.replace("%", "%%").replace(" ", r"\x20")


def _home(program: str) -> str:
    return "read-only" if any(PurePosixPath(program).is_relative_to(home) for home in _HOMES) else "yes"


def _refuse_private_places(program: str) -> None:
    for place in ("/tmp", "/var/tmp"):  # noqa: S108 — nothing is written there, they are refused
        if PurePosixPath(program).is_relative_to(place):
            raise ValueError(
                f"{program} lies in {place}, which services do not see: install triaged under /opt or /usr/local"
            )
