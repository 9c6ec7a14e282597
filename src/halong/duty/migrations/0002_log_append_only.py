"""The duty log is only ever added to, whoever writes: a trigger refuses everything else."""

from django.db import migrations

APPEND_ONLY = """
CREATE FUNCTION duty_log_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the duty log is append-only' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER duty_log_append_only BEFORE UPDATE OR DELETE ON duty_logentry
    FOR EACH ROW EXECUTE FUNCTION duty_log_append_only();
"""
DROP = "DROP FUNCTION duty_log_append_only() CASCADE"


class Migration(migrations.Migration):
    """See above."""

    dependencies = [("duty", "0001_initial")]
    operations = [migrations.RunSQL(APPEND_ONLY, DROP)]
