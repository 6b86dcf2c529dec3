"""A sheet reads no refusal: who is on the list comes in like anybody, stays closed to all, and is seen by compliance."""

from datetime import timedelta

import pytest

from consent import gate
from contacts import importing, overlap, sweep
from contacts.intake import inviting
from contacts.models import Contact
from tests import house
from tests.contacts.sheetwork import bring, commit, refuse, seen_by, text
from vault import index

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
NINE = house.ZHOU[:-1] + "9"  # a number nobody here has ever had
LATER = house.NOON + timedelta(minutes=5)


def lines(number, consent="是"):
    return text([["王小诺", house.WANG, "是"], ["周静", number, consent], ["钱远", house.QIAN, ""]])


def worlds(home, consent="是", then=lambda sheet: sheet):
    """What Li sees of the same sheet with Zhou's number, which was refused, and with one that nobody knows."""
    refuse(home, house.ZHOU)
    seen = []
    for number in (house.ZHOU, NINE):
        sheet = then(bring(home, lines(number, consent), at=LATER))
        seen.append(seen_by(home.li, sheet))
        if sheet.state == "committed":
            importing.begin(sheet=sheet, deed="undo", by=home.li, at=LATER)
            importing.undo(sheet.pk, at=LATER)
    return seen


@pytest.mark.parametrize("consent", ["是", ""])
def test_a_refused_number_looks_byte_for_byte_like_an_unknown_one(consent):
    refused, unknown = worlds(house.build(), consent)
    assert "3 read" in unknown
    assert refused == unknown


def test_so_it_does_after_saving():
    refused, unknown = worlds(house.build(), then=lambda sheet: commit(sheet, LATER))
    assert "Undo the import" in unknown
    assert refused == unknown


def test_a_row_that_says_less_does_look_different():
    """Else the comparisons above could not fail."""
    home = house.build()
    assert seen_by(home.li, bring(home, lines(NINE))) != seen_by(home.li, bring(home, lines(NINE, "")))


def zhou_comes_in(home):
    """The refusal is there first or is heard between check and saving: the way in is the same."""
    sheet = bring(home, lines(house.ZHOU), at=LATER)
    refuse(home, house.ZHOU)
    commit(sheet, LATER)
    rows = [row for _owner, row in index.rows_by_exact("86" + house.ZHOU)]
    return Contact.objects.get(source="sheet", phones__in=rows)


@pytest.mark.parametrize("action", ["call", "sms", "share", "invite", "reveal_check"])
def test_nobody_may_use_the_number(action):
    home = house.build()
    zhou = zhou_comes_in(home)
    asked = {"by": home.li, "subject": zhou.pk, "action": action, "in_book": True, "may": True, "at": LATER}
    decision = gate.ask(usage=inviting.usage([zhou.pk], stored=[])[zhou.pk], **asked)
    assert (decision.allowed, decision.reason) == (False, "suppressed")


def test_compliance_sees_who_came_back_and_through_whom():
    home = house.build()
    zhou = zhou_comes_in(home)
    (back,) = overlap.returned(by=home.chen, at=LATER).rows
    assert (back.sighting.card.pk, back.sighting.brought_by, back.sighting.verdict.reason) == (zhou.pk, "Li", "suppressed")


def test_they_leave_in_seven_days_like_everybody_who_was_only_noted():
    home = house.build()
    zhou = zhou_comes_in(home)
    assert (zhou.delete_on, zhou.delete_rule) == (LATER + timedelta(days=7), "asserted")
    assert zhou in sweep.due_now(zhou.delete_on)
