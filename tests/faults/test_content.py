"""Content, people and accounts that change between the asking and the due moment."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from tests.faults import acts
from tests.faults import failpoints as at
from tests.faults.items import HELD, Item, Wanted
from tests.faults.scenarios import scenario
from tests.faults.stage import Stage

BOTH = ("postgres", "sqlite")


def cause_of(stage: Stage, item: Item) -> str:
    """What the row says about why it is held."""
    found = stage.rows("SELECT id, cause FROM schedule WHERE state IN ('held', 'failed')")
    return next((row[1] for row in found if str(row[0]).replace("-", "") == item.schedule_id.hex),
                "")  # fmt: skip


@scenario(29, "trashed while it waits: cancelled with it, never public", *BOTH)
def test_trashed_while_it_waits(stage: Stage):
    stage.open()
    stage.up()
    made = stage.plan(6, due_in=4)
    gone = [acts.put_in_trash(stage, item) for item in made[:3]]
    stage.wait_done()
    stage.check(gone + made[3:])
    assert all(stage.recorder.first(item.path, item.words) is None for item in gone)


@scenario(30, "the address is taken meanwhile: held with the reason, the other stays", *BOTH)
def test_address_taken_meanwhile(stage: Stage):
    stage.open()
    stage.up()
    first = stage.plan(1, due_in=2, slug="the-same")[0]
    second = replace(stage.plan(1, due_in=3, slug="the-same")[0], ends=HELD)
    others = stage.plan(5, due_in=3)
    stage.wait_done()
    assert "/the-same/" in cause_of(stage, second)
    assert first.words in stage.recorder.get(first.path).text
    stage.verdict.note = "second held"
    stage.check([first, *others])
    assert stage.rows("SELECT count(*) FROM schedule WHERE state = 'held'")[0][0] == 1


@scenario(30, "moved to another account meanwhile: cancelled with it, a draft there", *BOTH)
def test_moved_to_another_account(stage: Stage):
    stage.open()
    stage.up()
    made = stage.plan(4, due_in=4)
    gone = [acts.move_to_hamburg(stage, item) for item in made[:2]]
    stage.wait_done()
    stage.check(gone + made[2:])
    for item in gone:
        there = item.path.replace("/s/acme/", "/s/acme-hamburg/")
        assert {stage.recorder.get(path).status for path in (item.path, there)} == {404}


@scenario(31, "edited after it was scheduled: the scheduled text goes live, the rest stays", *BOTH)
def test_edited_after_it_was_scheduled(stage: Stage):
    stage.open()
    stage.up()
    made = stage.plan(3, due_in=4)
    for item in made:
        acts.edit(stage, item, "newer words that nobody scheduled")
    stage.wait_done()
    for item in made:
        text = stage.recorder.get(item.path).text
        assert item.words in text
        assert "newer words" not in text
    stage.check(made)


@scenario(32, "moved or cancelled while it is being carried out: one of the two, never both", *BOTH)
def test_changed_in_flight(stage: Stage):
    stage.open()
    stage.up(workers=0, web=False)
    stage.arm(at.BETWEEN_TICKS, "hold", role="scheduler-1")
    stage.hit(at.BETWEEN_TICKS)
    stage.kill("scheduler-2")
    made = stage.plan(3, due_in=3)
    moved = acts.move(stage, made[0], 8)
    cancelled = acts.cancel(stage, made[1])
    stage.wait(lambda: datetime.now(UTC) > made[2].due_at + timedelta(seconds=0.5), "it is due")
    stage.wake([made[0], made[1]])  # hints of the old time still stand in the queue
    stage.start("worker-1")
    stage.let_go(at.BETWEEN_TICKS)
    stage.wait_done()
    stage.check([moved, cancelled, made[2]])


@scenario(33, "suspended before due: held, and no surprise when it goes on", *BOTH)
def test_suspended_before_due(stage: Stage):
    stage.open()
    stage.up()
    made = [replace(item, ends=HELD) for item in stage.plan(3, due_in=4)]
    cast = stage.cast
    other = stage.write(
        Wanted(cast.bolt, cast.bolt_admin, datetime.now(UTC) + timedelta(seconds=4), 3)
    )
    acts.suspend(stage)
    stage.wait_done()
    acts.reactivate(stage)
    assert all(stage.recorder.get(item.path).status == 404 for item in made)
    later = stage.plan(2, due_in=1.5)
    stage.wait_done()
    stage.check(made + other + later)


@scenario(34, "the approver's right is taken: held. The author's lack of it changes nothing", *BOTH)
def test_right_taken_before_due(stage: Stage):
    stage.open()
    stage.up()
    cast = stage.cast
    due = datetime.now(UTC) + timedelta(seconds=4)
    kept = stage.write(Wanted(cast.acme, cast.admin, due, 3, author=cast.author))
    taken = [replace(item, ends=HELD)
             for item in stage.write(Wanted(cast.acme, cast.publisher, due, 3))]  # fmt: skip
    acts.revoke(stage, cast.publisher)
    acts.revoke(stage, cast.author)
    stage.wait_done()
    assert cause_of(stage, taken[0])
    stage.check(kept + taken)


@scenario(35, "poison among the others: tried, then failed with a reason", *BOTH)
def test_poison(stage: Stage):
    stage.open()
    stage.up()
    poison = [replace(item, ends=HELD) for item in stage.plan(3, due_in=2, terms=("no-uuid",))]
    large = stage.plan(1, due_in=2, body="<p>" + "word " * 1_000_000 + "</p>")
    others = stage.plan(50, due_in=2)
    stage.wait(lambda: stage.waiting() <= len(poison), "the others are done")
    seconds = (datetime.now(UTC) - others[0].due_at).total_seconds()
    assert seconds < 30
    stage.wait_done(150)
    assert cause_of(stage, poison[0])
    stage.check(others)
    assert stage.rows("SELECT count(*) FROM schedule WHERE state = 'failed'")[0][0] == 3
    assert stage.recorder.get(large[0].path).status == 200
    assert all(process.running for process in stage.processes.values())


@scenario(35, "an unforeseen fault in mid-transaction: undone, tried again, published once", *BOTH)
def test_a_fault_in_the_middle(stage: Stage):
    stage.open()
    stage.up(workers=0)
    stage.arm(at.AFTER_FIRST_WRITE, "fail")
    made = stage.plan(40, due_in=1.5)
    stage.hit(at.AFTER_FIRST_WRITE)
    stage.healed()
    stage.wait_done()
    stage.check(made)
