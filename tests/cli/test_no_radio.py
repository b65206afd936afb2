"""Without Bluetooth every command says so in one sentence with what to do: exit code 3, no traceback."""

import subprocess
import sys

import pytest

COMMANDS = [
    ["scan"], ["doctor"], ["record"], ["record", "--duration", "5"], ["pair"], ["pair", "--by", "light"],
    ["pair", "--pelvis", "A", "--lumbar", "B"], ["run", "--no-browser", "--port", "0"],
]  # fmt: skip

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="elsewhere Bluetooth can't be taken away from a process"
)


@pytest.fixture(scope="module")
def ended(tmp_path_factory):
    """All commands, two at a time: exit code, output and errors."""
    nowhere = {"DBUS_SYSTEM_BUS_ADDRESS": "unix:path=/nonexistent", "PATH": "/usr/bin:/bin", "HOME": "/"}
    code = "from lumbarwatch.cli.main import main; main()"
    found = {}
    for first in range(0, len(COMMANDS), 2):
        started = []
        for words in COMMANDS[first : first + 2]:
            data = [] if words[0] == "doctor" else ["--data", str(tmp_path_factory.mktemp("data"))]
            command = [sys.executable, "-c", code, *words, *data]
            started.append((words, subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=nowhere
            )))  # fmt: skip
        for words, process in started:
            output, errors = process.communicate(timeout=90)
            found[tuple(words)] = (process.returncode, output, errors)
    return found


@pytest.mark.timeout(240)
@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_computer_without_bluetooth_is_told_what_to_do(ended, words):
    code, output, errors = ended[tuple(words)]
    assert code == 3, errors
    told = [line for line in errors.splitlines() if line.startswith("lumbarwatch: ")]
    assert len(told) == 1
    assert told[0].startswith("lumbarwatch: No Bluetooth adapter was found: plug one in")
    assert "lumbarwatch demo" in told[0]
    assert "Traceback" not in output + errors
    if words == ["doctor"]:
        assert "bleak 3." in output


@pytest.mark.parametrize("words", [["--pelvis", "A"], ["--lumbar", "A"]])
def test_one_named_sensor_is_no_pair(monkeypatch, capsys, words):
    from lumbarwatch.cli.main import main

    monkeypatch.setattr("sys.argv", ["lumbarwatch", "pair", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert "Name both sensors" in capsys.readouterr().err
