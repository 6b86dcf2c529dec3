"""The closed table of services: which purposes each needs. Whatever is not listed there may be refused without losing it (A8).

Beside the register of purposes and read with it: the validator of notices, the gate's actions, and every page on which
something is stopped. Serves A8 (PIPL 16).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core import checks
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from consent import register
from consent.actions import ACTIONS
from consent.models.notice import Basis


@dataclass(frozen=True)
class Service:
    """What somebody gets from the office: its name, the purposes without which it cannot be, and the actions it is done by."""

    name: Promise
    necessary_purposes: tuple[str, ...]
    actions: tuple[str, ...] = ()


CONTRACT = "contract"
SERVICES: Mapping[str, Service] = {
    "answers": Service(
        _("answers by telephone to what was asked"),
        ("phone_contact",),
        ("call", "reveal_call_by_hand", "reveal_callback", "reveal_check", "invite"),
    ),
    "messages": Service(_("materials and answers by text message"), ("sms_info",), ("sms",)),
    "partner": Service(_("an offer of a partner"), ("partner_share",), ("share",)),
    "mention": Service(_("being named in public"), ("public_mention",), ("publish",)),
    "credit": Service(_("advice that rests on a credit report"), ("credit_report_query",), ("query_credit",)),
    CONTRACT: Service(_("service of a contract that runs"), ("service_notice",), ("service_call",)),
    "records": Service(_("records that the law asks for"), ("statutory_record",)),
}


def of_action(action: str) -> str:
    """The service that an action is a part of; empty for one that nobody declared."""
    return next((code for code, service in SERVICES.items() if action in service.actions), "")


def needs(service: str) -> frozenset[str]:
    """The purposes that a service cannot be without; none for a service that nobody declared."""
    return frozenset(SERVICES[service].necessary_purposes) if service in SERVICES else frozenset()


def ended_by(purposes: Iterable[str]) -> list[str]:
    """The services that end when these purposes are refused or taken back: those that need one of them (A8)."""
    refused = set(purposes)
    return [code for code in SERVICES if refused & needs(code)]


def had_with(purposes: Iterable[str]) -> list[str]:
    """The services that somebody gets for whom these purposes stand: those that need nothing else (A8)."""
    stand = set(purposes)
    return [code for code in SERVICES if needs(code) <= stand]


def name(code: str) -> str:
    """A service in the reader's language; an unknown code as it is."""
    return str(SERVICES[code].name) if code in SERVICES else code


def not_needed(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Which of these (service, purpose) make a service depend on a purpose that it does not need (A8)."""
    known = [pair for pair in pairs if pair[0] in SERVICES and pair[1] in register.BY_CODE]
    return sorted(pair for pair in known if pair[1] not in needs(pair[0]))


def problems(table: Mapping[str, Service], purposes: Mapping[str, dict[str, Any]]) -> list[str]:
    """What is wrong with such a table, as codes of services, purposes and actions; empty for one that may stand.

    Each action is of one service, which needs the action's purpose; each purpose is one of the register; one that stands on
    consent is needed by one service alone, so that no service is held back to get a yes to another.
    """
    doers = [action for service in table.values() for action in service.actions]
    wanted = [code for service in table.values() for code in service.necessary_purposes]
    found = [f"{action}: of one service" for action in ACTIONS if doers.count(action) != 1]
    found += [f"{action}: no action" for action in doers if action not in ACTIONS]
    found += [f"{code}: needs a purpose" for code, service in table.items() if not service.necessary_purposes]
    found += [f"{code}: no purpose" for code in wanted if code not in purposes]
    found += [f"{code}: of no service" for code in purposes if code not in wanted]
    asked = [code for code, row in purposes.items() if Basis.CONSENT in row["bases"]]
    found += [f"{code}: tied" for code in asked if wanted.count(code) > 1]
    return found + _alone(table, purposes, set(asked))


def _alone(table: Mapping[str, Service], purposes: Mapping[str, dict[str, Any]], asked: set[str]) -> list[str]:
    """What is done by a purpose its service does not need, and what another basis carries but a consent could end."""
    found = []
    for code, service in table.items():
        mixed = {name in asked for name in service.necessary_purposes if name in purposes}
        found += [f"{code}: mixed"] if len(mixed) > 1 else []
        mine = [ACTIONS[action] for action in service.actions if action in ACTIONS]
        found += [f"{code}: {known.purpose}" for known in mine if known.purpose not in service.necessary_purposes]
    return found


@checks.register(checks.Tags.models)
def every_service_needs_what_it_does(app_configs: Any = None, **kwargs: Any) -> list[checks.CheckMessage]:
    """Refuse to start while a service depends on what it does not need."""
    return [checks.Error(problem, id="consent.E010") for problem in problems(SERVICES, register.BY_CODE)]
