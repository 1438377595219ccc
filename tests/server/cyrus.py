"""A real Cyrus on loopback: the server of universities and large providers, whose habits are not Dovecot's."""

from dataclasses import dataclass

from server.enclosure import Enclosure
from server.mailboxes import Mailboxes
from server.processes import HOST, free_port, greets, until

PASSWORD = "a password of the tests"


@dataclass(frozen=True, slots=True)
class CyrusVariant:
    """How a Cyrus is laid out."""

    slashes: bool = True  # the separator is "/", else "." (`unixhierarchysep`)
    beside: bool = True  # folders lie beside INBOX, else below it (`altnamespace`)
    domains: bool = False  # users are user@domain (`virtdomains`)
    suppressed: tuple[str, ...] = ()  # capabilities that it hides: "MOVE", "IDLE", …
    notifies: bool = False  # idled tells an idling client at once; Debian's configuration lets it look once a minute
    quota: int = 0  # kilobytes of each mailbox; 0: none

    @property
    def prefix(self) -> str:
        """Of all folders but INBOX, as the server names them."""
        return "" if self.beside else "INBOX" + self.separator

    @property
    def separator(self) -> str:
        """Between the levels of a folder's name."""
        return "/" if self.slashes else "."


PLAIN_CYRUS = CyrusVariant()

_IMAPD_CONF = """\
configdirectory: /var/lib/cyrus
partition-default: /var/spool/cyrus/mail
defaultpartition: default
servername: cyrus.example
admins: cyrus
allowplaintext: yes
sasl_pwcheck_method: auxprop
sasl_auxprop_plugin: sasldb
sasl_mech_list: PLAIN LOGIN
unixhierarchysep: {slashes}
altnamespace: {beside}
virtdomains: {domains}
defaultdomain: cyrus.example
{suppressed}
autocreate_quota: {quota}
autocreate_inbox_folders: Sent | Drafts | Trash | Junk
xlist-sent: Sent
xlist-drafts: Drafts
xlist-trash: Trash
xlist-junk: Junk
proc_path: /var/lib/cyrus/proc
idlesocket: /var/lib/cyrus/socket/idle
notifysocket: /var/lib/cyrus/socket/notify
lmtpsocket: /var/lib/cyrus/socket/lmtp
sievedir: /var/spool/sieve
tls_sessions_db_path: /var/lib/cyrus/tls_sessions.db
"""
_CYRUS_CONF = """\
START {{
  recover cmd="/usr/lib/cyrus/bin/ctl_cyrusdb -r"
{idled}
}}
SERVICES {{
  imap cmd="imapd -U 30" listen="{host}:{imap}" prefork=0 maxchild=200
}}
EVENTS {{
}}
"""
_SCRIPT = """\
cat >/etc/imapd.conf <<'END'
{imapd_conf}END
cat >/etc/cyrus.conf <<'END'
{cyrus_conf}END
id cyrus >/dev/null 2>&1 || useradd --system --gid mail --home-dir /var/spool/cyrus --shell /bin/sh cyrus
mkdir -p /var/lib/cyrus/socket /var/lib/cyrus/proc /var/lib/cyrus/db /var/spool/cyrus/mail /var/spool/sieve /run/cyrus
chown -R cyrus:mail /var/lib/cyrus /var/spool/cyrus /var/spool/sieve /run/cyrus
exec /usr/lib/cyrus/bin/master -D -p /run/cyrus/master.pid -M /etc/cyrus.conf -C /etc/imapd.conf
"""


class Cyrus(Mailboxes):
    """One server in an enclosure of its own. `start` it, `close` it; mailboxes come into being with `new_user`."""

    host = HOST
    password = PASSWORD

    def __init__(self, variant: CyrusVariant = PLAIN_CYRUS) -> None:
        self._enclosure = Enclosure("cyrus", "cyrus-imapd sasl2-bin")
        self.variant = variant
        self.prefix = variant.prefix
        self.imap = free_port()
        self._users = 0

    def start(self) -> None:
        """Bring it up; returns when it greets."""
        self._enclosure.start(_SCRIPT.format(imapd_conf=self._imapd_conf(), cyrus_conf=self._cyrus_conf()))
        until(lambda: greets(self.imap, b"* OK"), 30, "Cyrus greets")

    def close(self) -> None:
        """End it at once; nothing is left."""
        self._enclosure.close()

    def new_user(self, name: str = "") -> str:
        """A mailbox that nobody has used: its login name."""
        self._users += 1
        local = name or f"user{self._users}"
        add = f"saslpasswd2 -p -c -u cyrus.example {local}; chgrp mail /etc/sasldb2; chmod 640 /etc/sasldb2"
        self._enclosure.run(add, self.password)
        return f"{local}@cyrus.example" if self.variant.domains else local

    def _imapd_conf(self) -> str:
        variant = self.variant
        return _IMAPD_CONF.format(
            slashes=_yes(variant.slashes),
            beside=_yes(variant.beside),
            domains="userid" if variant.domains else "off",
            suppressed=f"suppress_capabilities: {' '.join(variant.suppressed)}" if variant.suppressed else "",
            quota=variant.quota,
        )

    def _cyrus_conf(self) -> str:
        idled = '  idled cmd="/usr/lib/cyrus/bin/idled"' if self.variant.notifies else ""
        return _CYRUS_CONF.format(idled=idled, host=self.host, imap=self.imap)


def _yes(setting: bool) -> str:  # noqa: FBT001 — a word for a truth
    return "yes" if setting else "no"
