"""Accounts are logins, a person is the set of her accounts: renaming a file or a table forgets nothing."""

from dataclasses import replace

from support.ledgerkit import DAY, GARY, HOUR, MONDAY, World, left, mail
from triaged.ledger import FolderRow, Ledger, Period, ReplyRow, Watermark


def keys(ledger: Ledger, label: str, *logins: str, taken: tuple[str, ...] = ()) -> list[str]:
    rows = ledger.register(label, logins, MONDAY, taken=taken)
    return [rows[login].person for login in logins]


def test_a_person_is_found_again_under_another_label_by_login(world: World):
    assert keys(world.ledger, "dana", "a@x", "b@x") == ["dana-2", "dana-2"]
    assert keys(world.ledger, "renamed", "b@x", "a@x") == ["dana-2", "dana-2"]
    assert keys(world.ledger, "whatever", "b@x", "new@x") == ["dana-2", "dana-2"]


def test_a_label_that_another_person_has_is_made_unique(world: World):
    assert keys(world.ledger, "dana", "z@x") == ["dana-2"]
    assert keys(world.ledger, "dana", "y@x") == ["dana-3"]
    assert keys(world.ledger, "eva", "x@x") == ["eva"]


def test_an_account_that_goes_to_another_file_becomes_a_person_of_its_own(world: World):
    assert keys(world.ledger, "eva", "a@x", "b@x") == ["eva", "eva"]
    assert keys(world.ledger, "eva", "a@x") == ["eva"]
    assert keys(world.ledger, "tom", "b@x", taken=("eva",)) == ["tom"]
    assert {row.login: row.person for row in world.ledger.accounts()}["b@x"] == "tom"


def test_an_account_that_joins_another_person_brings_its_history(world: World):
    made = world.deferred(1, promise=MONDAY + DAY)
    world.tick(HOUR)
    world.send(made.reply)
    eva = World.new(world.ledger, "eva")
    waiting = eva.deferred(2, promise=MONDAY + DAY).reply
    world.tick(2 * DAY)
    doubled = world.deferred(3, promise=MONDAY + 9 * DAY)
    assert keys(world.ledger, "eva", eva.account.login, world.account.login) == ["eva", "eva"]
    reply = world.ledger.reply(doubled.reply or 0)
    kept = world.ledger.reply(waiting or 0)
    assert isinstance(reply, ReplyRow)
    assert isinstance(kept, ReplyRow)
    assert (reply.state, reply.reason, kept.state) == ("cancelled", "account moved", "waiting")
    [moved] = [row for row in world.ledger.accounts() if row.login == world.account.login]
    facts = world.facts(mail(9, references=("<1@client>",)), account=moved)
    assert facts.last_reply_at == MONDAY + HOUR
    assert facts.promise is not None
    assert facts.promise.id == made.promise
    assert [row.item.person for row in world.ledger.history(Period(MONDAY, MONDAY + 9 * DAY))] == ["eva"] * 3


def test_what_is_learned_of_a_server_is_merged_and_may_be_forgotten(world: World):
    world.ledger.learn(world.account.id, null_sender="no", saves_sent=True)
    world.ledger.learn(world.account.id, null_sender=None, auth_retry_at=17)
    [row] = world.ledger.accounts()
    assert row.learned == {"saves_sent": True, "auth_retry_at": 17}


def test_a_folder_is_remembered_as_it_was_put(world: World):
    row = FolderRow(world.account.id, "Clients", "watch", 3, 10, 10, MONDAY)
    world.ledger.put_folder(row)
    assert world.ledger.folder(world.account.id, "Clients") == row
    again = FolderRow(world.account.id, "Clients", "watch", 4, 1, 5)
    world.ledger.put_folder(again)
    assert world.ledger.folder(world.account.id, "Clients") == again
    assert [f.name for f in world.ledger.folders(world.account.id)] == ["Deferred", "Sent", "Clients", "INBOX"]
    assert world.ledger.folder(world.account.id, "Nowhere") is None


def test_a_watermark_never_goes_back(world: World):
    world.ledger.advance(world.account.id, Watermark("INBOX", 50, MONDAY))
    world.ledger.advance(world.account.id, Watermark("INBOX", 20, MONDAY - DAY))
    folder = world.ledger.folder(world.account.id, "INBOX")
    assert folder is not None
    assert (folder.next_uid, folder.last_internal_at) == (50, MONDAY)
    world.ledger.advance(world.account.id, Watermark("Deferred", 2))
    deferred = world.ledger.folder(world.account.id, "Deferred")
    assert deferred is not None
    assert (deferred.next_uid, deferred.last_internal_at) == (2, None)


def test_opt_outs_are_per_person_and_can_be_taken_back(world: World):
    waits = world.deferred(1).reply
    says_stop = replace(left(), opt_out=True, correspondent=GARY.key)
    world.admit(mail(2), says_stop)
    World.new(world.ledger, "eva").admit(mail(3), says_stop)
    world.tick(DAY)
    world.admit(mail(4), says_stop)
    assert [(o.person, o.at) for o in world.ledger.opt_outs()] == [("dana", MONDAY), ("eva", MONDAY)]
    reply = world.ledger.reply(waits or 0)
    assert reply is not None
    assert (reply.state, reply.reason) == ("cancelled", "opted-out")
    assert world.ledger.remove_opt_out(GARY.key, "eva") == 1
    assert world.ledger.remove_opt_out(GARY.key) == 1
    assert world.ledger.remove_opt_out(GARY.key) == 0
    assert world.ledger.opt_outs() == []
