"""What every test shares."""

import pytest

from tests.audit import cleaning

cleaning.install()


def pytest_addoption(parser):
    """The drills in full length: `manage.py test tests/drills --drills`."""
    parser.addoption("--drills", action="store_true", help="kill the sweep sixty times instead of ten")


@pytest.fixture(autouse=True)
def quick_passwords(settings):
    """Argon2 is slow on purpose; six accounts a story need not be."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
