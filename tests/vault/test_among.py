"""Many ids are one argument, and mean what a list of them means."""

from uuid import uuid4

import pytest

from tests.house import NOON
from vault import persons
from vault.among import Among
from vault.models import PersonKey
from vault.router import ALIAS

pytestmark = [pytest.mark.django_db(databases=["default", ALIAS]), pytest.mark.usefixtures("own_ring")]


def test_it_finds_whom_a_list_finds_with_one_argument(django_assert_num_queries):
    wang, zhou, qian = uuid4(), uuid4(), uuid4()
    persons.make_keys([wang, zhou], at=NOON)
    many = [wang, qian, *(uuid4() for _n in range(2000))]
    with django_assert_num_queries(1, using=ALIAS) as asked:
        found = set(PersonKey.objects.filter(owner__in=Among(many)).values_list("owner", flat=True))
    assert found == {wang}
    assert asked.captured_queries[0]["sql"].count(" IN (SELECT ") == 1
    kept = set(PersonKey.objects.exclude(owner__in=Among(many)).values_list("owner", flat=True))
    assert kept == {zhou}


def test_nobody_is_among_nobody():
    persons.make_keys([uuid4()], at=NOON)
    assert list(PersonKey.objects.filter(owner__in=Among([]))) == []
