"""PostgreSQL's guards of people and numbers are asked once for a statement, since they leave in batches of hundreds."""

from django.db import migrations

from audit import guard


class Migration(migrations.Migration):
    """The same question to the trail, for all rows at once."""

    dependencies = [("audit", "0006_a_new_entry_is_not_asked"), ("contacts", "0026_a_proof_that_was_used_stays_used")]
    operations = [
        *guard.guard_batch_operations("contacts_contact", "subject_id"),
        *guard.guard_batch_operations("contacts_phone", "contact_id"),
    ]
