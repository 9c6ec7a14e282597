import subprocess
import sys
import tomllib
from argparse import ArgumentParser
from pathlib import Path

import pytest

import halong
from halong import cli
from halong.core.command import CommandError, Needs, Verb


def test_the_version_is_that_of_the_package():
    project = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text())
    assert project["project"]["version"] == halong.__version__


def test_help_names_every_verb_that_is_there(capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main(["--help"])
    assert ended.value.code == 0
    shown = capsys.readouterr().out
    words = {verb.name.split()[0] for verb in cli.verbs()}
    assert {word for word in words if f"\n    {word}" not in shown} == set()
    assert words - set(cli.MODULES) == set()
    assert {"run", "web", "worker", "migrate", "backup", "restore", "doctor", "stop"} - words == set()


def test_every_verb_says_what_it_does():
    assert [verb.name for verb in cli.verbs() if not verb.help] == []
    names = [verb.name for verb in cli.verbs()]
    assert sorted(set(names)) == sorted(names)


def test_one_verb_imports_its_own_module_only():
    code = "import sys\nfrom halong import cli\ncli.verbs('stop')\nprint('django' in sys.modules, 'psycopg' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False False\n"


def handled(verb, line):
    parser = cli.build_parser([verb])
    arguments = parser.parse_args(line)
    return arguments.verb, arguments


def test_a_verb_of_two_words():
    def add(parser: ArgumentParser):
        parser.add_argument("who")

    verb = Verb("user add", "add somebody", lambda a: 0, add, Needs.NOTHING)
    assert handled(verb, ["user", "add", "lan"])[1].who == "lan"


@pytest.fixture
def one_verb(monkeypatch):
    def set_up(handle):
        verb = Verb("stop", "x", handle, needs=Needs.NOTHING)
        monkeypatch.setattr(cli, "verbs", lambda asked=None: [verb])

    return set_up


def test_status_and_errors(one_verb, capsys):
    one_verb(lambda a: 3)
    assert cli.main(["stop"]) == 3

    def fail(arguments):
        raise CommandError("no such thing")

    one_verb(fail)
    assert cli.main(["stop"]) == 1
    assert capsys.readouterr().err == "halong: no such thing\n"


def test_without_a_verb_the_help_is_shown(one_verb, capsys):
    one_verb(lambda a: 0)
    assert cli.main([]) == 0
    assert "usage: halong" in capsys.readouterr().out


def test_a_module_that_is_not_there_is_absent_and_a_broken_one_is_not(monkeypatch, tmp_path):
    assert cli._offered("halong.nowhere.commands") == []
    (tmp_path / "broken_commands.py").write_text("import not_installed_anywhere\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModuleNotFoundError, match="not_installed_anywhere"):
        cli._offered("broken_commands")


def test_a_wrong_port_is_told(monkeypatch, capsys):
    monkeypatch.setenv("HALONG_PORT", "eighty")
    assert cli.main(["web"]) == 1
    assert "HALONG_PORT must be a number" in capsys.readouterr().err
