"""PostgreSQL's guards of people and numbers are asked once for a statement, since they leave in batches of hundreds."""

from django.db import migrations

from audit import guard


class Migration(migrations.Migration):
    """The same question to the trail, for all rows at once."""

    dependencies = [
        ("audit", "0006_a_new_entry_is_not_asked"),
        ("contacts", "0027_what_was_decided_for_after_a_death_under_a_hold"),
    ]
    operations = [
        *guard.guard_batch_operations("contacts_contact", "subject_id"),
        *guard.guard_batch_operations("contacts_phone", "contact_id"),
    ]
