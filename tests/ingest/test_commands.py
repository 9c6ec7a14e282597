import json
from argparse import ArgumentParser

import pytest

from halong.core.command import CommandError
from halong.core.errors import Conflict, Invalid
from halong.ingest.commands import VERBS
from halong.ingest.models import Source


@pytest.fixture
def run(db, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("HALONG_HOME", str(tmp_path))

    def call(name, *arguments):
        verb = next(verb for verb in VERBS if verb.name == name)
        parser = ArgumentParser()
        verb.add_arguments(parser)
        verb.handle(parser.parse_args(arguments))
        return [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    return call


def test_what_a_station_needs_is_printed_once_as_one_object(run):
    [needs] = run(
        "source add",
        "ftp",
        "Trạm 1",
        "--set",
        "entity=urn:ngsi-ld:AirQualityObserved:x",
        "--set",
        "silent_after_s=60",
    )

    assert list(needs) == ["kind", "address", "port", "user", "password", "path", "example"]
    source = Source.objects.get()
    assert (source.silent_after_s, source.settings["entity"]) == (60, "urn:ngsi-ld:AirQualityObserved:x")
    assert needs["password"] not in json.dumps(source.settings)
    assert needs["password"].encode() not in bytes(source.secrets)


@pytest.mark.parametrize(
    ("kind", "chosen", "keys"),
    [
        ("sftp", [], ["kind", "address", "port", "user", "password", "path", "example"]),
        ("mqtt", ["url=mqtt://b:1884"], ["kind", "address", "port", "topic", "example", "payload"]),
        ("http-push", [], ["kind", "address", "port", "key", "path", "example", "url"]),
        ("table", [], ["kind", "address", "port", "path", "example"]),
        ("folder", ["folder=/srv/in"], ["kind"]),
        ("http-pull", ["url=https://a.example/x"], ["kind"]),
        ("ftp-pull", ["host=a.example"], ["kind"]),
        ("sftp-pull", ["host=a.example"], ["kind"]),
    ],
)
def test_each_kind_names_what_applies_to_it(run, kind, chosen, keys):
    [needs] = run("source add", kind, "s", *(part for pair in chosen for part in ("--set", pair)))

    assert [key for key in needs if key in {*keys, "kind"}] == keys
    assert needs["kind"] == kind


def test_a_password_may_be_chosen(run):
    [needs] = run("source add", "ftp", "s", "--set", "user=tram1", "--set", "password=0123456789")

    assert (needs["user"], needs["password"]) == ("tram1", "0123456789")


def test_what_is_wrong_is_said_and_nothing_is_made(run):
    with pytest.raises(CommandError):
        run("source add", "ftp", "s", "--set", "entity")
    with pytest.raises(Invalid, match="entity"):
        run("source add", "ftp", "s", "--set", "entity=no urn")
    with pytest.raises(Invalid, match="nonsense"):
        run("source add", "ftp", "s", "--set", "nonsense=1")
    with pytest.raises(Invalid, match="carrier-pigeon"):
        run("source add", "carrier-pigeon", "s")
    with pytest.raises(CommandError):
        run("source add", "ftp", "s", "--place", "nowhere")
    assert Source.objects.count() == 0


def test_a_name_is_taken_once(run):
    run("source add", "ftp", "s")

    with pytest.raises(Conflict):
        run("source add", "ftp", "s")
    [second] = run("source add", "ftp", "S!")
    assert second["user"] == "s-2" or second["user"].startswith("station")


def test_sources_are_listed_switched_and_removed(run):
    run("source add", "folder", "s", "--set", "folder=/srv/in")

    run("source disable", "s")
    [row] = run("source list")
    assert (row["name"], row["kind"], row["enabled"]) == ("s", "folder", False)
    run("source enable", "s")
    run("source remove", "s")
    assert run("source list") == []
    with pytest.raises(CommandError):
        run("source remove", "s")


def test_every_kind_lists_its_settings(run):
    kinds = {row["kind"] for row in run("source kinds")}

    assert kinds >= {"mqtt", "ftp", "sftp", "folder", "http-push", "http-pull", "table"}
