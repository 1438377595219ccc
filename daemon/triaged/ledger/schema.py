"""The schema, as numbered steps forward. What `open` applies; nothing here looks at data.

Times: INTEGER, milliseconds UTC. Ids: INTEGER (a person types them). STRICT tables, foreign keys on, one writer a commit.
A released step is never edited: a change is a new step at the end.
"""

APPLICATION_ID = 0x74726961
"""`tria`: marks the file as ours (`PRAGMA application_id`)."""

_FIRST = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

CREATE TABLE ruleset (hash TEXT PRIMARY KEY, at INTEGER NOT NULL, body TEXT NOT NULL) STRICT;

CREATE TABLE account (
  id INTEGER PRIMARY KEY, person TEXT NOT NULL, login TEXT NOT NULL UNIQUE, learned TEXT NOT NULL DEFAULT '{}'
) STRICT;
CREATE INDEX account_person ON account (person);

CREATE TABLE folder (
  account INTEGER NOT NULL REFERENCES account, name TEXT NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('watch','deferred','urgent','sent','drafts')),
  uidvalidity INTEGER NOT NULL, next_uid INTEGER NOT NULL, baseline_uid INTEGER NOT NULL, last_internal_at INTEGER,
  PRIMARY KEY (account, name)
) STRICT;

CREATE TABLE promise (
  id INTEGER PRIMARY KEY, person TEXT NOT NULL, client TEXT NOT NULL, correspondent TEXT NOT NULL, thread TEXT,
  kind TEXT NOT NULL CHECK (kind IN ('answer','call')), due_at INTEGER NOT NULL, first_due_at INTEGER NOT NULL, call TEXT,
  state TEXT NOT NULL CHECK (state IN ('planned','open','overdue','kept','late','settled','void')),
  told_at INTEGER, warned_at INTEGER, overdue_at INTEGER, closed_at INTEGER, closed_by TEXT
) STRICT;
CREATE INDEX promise_open ON promise (person, client, due_at) WHERE state IN ('planned','open','overdue');
CREATE INDEX promise_due ON promise (due_at) WHERE state = 'open';

CREATE TABLE item (
  id INTEGER PRIMARY KEY, person TEXT NOT NULL, account INTEGER NOT NULL REFERENCES account,
  client TEXT, correspondent TEXT, sender TEXT, message_id TEXT, refs TEXT NOT NULL DEFAULT '[]', digest TEXT NOT NULL,
  server_id TEXT, thread TEXT, dated_at INTEGER, arrived_at INTEGER NOT NULL, decided_at INTEGER,
  kind TEXT NOT NULL DEFAULT '[]', automatic INTEGER NOT NULL DEFAULT 0, subject TEXT, excerpt TEXT,
  mode TEXT NOT NULL CHECK (mode IN ('observe','draft','send')),
  verdict TEXT CHECK (verdict IN ('urgent','deferrable','left')), rule TEXT, reason TEXT, no_reply TEXT, decision TEXT,
  ruleset TEXT REFERENCES ruleset,
  state TEXT NOT NULL CHECK (state IN ('new','here','aside','released','gone','unreadable')),
  folder TEXT, uidvalidity INTEGER, uid INTEGER,
  promise INTEGER REFERENCES promise, answered_at INTEGER, tries INTEGER NOT NULL DEFAULT 0, retry_at INTEGER,
  UNIQUE (account, digest)
) STRICT;
CREATE UNIQUE INDEX item_place ON item (account, folder, uidvalidity, uid) WHERE uid IS NOT NULL;
CREATE INDEX item_message ON item (message_id, person);
CREATE INDEX item_thread ON item (person, thread, arrived_at);
CREATE INDEX item_client ON item (person, client, arrived_at);
CREATE INDEX item_arrived ON item (arrived_at);
CREATE INDEX item_promise ON item (promise, thread) WHERE promise IS NOT NULL;
CREATE INDEX item_open ON item (account, state) WHERE state IN ('new','aside','unreadable');

CREATE TABLE effect (
  id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, person TEXT NOT NULL, account INTEGER REFERENCES account,
  item INTEGER REFERENCES item, reply INTEGER,
  kind TEXT NOT NULL CHECK (kind IN ('flag','urgent','aside','back','append','remove','notify')),
  args TEXT NOT NULL DEFAULT '{}', due_at INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('planned','trying','done','failed','void')),
  tries INTEGER NOT NULL DEFAULT 0, error TEXT, done_at INTEGER
) STRICT;
CREATE INDEX effect_due ON effect (account, due_at) WHERE state IN ('planned','trying');
CREATE INDEX effect_item ON effect (item);
CREATE INDEX effect_reply ON effect (reply) WHERE reply IS NOT NULL;
CREATE UNIQUE INDEX effect_one_return ON effect (item) WHERE kind = 'back' AND state IN ('planned','trying');

CREATE TABLE reply (
  id INTEGER PRIMARY KEY, person TEXT NOT NULL, account INTEGER NOT NULL REFERENCES account, client TEXT NOT NULL,
  correspondent TEXT NOT NULL, rcpt TEXT NOT NULL, kind TEXT NOT NULL CHECK (kind IN ('ack','slip','moved','forward')),
  template TEXT NOT NULL, language TEXT NOT NULL DEFAULT '',
  auto TEXT NOT NULL DEFAULT 'auto-replied' CHECK (auto IN ('auto-replied','auto-generated')),
  promise INTEGER REFERENCES promise, tell_at INTEGER, tell_kind TEXT CHECK (tell_kind IN ('answer','call')), tell_call TEXT,
  message_id TEXT NOT NULL UNIQUE, mode TEXT NOT NULL CHECK (mode IN ('observe','draft','send')),
  state TEXT NOT NULL CHECK (state IN ('waiting','held','sending','sent','drafted','in_doubt','failed','cancelled',
    'suppressed','simulated')),
  stage TEXT CHECK (stage IN ('envelope','data')), made_at INTEGER NOT NULL, send_at INTEGER NOT NULL, try_at INTEGER NOT NULL,
  tries INTEGER NOT NULL DEFAULT 0, claimed_at INTEGER, raw BLOB, code INTEGER, reason TEXT, ended_at INTEGER,
  folder TEXT, uidvalidity INTEGER, uid INTEGER
) STRICT;
CREATE UNIQUE INDEX reply_one_live ON reply (person, correspondent) WHERE kind = 'ack' AND state IN ('waiting','held','sending');
CREATE UNIQUE INDEX reply_once ON reply (promise, kind)
  WHERE kind IN ('slip','moved') AND state IN ('waiting','held','sending','sent','drafted');
CREATE INDEX reply_due ON reply (try_at) WHERE state = 'waiting';
CREATE INDEX reply_state ON reply (state) WHERE state IN ('waiting','held','sending','drafted','in_doubt');
CREATE INDEX reply_correspondent ON reply (person, correspondent, send_at);
CREATE INDEX reply_client ON reply (person, client, made_at);
CREATE INDEX reply_claimed ON reply (account, claimed_at) WHERE claimed_at IS NOT NULL;
CREATE INDEX reply_promise ON reply (promise) WHERE promise IS NOT NULL;

CREATE TABLE reply_item (
  reply INTEGER NOT NULL REFERENCES reply, item INTEGER NOT NULL REFERENCES item, PRIMARY KEY (reply, item)
) STRICT, WITHOUT ROWID;
CREATE INDEX reply_item_item ON reply_item (item);

CREATE TABLE correspondent (
  person TEXT NOT NULL, address TEXT NOT NULL, client TEXT, last_reply INTEGER, last_reply_at INTEGER,
  opted_out_at INTEGER, bounced_until INTEGER, robot_until INTEGER, PRIMARY KEY (person, address)
) STRICT, WITHOUT ROWID;

CREATE TABLE sent (
  id INTEGER PRIMARY KEY, person TEXT NOT NULL, account INTEGER NOT NULL REFERENCES account, message_id TEXT, thread TEXT,
  at INTEGER NOT NULL, rcpts TEXT NOT NULL, clients TEXT NOT NULL DEFAULT '[]', by_team INTEGER NOT NULL DEFAULT 0,
  reply INTEGER REFERENCES reply, UNIQUE (account, message_id)
) STRICT;
CREATE INDEX sent_thread ON sent (person, thread, at);
CREATE INDEX sent_message ON sent (message_id, person);
CREATE INDEX sent_at ON sent (person, at);
CREATE INDEX sent_reply ON sent (reply) WHERE reply IS NOT NULL;

CREATE TABLE pass (
  item INTEGER PRIMARY KEY REFERENCES item, person TEXT NOT NULL, client TEXT NOT NULL, spent_at INTEGER NOT NULL,
  refunded_at INTEGER
) STRICT;
CREATE INDEX pass_client ON pass (person, client, spent_at);
"""

_A_NOTICE_A_MOVE = """
DROP INDEX reply_once;
CREATE UNIQUE INDEX reply_once ON reply (promise)
  WHERE kind = 'slip' AND state IN ('waiting','held','sending','sent','drafted');
CREATE UNIQUE INDEX reply_one_notice ON reply (promise)
  WHERE kind = 'moved' AND state IN ('waiting','held','sending','drafted');
"""  # a call that has moved and was told may move again: the client must not wait at the moment before

_LEVELS = """
ALTER TABLE item ADD COLUMN trust INTEGER NOT NULL DEFAULT 3;
ALTER TABLE item ADD COLUMN hushed_at INTEGER;
ALTER TABLE reply ADD COLUMN trust INTEGER NOT NULL DEFAULT 3;
ALTER TABLE sent ADD COLUMN trust INTEGER NOT NULL DEFAULT 4;
ALTER TABLE correspondent ADD COLUMN opted_out_until INTEGER;
ALTER TABLE correspondent ADD COLUMN answer TEXT;
ALTER TABLE correspondent ADD COLUMN reasons TEXT NOT NULL DEFAULT '{}';
"""  # `trust`: core.trust.Level; what was before counts as it did. `hushed_at`: answered in my name, on nobody's word

_NEW_ADDRESSES = """
ALTER TABLE correspondent ADD COLUMN new_since INTEGER;
"""  # its first mail came then, and I have never written to it; NULL: known

_LINES_AND_ENDS = """
ALTER TABLE item ADD COLUMN answered_by TEXT CHECK (answered_by IN ('answer','team','flag'));
ALTER TABLE item ADD COLUMN settled_at INTEGER;
ALTER TABLE item ADD COLUMN settled_by TEXT;
ALTER TABLE item ADD COLUMN call_at INTEGER;
UPDATE item SET answered_by = CASE WHEN EXISTS (SELECT 1 FROM sent s WHERE s.person = item.person AND s.at = item.answered_at
  AND s.reply IS NULL) THEN 'answer' ELSE 'flag' END WHERE answered_at IS NOT NULL;
CREATE TABLE line (
  person TEXT NOT NULL, message_id TEXT NOT NULL, number INTEGER NOT NULL, item INTEGER REFERENCES item, reply INTEGER,
  made_at INTEGER NOT NULL
) STRICT;
CREATE INDEX line_mail ON line (message_id, number);
CREATE INDEX line_item ON line (item) WHERE item IS NOT NULL;
"""  # `settled_*`: a person said so, or the call did; `call_at`: it was on the agenda of the call that began then

_TOLD_TO_HER = """
CREATE TABLE forged (
  account INTEGER NOT NULL REFERENCES account, digest TEXT NOT NULL, client TEXT NOT NULL, sender TEXT NOT NULL,
  subject TEXT, at INTEGER NOT NULL, PRIMARY KEY (account, digest)
) STRICT;
CREATE INDEX forged_at ON forged (at);
ALTER TABLE reply ADD COLUMN returned_at INTEGER;
CREATE INDEX reply_returned ON reply (returned_at) WHERE returned_at IS NOT NULL;
"""  # forged in a client's name; `returned_at`: a delivery report says that the reply has not arrived

_ONE_A_THREAD = """
ALTER TABLE reply ADD COLUMN slot TEXT NOT NULL DEFAULT '';
ALTER TABLE reply_item ADD COLUMN told INTEGER NOT NULL DEFAULT 1;
DROP INDEX reply_one_live;
CREATE UNIQUE INDEX reply_one_live ON reply (person, correspondent, slot)
  WHERE kind = 'ack' AND state IN ('waiting','held','sending');
"""  # `slot`: the thread for which there is one, "": one for all of a correspondent's. `told`: its words tell of the message

_CALENDARS = """
CREATE TABLE calendar (
  person TEXT NOT NULL, label TEXT NOT NULL, since INTEGER NOT NULL, seen_at INTEGER NOT NULL, until INTEGER NOT NULL,
  version TEXT NOT NULL, events INTEGER NOT NULL, content TEXT NOT NULL, PRIMARY KEY (person, label, since)
) STRICT, WITHOUT ROWID;
"""  # a content is known from `since` on and was last seen to be so at `seen_at`

_WORDS_THAT_WENT = """
ALTER TABLE reply ADD COLUMN words INTEGER NOT NULL DEFAULT 0;
"""  # the fingerprint of the text that it was written from

_TOLD = """
CREATE TABLE told (
  account INTEGER NOT NULL REFERENCES account, mail TEXT NOT NULL, reply INTEGER NOT NULL REFERENCES reply,
  PRIMARY KEY (account, mail, reply)
) STRICT, WITHOUT ROWID;
"""  # by `core.memento.hash_of` the messages that a forgotten mail of ours in Sent was about: they may be seen later

_A_DRAFT_TAKEN_BACK = """
DROP INDEX reply_one_notice;
CREATE UNIQUE INDEX reply_one_notice ON reply (promise)
  WHERE kind = 'moved' AND (state IN ('waiting','held','sending') OR state = 'drafted' AND reason IS NULL);
"""  # one that waits to be taken back, once Sent has been looked at, is in nobody's way

_PAPERS = """
PRAGMA defer_foreign_keys = ON;
CREATE TABLE reply_before AS SELECT * FROM reply;
DROP TABLE reply;
CREATE TABLE reply (
  id INTEGER PRIMARY KEY, person TEXT NOT NULL, account INTEGER NOT NULL REFERENCES account, client TEXT NOT NULL,
  correspondent TEXT NOT NULL, rcpt TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('ack','slip','moved','forward','paper')),
  template TEXT NOT NULL, language TEXT NOT NULL DEFAULT '',
  auto TEXT NOT NULL DEFAULT 'auto-replied' CHECK (auto IN ('auto-replied','auto-generated')),
  promise INTEGER REFERENCES promise, tell_at INTEGER, tell_kind TEXT CHECK (tell_kind IN ('answer','call')), tell_call TEXT,
  message_id TEXT NOT NULL UNIQUE, mode TEXT NOT NULL CHECK (mode IN ('observe','draft','send')),
  state TEXT NOT NULL CHECK (state IN ('waiting','held','sending','sent','drafted','in_doubt','failed','cancelled',
    'suppressed','simulated')),
  stage TEXT CHECK (stage IN ('envelope','data')), made_at INTEGER NOT NULL, send_at INTEGER NOT NULL, try_at INTEGER NOT NULL,
  tries INTEGER NOT NULL DEFAULT 0, claimed_at INTEGER, raw BLOB, code INTEGER, reason TEXT, ended_at INTEGER,
  folder TEXT, uidvalidity INTEGER, uid INTEGER, trust INTEGER NOT NULL DEFAULT 3, returned_at INTEGER,
  slot TEXT NOT NULL DEFAULT '', words INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO reply SELECT * FROM reply_before;
DROP TABLE reply_before;
CREATE UNIQUE INDEX reply_one_live ON reply (person, correspondent, slot)
  WHERE kind = 'ack' AND state IN ('waiting','held','sending');
CREATE UNIQUE INDEX reply_once ON reply (promise)
  WHERE kind = 'slip' AND state IN ('waiting','held','sending','sent','drafted');
CREATE UNIQUE INDEX reply_one_notice ON reply (promise)
  WHERE kind = 'moved' AND (state IN ('waiting','held','sending') OR state = 'drafted' AND reason IS NULL);
CREATE UNIQUE INDEX reply_one_paper ON reply (person, client)
  WHERE kind = 'paper' AND (state IN ('waiting','held','sending') OR state = 'drafted' AND reason IS NULL);
CREATE INDEX reply_due ON reply (try_at) WHERE state = 'waiting';
CREATE INDEX reply_state ON reply (state) WHERE state IN ('waiting','held','sending','drafted','in_doubt');
CREATE INDEX reply_correspondent ON reply (person, correspondent, send_at);
CREATE INDEX reply_client ON reply (person, client, made_at);
CREATE INDEX reply_claimed ON reply (account, claimed_at) WHERE claimed_at IS NOT NULL;
CREATE INDEX reply_promise ON reply (promise) WHERE promise IS NOT NULL;
CREATE INDEX reply_returned ON reply (returned_at) WHERE returned_at IS NOT NULL;
"""  # another kind: what a CHECK says can only be written anew; its rows are there again before the transaction ends

_OPEN_BY_PLACE = """
DROP INDEX item_open;
CREATE INDEX item_open ON item (account, state, folder, uidvalidity, uid) WHERE state IN ('new','aside','unreadable');
"""  # what lies aside in a folder is asked of the index alone: there may be years of it

_HER_LANGUAGE = """
ALTER TABLE item ADD COLUMN language TEXT;
UPDATE item SET language = (SELECT r.language FROM reply_item c JOIN reply r ON r.id = c.reply
  WHERE c.item = item.id AND r.kind = 'ack' AND r.language <> '' ORDER BY r.id DESC LIMIT 1)
WHERE id IN (SELECT item FROM reply_item);
CREATE INDEX item_language ON item (person, client, arrived_at) WHERE language IS NOT NULL;
"""  # that a message shows, where it does; of those before, what they were answered in

_DEVICES = """
CREATE TABLE link (hash TEXT PRIMARY KEY, person TEXT NOT NULL, made_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE device (
  id INTEGER PRIMARY KEY, person TEXT NOT NULL, hash TEXT NOT NULL UNIQUE, name TEXT NOT NULL,
  since INTEGER NOT NULL, used_at INTEGER NOT NULL
) STRICT;
"""  # who is signed in to the page; hashes of tokens alone

_NEXT_OF_EVERYBODY = """
CREATE INDEX effect_next ON effect (due_at) WHERE state IN ('planned','trying');
CREATE INDEX item_unplaced ON item (account) WHERE uid IS NULL AND state = 'aside';
"""  # neither what falls due next nor what nobody knows the place of is sought among everything that lies aside

MIGRATIONS: tuple[str, ...] = (
    _FIRST,
    _A_NOTICE_A_MOVE,
    _LEVELS,
    _NEW_ADDRESSES,
    _LINES_AND_ENDS,
    _TOLD_TO_HER,
    _ONE_A_THREAD,
    _CALENDARS,
    _WORDS_THAT_WENT,
    _TOLD,
    _A_DRAFT_TAKEN_BACK,
    _PAPERS,
    _OPEN_BY_PLACE,
    _HER_LANGUAGE,
    _DEVICES,
    _NEXT_OF_EVERYBODY,
)
"""Step n leads from version n-1 to version n (`PRAGMA user_version`)."""
