"""What every test shares."""

from tests.audit import cleaning

cleaning.install()
