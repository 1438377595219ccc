"""A real Dovecot on loopback, with mailboxes on demand: the IMAP server that most people's mail lies on."""

import contextlib
import os
import re
import smtplib
import subprocess
import time
from dataclasses import dataclass
from email.utils import parseaddr

from server.certificates import Certificate
from server.mailboxes import Mailboxes
from server.processes import HOST, end, free_port, greets, own_folder, remove, required_program, until

PASSWORD = "a password of the tests"
OWNER = 23_456
"""The system user of the mailboxes, where the tests run as root; further ones count on from here."""
CAPABILITIES = [
    "IMAP4rev1",
    "SASL-IR",
    "LOGIN-REFERRALS",
    "ID",
    "ENABLE",
    "IDLE",
    "SORT",
    "SORT=DISPLAY",
    "THREAD=REFERENCES",
    "THREAD=REFS",
    "THREAD=ORDEREDSUBJECT",
    "MULTIAPPEND",
    "URL-PARTIAL",
    "CATENATE",
    "UNSELECT",
    "CHILDREN",
    "NAMESPACE",
    "UIDPLUS",
    "LIST-EXTENDED",
    "I18NLEVEL=1",
    "CONDSTORE",
    "QRESYNC",
    "ESEARCH",
    "ESORT",
    "SEARCHRES",
    "WITHIN",
    "CONTEXT=SEARCH",
    "LIST-STATUS",
    "BINARY",
    "MOVE",
    "SNIPPET=FUZZY",
    "PREVIEW=FUZZY",
    "PREVIEW",
    "STATUS=SIZE",
    "SAVEDATE",
    "LITERAL+",
    "NOTIFY",
    "SPECIAL-USE",
]
"""What Dovecot 2.3 says of itself after login."""


@dataclass(frozen=True, slots=True)
class Variant:
    """How a Dovecot differs from the usual one."""

    hidden: tuple[str, ...] = ()  # capabilities that it does not name: "MOVE", "UIDPLUS", "IDLE", …
    storage: str = "maildir"  # or "mdbox", "sdbox", "mbox"
    keeps_expunged: bool = False  # what is expunged goes to a folder EXPUNGED (lazy_expunge)
    acl: bool = False  # a folder of a maildir may hold a file `dovecot-acl`: `restrict`
    quota: str = ""  # of a mailbox: "100k"
    separator: str = "/"
    prefix: str = ""  # of all folders but INBOX: "INBOX."
    special_use: bool = True
    keywords: bool = True  # else it refuses each of them, whatever it says
    connections: int = 1000  # of one user from one address
    sessions: int = 1024  # of all users at once
    sieve: str = ""  # a script that LMTP runs for every mailbox, by Pigeonhole
    submission: int = 0  # the port on loopback where Sieve hands in what it sends
    oauth: str = ""  # the URL that introspects a token: then `tokens` are offered
    tokens: str = "xoauth2 oauthbearer"  # the mechanisms of sign-ins with tokens
    per_owner: int = (
        0  # mailboxes that share a system user, as root; 0: all do (fs.inotify.max_user_instances is for each)
    )


USUAL = Variant()

_CONFIG = """\
protocols = imap lmtp
listen = {host}
base_dir = {root}/run
state_dir = {root}/state
instance_name = {name}
log_path = {root}/log
auth_failure_delay = 0
auth_verbose = yes
auth_mechanisms = plain login{mechanisms}
disable_plaintext_auth = no
default_login_user = {login_user}
default_internal_user = {internal_user}
default_internal_group = {internal_group}
default_client_limit = 8000
default_process_limit = 500
default_vsz_limit = 1 G
first_valid_uid = 1
mail_fsync = never
mail_max_keyword_length = {keyword}
mail_location = {location}
mail_max_userip_connections = {connections}
mail_plugins = {plugins}
shutdown_clients = yes
ssl = yes
ssl_cert = <{chain}
ssl_key = <{key}
{oauth}
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%n {root}/users/%n
}}
userdb {{
  driver = {userdb}
}}
namespace inbox {{
  inbox = yes
  separator = {separator}
  prefix = {prefix}
{mailboxes}
}}
service imap-login {{
  {chroot}
  process_min_avail = 1
  service_count = 0
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service imap {{
  process_limit = {sessions}
}}
service lmtp {{
  {user}
  inet_listener lmtp {{
    port = {lmtp}
  }}
}}
service auth {{
  inet_listener sasl {{
    port = {sasl}
  }}
}}
service anvil {{
  {chroot}
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  {chroot}
}}
protocol imap {{
  mail_plugins = {imap_plugins}
  imap_capability = {capability}
}}
protocol lmtp {{
  auth_username_format = %n
  mail_plugins = {plugins}{lmtp_plugins}
  {submission}
}}
plugin {{
  {plugin}
}}
"""
_MAILBOXES = "".join(
    f"  mailbox {name} {{\n    auto = subscribe\n    special_use = \\{name}\n  }}\n"
    for name in ("Drafts", "Sent", "Trash", "Junk")
)
_OAUTH = """\
passdb {{
  driver = oauth2
  mechanisms = {tokens}
  args = {root}/oauth2.conf
}}
"""


class Dovecot(Mailboxes):
    """One server with its own folder and ports. `start` it, `close` it; mailboxes come into being with `new_user`."""

    host = HOST
    password = PASSWORD

    def __init__(self, certificate: Certificate, variant: Variant = USUAL) -> None:
        self._program = required_program("dovecot", "dovecot-imapd dovecot-lmtpd")
        self._doveadm = required_program("doveadm", "dovecot-imapd dovecot-lmtpd")
        self.variant = variant
        self.prefix = variant.prefix
        self.root = own_folder("dovecot")
        self.imap, self.imaps, self.lmtp, self.sasl = (free_port() for _ in range(4))
        self._process: subprocess.Popen[bytes] | None = None
        self._users = 0
        self._changes = 0
        self._certificate = certificate
        self._write_config()

    # -- the server ---------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Bring it up, on the same ports as before; returns when it greets.

        Raises:
            TimeoutError: it does not; the message holds the end of its log.
        """
        command = [self._program, "-F", "-c", str(self.root / "dovecot.conf")]
        self._process = subprocess.Popen(command, start_new_session=True)
        try:
            until(lambda: greets(self.imap, b"* OK") and greets(self.lmtp, b"220"), 20, "Dovecot greets")
        except TimeoutError as late:
            self.stop()
            raise TimeoutError(f"{late}; its log ends with: {self.log()[-2000:]}") from late

    def stop(self) -> None:
        """End it and all its sessions."""
        if self._process is not None:
            end(self._process)
            self._process = None

    def close(self) -> None:
        """End it at once and delete its folder."""
        if self._process is not None:
            end(self._process, gently=False)
        remove(self.root)

    def present(self, certificate: Certificate) -> None:
        """Another certificate, from the next start on."""
        self._certificate = certificate
        (self.root / "dovecot.conf").write_text(_CONFIG.format(**self._values()))

    def log(self) -> str:
        """What it has logged so far."""
        with contextlib.suppress(FileNotFoundError):
            return (self.root / "log").read_text(encoding="utf-8", errors="replace")
        return ""

    def kill_sessions(self, user: str) -> None:
        """Disconnect the user's sessions as an administrator would: the client is told BYE."""
        self._run("kick", user, check=False)

    def session_pids(self, user: str) -> list[int]:
        """Processes that serve the user's IMAP sessions, for signals of all sorts."""
        said = self._run("-f", "tab", "who", "-1", user).decode().splitlines()[1:]
        return [int(pid) for line in said for pid in re.findall(r"\((\d+)\)|\t(\d+)\t", line)[0] if pid]

    def _run(self, *arguments: str, check: bool = True) -> bytes:
        command = [self._doveadm, "-c", str(self.root / "dovecot.conf"), *arguments]
        return subprocess.run(command, check=check, capture_output=True, timeout=30).stdout

    def doveadm(self, *arguments: str) -> str:
        """Any other doveadm command, for what has no verb here."""
        return self._run(*arguments).decode()

    # -- mailboxes ----------------------------------------------------------------------------------------------

    def new_user(self, name: str = "", password: str = PASSWORD) -> str:
        """A mailbox that nobody has used, `name@dovecot.example`; the login name is `name`."""
        self._users += 1
        user = name or f"user{self._users}"
        if self.variant.per_owner:
            owner = OWNER + self._users // self.variant.per_owner
            (self.root / "owners" / user).write_text(f"{user}::{owner}:{owner}::{self.root}/mail/{user}::\n")
        self.set_password(user, password)
        return user

    def set_password(self, user: str, password: str | None) -> None:
        """Another password from now on; None: the account is gone."""
        file = self.root / "users" / user
        known = file.exists()
        file.write_text(f"{user}:{{PLAIN}}{password}\n" if password is not None else "")
        file.chmod(0o644)
        self._changes += 1
        os.utime(file, (1_000_000_000 + self._changes,) * 2)  # Dovecot compares whole seconds
        if known:  # and it looks at a file that it knows once a second
            time.sleep(1.02 - time.time() % 1)

    def deliver(self, user: str, raw: bytes, sender: str | None = None, to: str | None = None) -> None:
        """By LMTP, as a mail server delivers: it gets Return-Path, Delivered-To and Received.

        `sender`: of the envelope, "" is the null sender; default: the address in From.
        """
        if sender is None:
            found = re.search(rb"^From:((?:.*)(?:\r?\n[ \t].*)*)", raw, re.MULTILINE | re.IGNORECASE)
            sender = parseaddr(found[1].decode("utf-8", "replace"))[1] if found else ""
        with smtplib.LMTP(HOST, self.lmtp, local_hostname="mx.dovecot.example") as connection:
            connection.sendmail(sender, [to or f"{user}@dovecot.example"], raw)

    def password_of(self, user: str) -> str:
        """As it was last set."""
        return (self.root / "users" / user).read_text().partition(":{PLAIN}")[2].rstrip("\n")

    def restrict(self, user: str, folder: str, rights: str) -> None:
        """What the owner may do in a folder of hers (RFC 4314), with a variant that has `acl`."""
        (self.root / "mail" / user / "maildir" / f".{folder}" / "dovecot-acl").write_text(f"owner {rights}\n")
        self.kill_sessions(user)

    # -- its configuration --------------------------------------------------------------------------------------

    def _write_config(self) -> None:
        for folder in ("run", "state", "mail", "users", "owners"):
            (self.root / folder).mkdir()
        (self.root / "mail").chmod(0o777)
        (self.root / "dovecot.conf").write_text(_CONFIG.format(**self._values()))

    def _values(self) -> dict[str, object]:
        variant, root = self.variant, (os.getuid() == 0)
        me = _own_names()
        plugins = [name for name, wanted in (("acl", variant.acl), ("lazy_expunge", variant.keeps_expunged)) if wanted]
        plugins += ["quota"] if variant.quota else []
        imap_plugins = plugins + (["imap_quota"] if variant.quota else [])
        mailboxes = _MAILBOXES if variant.special_use else ""
        return {
            "host": HOST, "root": self.root, "name": self.root.name,
            "imap": self.imap, "imaps": self.imaps, "lmtp": self.lmtp, "sasl": self.sasl,
            "login_user": "dovenull" if root else me[0], "internal_user": "dovecot" if root else me[0],
            "internal_group": "dovecot" if root else me[1],
            "userdb": self._userdb(),
            "user": "user = root" if root else "", "chroot": "" if root else "chroot =",
            "location": f"{variant.storage}:~/{variant.storage}" + (":INBOX=~/inbox" if variant.storage == "mbox" else ""),
            "connections": variant.connections,
            "keyword": 50 if variant.keywords else 0,
            "sessions": variant.sessions,
            "plugins": " ".join(plugins), "imap_plugins": " ".join(imap_plugins),
            "plugin": self._plugin(),
            "separator": variant.separator, "prefix": variant.prefix, "mailboxes": mailboxes,
            "capability": " ".join(c for c in CAPABILITIES if c not in variant.hidden),
            "chain": self._certificate.chain, "key": self._certificate.key,
            "mechanisms": f" {variant.tokens}" if variant.oauth else "",
            "oauth": self._oauth_passdb(),
            "lmtp_plugins": " sieve" if variant.sieve else "",
            "submission": f"submission_host = {HOST}:{variant.submission}" if variant.sieve else "",
        }  # fmt: skip

    def _userdb(self) -> str:
        if self.variant.per_owner:
            return f"passwd-file\n  args = username_format=%n {self.root}/owners/%n"
        uid, gid = (OWNER, OWNER) if os.getuid() == 0 else (os.getuid(), os.getgid())
        return f"static\n  args = uid={uid} gid={gid} home={self.root}/mail/%n allow_all_users=yes"

    def _plugin(self) -> str:
        lines = []
        if self.variant.acl:
            lines.append("acl = vfile")
        if self.variant.keeps_expunged:
            lines.append("lazy_expunge = EXPUNGED")
        if self.variant.quota:
            lines += ["quota = count:User quota", "quota_vsizes = yes", f"quota_rule = *:storage={self.variant.quota}"]
        if self.variant.sieve:
            (self.root / "sieve").mkdir()
            (self.root / "sieve").chmod(0o777)
            script = self.root / "sieve" / "script.sieve"
            script.write_text(self.variant.sieve)
            lines += [f"sieve = file:{script}", "sieve_extensions = +vacation-seconds", "sieve_vacation_min_period = 0"]
        return "\n  ".join(lines)

    def _oauth_passdb(self) -> str:
        if not self.variant.oauth:
            return ""
        settings = (
            f"introspection_url = {self.variant.oauth}\nintrospection_mode = auth\nusername_attribute = username\n"
        )
        (self.root / "oauth2.conf").write_text(settings + "active_attribute = active\nactive_value = true\n")
        return _OAUTH.format(root=self.root, tokens=self.variant.tokens)


def _own_names() -> tuple[str, str]:
    import grp
    import pwd

    return pwd.getpwuid(os.getuid()).pw_name, grp.getgrgid(os.getgid()).gr_name
