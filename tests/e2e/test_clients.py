"""Other people's programs at our doors: curl, lftp, openssh, Mosquitto's and paho's clients. What they were told to be
delivered stands in the database when they return.
"""

import json
import shutil
import subprocess
import threading
from datetime import timedelta

import paho.mqtt.client as paho
import pytest
from tests.e2e.brokers import PASSWORD, USER, broker
from tests.e2e.conftest import eventually
from tests.e2e.doors import OBSERVATIONS, PATIENCE, file_name, ftp, now, reading, station_lines, store

pytestmark = pytest.mark.e2e


def program(name):
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} isn't installed")
    return found


def call(*words, **given):
    """Run a program that must succeed; its output."""
    done = subprocess.run(
        [str(word) for word in words], capture_output=True, text=True, timeout=PATIENCE, check=False, **given
    )
    assert done.returncode == 0, f"{words[0]}: {done.stdout[-1000:]}{done.stderr[-1000:]}"
    return done.stdout


def values(product, station, name="pm25"):
    """The values of a series by time, as the database has them now."""
    return [value for _at, value, _quality in product.readings(station, name)]


@pytest.fixture
def bundle(tmp_path):
    """Make a folder of station files, one each five minutes, oldest first, valued 1, 2, 3 …; its files."""

    def make(door, count):
        files = []
        for number in range(count):
            at = now() - timedelta(minutes=5 * (count - number))
            file = tmp_path / file_name(door, at)
            file.write_bytes(station_lines(at, {"PM2,5": number + 1, "PM10": f"{number + 20},5"}))
            files.append(file)
        return files

    return make


@pytest.mark.parametrize("secured", [(), ("--ssl-reqd", "--insecure")], ids=["ftp", "ftps"])
def test_curl_by_ftp(product, station, bundle, secured):
    curl = program("curl")
    door = product.source("ftp", f"curl {station} {len(secured)}", entity=station)
    for file in bundle(door, 3):
        url = f"ftp://{door['address']}:{door['port']}/{file.name}"
        call(curl, "-sS", *secured, "-u", f"{door['user']}:{door['password']}", "-T", file, url)
    assert values(product, station) == [1, 2, 3]
    assert values(product, station, "pm10") == [20.5, 21.5, 22.5]


def test_curl_makes_folders_of_days(product, station, bundle):
    curl = program("curl")
    door = product.source("ftp", f"curl folders {station}", entity=station)
    for file in bundle(door, 2):
        url = f"ftp://{door['address']}:{door['port']}/KHI001/2026/11/23/{file.name}"
        call(curl, "-sS", "--ftp-create-dirs", "-u", f"{door['user']}:{door['password']}", "-T", file, url)
    assert values(product, station) == [1, 2]


def test_a_wrong_password_is_refused(product, station, bundle):
    curl = program("curl")
    door = product.source("ftp", f"wrong password {station}", entity=station)
    url = f"ftp://{door['user']}:wrong@{door['address']}:{door['port']}/{bundle(door, 1)[0].name}"
    done = subprocess.run([curl, "-sS", "-T", bundle(door, 1)[0], url], capture_output=True, check=False)
    assert done.returncode == 67
    assert values(product, station) == []


def test_curl_by_sftp(product, station, bundle):
    curl = program("curl")
    if " sftp" not in call(curl, "--version"):
        pytest.skip("this curl can't do SFTP")
    door = product.source("sftp", f"curl sftp {station}", entity=station)
    for file in bundle(door, 3):
        url = f"sftp://{door['address']}:{door['port']}/{file.name}"
        call(curl, "-sS", "--insecure", "-u", f"{door['user']}:{door['password']}", "-T", file, url)
    assert values(product, station) == [1, 2, 3]


def test_curl_by_http(product, station, tmp_path):
    curl = program("curl")
    at = now()
    items = [reading(station, "pm25", at - timedelta(seconds=n), 7.25) for n in range(9_000)]
    (tmp_path / "body.json").write_text(json.dumps(items))
    words = (curl, "-sS", "--fail", "-H", f"Authorization: Bearer {product.key('ingest.write')}")
    answer = call(*words, "--data-binary", f"@{tmp_path / 'body.json'}", product.url + OBSERVATIONS)
    assert json.loads(answer) == {"accepted": 9_000, "duplicate": 0, "corrected": 0, "quarantined": 0}
    assert values(product, station) == [7.25] * 9_000


@pytest.mark.parametrize("secured", [False, True], ids=["ftp", "ftps"])
def test_lftp(product, station, bundle, secured):
    lftp = program("lftp")
    door = product.source("ftp", f"lftp {station} {secured}", entity=station)
    files = bundle(door, 6)
    security = (
        "set ftp:ssl-force true; set ftp:ssl-protect-data true; set ssl:verify-certificate no"
        if secured
        else "set ftp:ssl-allow no"
    )
    orders = (
        "set net:max-retries 2; set cmd:fail-exit true",
        security,
        f"open -u {door['user']},{door['password']} ftp://{door['address']}:{door['port']}",
        f"put {files[0]}",
        f"put {files[1]} -o {files[1].name}.tmp",
        f"mv {files[1].name}.tmp {files[1].name}",
        f"mirror --reverse --parallel=3 {files[0].parent} 2026/11/23",
        "ls 2026/11/23",
        "bye",
    )
    call(lftp, "-c", "; ".join(orders))
    assert values(product, station) == [1, 2, 3, 4, 5, 6]


@pytest.fixture
def key_pair(tmp_path):
    """The file of a private key, and its public key's line."""
    file = tmp_path / "key"
    call(program("ssh-keygen"), "-q", "-t", "ed25519", "-N", "", "-f", file)
    return file, (tmp_path / "key.pub").read_text().strip()


@pytest.mark.parametrize("name", ["sftp", "scp"])
def test_openssh(product, station, bundle, key_pair, tmp_path, name):
    tool, (secret, public) = program(name), key_pair
    door = product.source("sftp", f"openssh {name} {station}", entity=station, public_keys=public)
    files = bundle(door, 4)
    options = [
        "-q",
        "-P",
        door["port"],
        "-i",
        secret,
        "-o",
        "StrictHostKeyChecking=no",
        "-o",
        "BatchMode=yes",
    ]
    options += ["-o", "IdentitiesOnly=yes", "-o", f"UserKnownHostsFile={tmp_path / 'hosts'}"]
    place = f"{door['user']}@{door['address']}"
    if name == "scp":
        call(tool, *options, *files, f"{place}:{door['path']}")
    else:
        orders = [f"put {file}" for file in files[:2]]
        orders += [
            "mkdir late",
            f"put {files[2]} late/",
            f"put {files[3]} wait.tmp",
            f"rename wait.tmp {files[3].name}",
        ]
        (tmp_path / "orders").write_text("\n".join([*orders, "ls -l", "bye"]))
        call(tool, *options, "-b", tmp_path / "orders", place)
    assert values(product, station) == [1, 2, 3, 4]


def test_a_strangers_key_is_refused(product, station, key_pair, tmp_path):
    sftp, (secret, _public) = program("sftp"), key_pair
    door = product.source("sftp", f"other key {station}", entity=station)
    options = [
        "-q",
        "-P",
        door["port"],
        "-i",
        secret,
        "-o",
        "StrictHostKeyChecking=no",
        "-o",
        "BatchMode=yes",
    ]
    options += ["-o", f"UserKnownHostsFile={tmp_path / 'hosts'}"]
    words = [str(word) for word in (sftp, *options, f"{door['user']}@{door['address']}")]
    assert subprocess.run(words, capture_output=True, timeout=PATIENCE, check=False).returncode == 255


@pytest.fixture(params=[False, True], ids=["plain", "tls"])
def mqtt(request, product, station, tmp_path):
    """A broker and a source that listens to it: what a client needs to publish."""
    with broker(tmp_path, tls=request.param) as port:
        scheme = "mqtts" if request.param else "mqtt"
        given = {"url": f"{scheme}://127.0.0.1:{port}", "user": USER, "password": PASSWORD}
        if request.param:
            given["ca"] = (tmp_path / "broker.pem").read_text()
        name = f"broker of {station} {scheme}"
        door = product.source("mqtt", name, topic="quang-ninh/{entity}/{property}", **given)
        eventually(lambda: state_of(product, name) == "ok", within=30)
        yield {**door, "broker": port, "ca": tmp_path / "broker.pem" if request.param else None, "name": name}
        product.halong("source", "disable", name)


def state_of(product, name):
    lines = [json.loads(line) for line in product.halong("source", "list").splitlines()]
    return next(line["state"] for line in lines if line["name"] == name)


def test_mosquitto_pub(product, station, mqtt):
    publish = program("mosquitto_pub")
    words = [publish, "-h", "127.0.0.1", "-p", mqtt["broker"], "-u", USER, "-P", PASSWORD]
    words += ["--cafile", mqtt["ca"]] if mqtt["ca"] else []
    at = now()
    for qos in (0, 1, 2):
        message = json.dumps({"time": (at - timedelta(minutes=3 - qos)).isoformat(), "value": qos + 1})
        call(*words, "-q", qos, "-t", f"quang-ninh/{station}/pm25", "-m", message)
    call(
        *words,
        "-q",
        1,
        "-t",
        f"quang-ninh/{station}/pm25",
        "-m",
        json.dumps({"time": at.isoformat(), "value": 4}),
    )
    assert eventually(lambda: len(found := values(product, station)) >= 4 and found) == [1, 2, 3, 4]


def test_paho(product, station, mqtt):
    client = paho.Client(paho.CallbackAPIVersion.VERSION2, protocol=paho.MQTTv5)
    client.username_pw_set(USER, PASSWORD)
    if mqtt["ca"]:
        client.tls_set(ca_certs=str(mqtt["ca"]))
    arrived, count, at = threading.Event(), 300, now()
    client.on_connect = lambda *_given: arrived.set()
    client.connect("127.0.0.1", mqtt["broker"])
    client.loop_start()
    try:
        assert arrived.wait(PATIENCE)
        sent = [
            client.publish(
                f"quang-ninh/{station}/pm25",
                json.dumps({"time": (at - timedelta(seconds=count - n)).isoformat(), "value": n}),
                qos=1 + n % 2,
            )
            for n in range(count)
        ]
        for message in sent:
            message.wait_for_publish(PATIENCE)
    finally:
        client.disconnect()
        client.loop_stop()
    assert eventually(lambda: len(found := values(product, station)) >= count and found, within=30) == [
        *range(count)
    ]


def test_what_mqtt_brings_and_nobody_understands_is_held(product, station, mqtt):
    publish = program("mosquitto_pub")
    words = [publish, "-h", "127.0.0.1", "-p", mqtt["broker"], "-u", USER, "-P", PASSWORD, "-q", "1"]
    words += ["--cafile", mqtt["ca"]] if mqtt["ca"] else []
    for message in (
        "\x00\x01\x02",
        '{"value": "many"}',
        '{"time": "yesterday", "value": 1}',
        "[" * 1000,
        "{}",
    ):
        call(*words, "-t", f"quang-ninh/{station}/pm25", "-s", input=message)
    held = "SELECT count(*) FROM ingest_quarantined q JOIN ingest_source s ON s.id = q.source_id WHERE s.name = %s"
    assert (
        eventually(
            lambda: product.rows(held, mqtt["name"])[0][0] >= 5 and product.rows(held, mqtt["name"])[0][0]
        )
        == 5
    )
    assert values(product, station) == []


def test_stations_that_say_the_same_are_not_taken_for_one(product, new_station):
    """Two stations of one account may measure the same at the same moment."""
    assert new_station() != new_station()
    door, at = product.source("ftp", f"twins {now():%H%M%S}"), now() - timedelta(minutes=5)
    names = [f"QN_TWIN_KHI{n}_{now():%H%M%S}" for n in range(3)]
    with ftp(door) as client:
        for name in names:
            assert store(client, f"{name}_{at:%Y%m%d%H%M%S}.txt", station_lines(at, {"PM2,5": 12}))
    for name in names:
        assert values(product, f"urn:ngsi-ld:AirQualityObserved:{name}") == [12]


def test_a_new_station_that_tells_of_more_the_next_moment(product):
    """What a file opens is known to the file right after it."""
    door, at, name = product.source("ftp", f"more {now():%H%M%S}"), now(), f"QN_MORE_KHI{now():%H%M%S}"
    symbols = {"PM2,5": "pm25", "PM10": "pm10", "SO2": "so2", "NO2": "no2", "O3": "o3"}
    with ftp(door) as client:
        for n, symbol in enumerate(symbols):
            earlier = at - timedelta(minutes=n)
            file = f"{name}_{earlier:%Y%m%d%H%M%S}.txt"
            assert store(client, file, station_lines(earlier, {symbol: 12, "CO": 400}))
    urn = f"urn:ngsi-ld:AirQualityObserved:{name}"
    assert [values(product, urn, prop) for prop in symbols.values()] == [[12]] * 5
    assert values(product, urn, "co") == [400] * 5
