"""The database says no first: guarded consents, append-only events, final notices, lasting refusals."""

from django.db import migrations

from audit import guard


class Migration(migrations.Migration):
    """Triggers of the consent floor."""

    dependencies = [("consent", "0002_initial"), ("audit", "0001_initial")]
    operations = [
        *guard.guard_operations("consent_consent", "subject_id"),
        *guard.append_only_operations("consent_consentevent"),
        *guard.append_only_operations("consent_decision"),
        *guard.immutable_when_operations("consent_noticeversion", "OLD.published_at IS NOT NULL"),
    ]
