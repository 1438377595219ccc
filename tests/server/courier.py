"""A real Courier on loopback: everything below INBOX, dots between the levels, no UIDNEXT in its answer to SELECT."""

from dataclasses import dataclass

from server.enclosure import Enclosure
from server.mailboxes import Mailboxes
from server.processes import HOST, free_port, greets, until

PASSWORD = "a password of the tests"
_OWNER = 23_456


@dataclass(frozen=True, slots=True)
class CourierVariant:
    """What a Courier says it can, and how it tells news."""

    capabilities: str = "IMAP4rev1 UIDPLUS CHILDREN NAMESPACE THREAD=ORDEREDSUBJECT THREAD=REFERENCES SORT QUOTA IDLE"
    notifies: bool = False  # IMAP_ENHANCEDIDLE: an idling client is told at once, not once a minute
    keywords: bool = True

    @property
    def prefix(self) -> str:
        """Of all folders but INBOX, as the server names them."""
        return "INBOX."


PLAIN_COURIER = CourierVariant()
BARE_COURIER = CourierVariant(capabilities="IMAP4rev1 NAMESPACE", keywords=False)

_SCRIPT = """\
ldconfig
getent group courier >/dev/null || groupadd --system courier
id courier >/dev/null 2>&1 || useradd --system --gid courier courier
groupadd -g {owner} mailboxes && useradd -u {owner} -g mailboxes mailboxes
mkdir -p /run/courier/authdaemon /home/mail
chown courier:courier /run/courier /run/courier/authdaemon
cat >/etc/courier/authdaemonrc <<'END'
authmodulelist="authuserdb"
authmodulelistorig="authuserdb"
daemons=3
authdaemonvar=/run/courier/authdaemon
DEBUG_LOGIN=0
DEFAULTOPTIONS=""
LOGGEROPTS=""
END
(umask 077; : >/etc/courier/userdb; makeuserdb)
/usr/lib/courier/courier-authlib/authdaemond 2>/dev/null &
set -a
. /etc/courier/imapd
. /etc/courier/imapd-ssl
IMAP_CAPABILITY="{capabilities}"
IMAP_ENHANCEDIDLE={notifies}
IMAP_KEYWORDS={keywords}
IMAP_EMPTYTRASH=
exec 2>/dev/null
exec couriertcpd -address={host} -maxprocs=200 -maxperip=200 -nodnslookup -noidentlookup {imap} \\
  /usr/lib/courier/courier/imaplogin /usr/bin/imapd Maildir
"""
_NEW_USER = """\
umask 022
mkdir -p /home/mail/{user}
chown {owner}:{owner} /home/mail/{user}
chroot --userspec={owner}:{owner} / maildirmake.courier /home/mail/{user}/Maildir
for folder in Sent Drafts Trash; do
  chroot --userspec={owner}:{owner} / maildirmake.courier -f $folder /home/mail/{user}/Maildir
done
umask 077
printf '%s\\tuid={owner}|gid={owner}|home=/home/mail/%s|imappw=%s\\n' {user} {user} "$(openssl passwd -1 -stdin)" \\
  >>/etc/courier/userdb
makeuserdb
"""


class Courier(Mailboxes):
    """One server in an enclosure of its own. `start` it, `close` it; mailboxes come into being with `new_user`."""

    host = HOST
    password = PASSWORD

    def __init__(self, variant: CourierVariant = PLAIN_COURIER) -> None:
        self._enclosure = Enclosure("courier", "courier-imap courier-authlib-userdb")
        self.variant = variant
        self.prefix = variant.prefix
        self.imap = free_port()
        self._users = 0

    def start(self) -> None:
        """Bring it up; returns when it greets."""
        variant = self.variant
        script = _SCRIPT.format(
            owner=_OWNER,
            host=self.host,
            imap=self.imap,
            capabilities=variant.capabilities,
            notifies=int(variant.notifies),
            keywords=int(variant.keywords),
        )
        self._enclosure.start(script)
        until(lambda: greets(self.imap, b"* OK"), 30, "Courier greets")

    def close(self) -> None:
        """End it at once; nothing is left."""
        self._enclosure.close()

    def new_user(self, name: str = "") -> str:
        """A mailbox that nobody has used: its login name."""
        self._users += 1
        user = name or f"user{self._users}"
        self._enclosure.run(_NEW_USER.format(user=user, owner=_OWNER), self.password)
        return user

    def renumber(self, user: str, folder: str) -> None:
        """Lose a folder's list of UIDs, and the sessions that know it: another UIDVALIDITY, other UIDs."""
        where = "" if folder == "INBOX" else folder.removeprefix("INBOX")
        self._enclosure.run(f"pkill -x imapd || true; rm -f /home/mail/{user}/Maildir/{where}/courierimapuiddb")
