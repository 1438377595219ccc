"""`Ledger`: one connection, and the verbs of the domain over it. Synchronous; every verb that writes is one commit.

The daemon uses it through `LedgerThread`, commands directly, `explain` and `replay` in memory: it is the same everywhere.
"""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from triaged.ledger import (
    acts,
    admission,
    aftercalls,
    answers,
    calendarpast,
    care,
    chronicle,
    claims,
    clockback,
    copying,
    correspondents,
    dayslist,
    effects,
    forgeries,
    forgetting,
    hands,
    items,
    leaving,
    listings,
    observed,
    opening,
    papers,
    pastfacts,
    pausing,
    promises,
    recovery,
    regained,
    registry,
    replies,
    reporting,
    said,
    settling,
    signedin,
    snoozing,
    takenback,
    waiting,
)
from triaged.ledger.engine import Connection, Fence
from triaged.ledger.schema import MIGRATIONS


class Ledger:
    """What is remembered. Open with `Ledger.open`; usable as a context manager that closes it.

    The verbs are the functions of the room's modules, where each is documented; they raise LedgerError and its family.
    """

    def __init__(self, db: Connection, path: Path | None) -> None:
        self.db = db
        self.path = path
        self.fence: Fence | None = None
        self.shared: list[str] | None = None

    @classmethod
    def open(
        cls,
        path: Path | str,
        *,
        now: datetime | None = None,
        busy: float = opening.BUSY_SECONDS,
        migrations: Sequence[str] = MIGRATIONS,
    ) -> Self:
        """Open, create if it is the first time, migrate, check. `path`: a file, ":memory:", or the URI of a PostgreSQL.

        With `now` the rows are put in order too (`recover`): for a ledger that no daemon works on.
        `busy`: seconds to wait for another process. Raises LedgerDamaged, LedgerNewer, LedgerBusy, LedgerFull,
        LedgerUnavailable.
        """
        if isinstance(path, str) and path.startswith(opening.SERVERS):
            ledger = cls(opening.connect_to_server(path, busy=busy, migrations=migrations), None)
        else:
            db = opening.connect(path, busy=busy, migrations=migrations)
            ledger = cls(db, None if path == opening.MEMORY else Path(path))
        if now is not None:
            ledger.recover(now)
        return ledger

    def of(self, fence: Fence) -> Self:
        """The same, as who serves a person uses it: nothing is written any more once somebody else does (LeaseLost)."""
        hers = type(self)(self.db, self.path)
        hers.fence = fence
        return hers

    def close(self) -> None:
        """Let go of the file. May be repeated."""
        self.db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    recover = recovery.recover
    stopping = recovery.stopping

    register = registry.register
    accounts = registry.accounts
    learned = registry.learned
    learn = registry.learn
    folder = registry.folder
    folders = registry.folders
    put_folder = registry.put_folder
    rename_folder = registry.rename_folder
    advance = registry.advance
    older_mark = registry.older_mark

    happened = chronicle.happened
    would_be_aside = observed.would_be_aside
    would_wait = observed.would_wait

    calendars = calendarpast.calendars
    calendar_read = calendarpast.calendar_read
    calendar_unchanged = calendarpast.calendar_unchanged
    ruleset = registry.ruleset
    ruleset_body = registry.ruleset_body

    admit = admission.admit
    facts = pastfacts.facts
    facts_again = pastfacts.facts_again
    replies_going = pastfacts.replies_going
    has_forgotten = pastfacts.has_forgotten
    strike = admission.strike
    blame = admission.blame
    struck = admission.struck
    unstrike = admission.unstrike

    due_effects = effects.due_effects
    owed = effects.owed
    due_pushes = effects.due_pushes
    next_due = effects.next_due
    accounts_due = effects.accounts_due
    people_due = effects.people_due
    begin = effects.begin
    done = effects.done
    done_many = effects.done_many
    postpone = effects.postpone
    reschedule = effects.reschedule
    comes_back = effects.comes_back
    returns_ahead = effects.returns_ahead
    fail = effects.fail
    void = effects.void
    plan = effects.plan
    effect = effects.effect
    effects_for = effects.effects_for
    trying_effects = effects.trying_effects
    pushed_since = effects.pushed_since

    item = items.item
    item_at = items.item_at
    item_by_digest = items.item_by_digest
    items_aside = items.items_aside
    is_any_aside = items.is_any_aside
    uids_aside = items.uids_aside
    uids_aside_at = items.uids_aside_at
    items_aside_at = items.items_aside_at
    items_aside_in = items.items_aside_in
    folders_aside = items.folders_aside
    items_aside_made_of = items.made_of
    pressing = items.pressing
    items_watching = items.items_watching
    items_watching_here = items.items_watching_here
    is_watching_here = items.is_watching_here
    resting_at = items.resting_at
    glance = waiting.glance
    standing = waiting.standing
    next_at = waiting.next_at

    due_replies = replies.due_replies
    next_reply_due = replies.next_reply_due
    reply = replies.reply
    reply_by_message_id = replies.reply_by_message_id
    reply_items = replies.reply_items
    reply_raw = replies.reply_raw
    claim = claims.claim
    mark_data = replies.mark_data
    sent = replies.sent
    retry_reply = replies.retry_reply
    put_off = replies.put_off
    failed = replies.failed
    in_doubt = replies.in_doubt
    suppress = replies.suppress
    hold = replies.hold
    cancel = replies.cancel
    drafted = replies.drafted
    drafts = replies.drafts
    drafts_taken_back = replies.drafts_taken_back
    withdraw = leaving.withdraw
    replan_promise = replies.replan_promise
    in_doubt_replies = replies.in_doubt_replies
    live_replies = replies.live_replies
    unsaid_items = replies.unsaid_items
    may_have_gone = replies.may_have_gone

    saw_sent = answers.saw_sent
    evidence = answers.evidence
    saw_answered_flag = answers.saw_answered_flag
    hand = hands.hand
    adopt = hands.adopt
    give_way = hands.give_way
    was_put_aside = regained.was_put_aside
    came_back = regained.came_back
    clock_set_back = clockback.clock_set_back
    was_ahead = clockback.was_ahead
    regain = regained.regain
    ask_adoption = regained.ask_adoption
    adoptions_wanted = regained.adoptions_wanted
    tell_adoption = regained.tell_adoption
    adoption = regained.adoption
    remap = hands.remap
    place_item = hands.place_item
    bounced = correspondents.bounced

    promises_due = promises.promises_due
    next_promise_due = promises.next_promise_due
    promise = promises.promise
    promises_open = promises.promises_open
    promise_items = promises.promise_items
    promises_beside = promises.promises_beside
    promise_reply = promises.promise_reply
    warned = promises.warned
    overdue = promises.overdue
    call_kept = promises.call_kept
    move_promise = promises.move_promise
    call_vanished = promises.call_vanished
    call_again = promises.call_again
    client_expects = promises.client_expects
    add_reply = promises.add_reply
    live_notice = promises.live_notice

    papers_for = papers.papers_for
    paper_ids = papers.paper_ids
    plan_paper = papers.plan_paper

    deferred = listings.deferred
    queue = listings.queue
    not_arrived = listings.not_arrived
    forged = forgeries.forged
    replies_for = listings.replies_for
    overview = listings.overview
    history = listings.history
    received = reporting.received
    clients = reporting.clients
    told_promises = reporting.told_promises
    known_messages = reporting.known_messages
    arrivals = listings.arrivals
    passes_spent = listings.passes_spent
    lines = listings.lines
    after_call = aftercalls.after_call
    not_called_yet = aftercalls.not_called_yet
    urgent_open = dayslist.urgent_open
    cancelled = dayslist.cancelled
    written_to = dayslist.written_to
    newcomers = dayslist.newcomers
    returned_since = dayslist.returned_since

    release = acts.release
    release_all = acts.release_all
    told = said.told
    snooze = settling.snooze
    settle = settling.settle
    dragged = snoozing.dragged
    copy_by_hand = snoozing.copy_by_hand
    moved_by_copy = snoozing.moved_by_copy
    dragged_to_settled = snoozing.dragged_to_settled
    unsettle = snoozing.unsettle
    answered_since = snoozing.answered_since
    redirect = snoozing.redirect
    note_is_about = snoozing.note_is_about
    is_note = snoozing.is_note
    pause = pausing.pause
    resume = pausing.resume
    pauses = pausing.pauses
    be_away = pausing.be_away
    not_away = pausing.not_away
    aways = pausing.aways
    settle_by_hand = acts.settle_by_hand
    cancel_by_hand = acts.cancel_by_hand
    send_now = acts.send_now
    try_now = acts.try_now
    hurry = acts.hurry
    wanted = acts.wanted
    ask_reload = acts.ask_reload
    wants_reload = acts.wants_reload
    reloaded = acts.reloaded
    send_again = acts.send_again
    refund = acts.refund
    opt_outs = correspondents.opt_outs
    remove_opt_out = correspondents.remove_opt_out
    unmute = correspondents.unmute
    reply_as_before = takenback.reply_as_before
    not_settled = takenback.not_settled

    copy = copying.copy
    moved = copying.moved
    forget_person = forgetting.forget_person
    forget_client = forgetting.forget_client
    left_of = forgetting.left_of
    erase_person = forgetting.erase_person
    to_forget = forgetting.to_forget

    make_link = signedin.make_link
    sign_in = signedin.sign_in
    device = signedin.device
    devices = signedin.devices
    end_device = signedin.end_device
    ask_for_link = signedin.ask_for_link

    purge = care.purge
    backup = care.backup
    checkpoint = care.checkpoint
    check = care.check
