"""The clock of this machine jumps: nobody leaves early, and the trail's own time never runs backwards."""

from datetime import timedelta

from django.utils import translation

from contacts.brakes import SENTENCES

LATER, EARLIER = timedelta(days=400).total_seconds(), -timedelta(days=1).total_seconds()
PEOPLE = "SELECT count(*) FROM contacts_contact"
SEALED = "SELECT at_us FROM audit_checkpoint ORDER BY size"


def refused(site, seconds):
    """A sweep by a clock that has jumped: it must not run; answers what it said."""
    running = site.start("sweep", clock=seconds)
    out, err = running.communicate(timeout=900)
    assert running.returncode != 0, out
    return err


def test_a_jump_lets_nobody_leave_and_the_seals_go_on(copy, office, capsys):
    before = copy.rows(PEOPLE)
    for jump in (LATER, EARLIER):
        said = refused(copy, jump)
        with translation.override("en"):
            assert str(SENTENCES["clocks_apart"]) in said
    assert (copy.rows(PEOPLE), copy.rows("SELECT count(*) FROM contacts_departure")) == (before, [(0,)])
    copy.do("seal", "--new-key")
    for jump in (0, LATER, EARLIER, 0):
        copy.tell("write", "3")
        copy.do("seal", **({"clock": jump} if jump else {}))
    moments = [at for (at,) in copy.rows(SEALED)]
    assert len(moments) >= 4 and moments == sorted(set(moments))
    copy.do("audit", "verify")
    copy.do("sweep")
    assert copy.rows(PEOPLE) == [(len(office.held),)], "by the right clock, everybody who is due and nobody else"
    with capsys.disabled():
        print(f"\nclock +400 days and -1 day: 0 left, {len(moments)} seals in order; by the right clock {len(office.due)} left")
