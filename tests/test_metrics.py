from halong.ingest.models import Quarantined, Source, SourceMinute


def test_figures_are_counted(client, db):
    source = Source.objects.create(kind="ftp", name="one", state="ok")
    SourceMinute.objects.create(source=source, minute="2026-01-01T00:00Z", accepted=7, duplicate=2)
    Quarantined.objects.create(source=source, reason="malformed", digest="x")
    text = client.get("/metrics").content.decode()
    assert 'halong_sources{state="ok"} 1.0' in text
    assert 'halong_readings_total{outcome="accepted"} 7.0' in text
    assert "halong_quarantine_held 1.0" in text


def test_only_this_machine_asks_without_a_key(client, db):
    assert client.get("/metrics", REMOTE_ADDR="10.0.0.9").status_code == 401
    assert client.get("/metrics", headers={"X-Forwarded-For": "10.0.0.9"}).status_code == 401
