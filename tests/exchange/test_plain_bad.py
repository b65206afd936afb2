import pytest

from exchange.bad_inputs import BAD, make
from exchange.tables import columns, write
from lumbarwatch.exchange.errors import InputError, InputReason
from lumbarwatch.exchange.plain import read_plain


@pytest.mark.parametrize("name", [name for name in BAD if name != "noise as MCAP"])
def test_a_bad_table_is_refused_in_one_sentence(name, tmp_path):
    path, reason = make(name, tmp_path)
    with pytest.raises(InputError) as caught:
        read_plain(path)
    sentence = str(caught.value)
    assert caught.value.reason is reason
    assert sentence.endswith(".")
    assert ". " not in sentence
    assert "\n" not in sentence
    assert str(path) in sentence


def test_the_sentence_says_by_how_much_to_multiply(tmp_path):
    table = columns()
    path = write(tmp_path, table | {name: table[name] / 9.80665 for name in ("ax", "ay", "az")})
    with pytest.raises(InputError, match=r"are in g .* multiply them by 9\.80665") as caught:
        read_plain(path)
    assert caught.value.reason is InputReason.ACC_IN_G


def test_the_sentence_says_where_the_word_is(tmp_path):
    path, _ = make("a word among numbers", tmp_path)
    with pytest.raises(InputError, match="row 8, column ax: 'hello'"):
        read_plain(path)


@pytest.mark.parametrize("still", [True, False])
def test_rates_in_degrees_are_found_without_movement_too(still, tmp_path):
    table = columns(5.0 if still else 20.0)
    bias = {name: table[name] + 0.02 for name in ("gx", "gy", "gz")}
    with pytest.raises(InputError) as caught:
        read_plain(write(tmp_path, table | {name: column * 57.2958 for name, column in bias.items()}))
    assert caught.value.reason is InputReason.GYR_IN_DPS
    read_plain(write(tmp_path, table | bias))


def test_slow_rates_in_degrees_are_found_by_gravity(tmp_path):
    table = columns(depths_deg=(25.0, 30.0))
    degrees = {name: table[name] * 57.2958 for name in ("gx", "gy", "gz")}
    assert max(abs(column).max() for column in degrees.values()) < 40.0  # as rad/s not impossible
    with pytest.raises(InputError) as caught:
        read_plain(write(tmp_path, table | degrees))
    assert caught.value.reason is InputReason.GYR_IN_DPS
    assert not read_plain(write(tmp_path, table)).notices


def test_a_poor_sensor_in_right_units_passes(tmp_path):
    table = columns()
    poor = {name: table[name] * 1.03 + 0.2 for name in ("ax", "ay", "az")}
    poor |= {name: table[name] * 1.05 - 0.17 for name in ("gx", "gy", "gz")}
    assert not read_plain(write(tmp_path, table | poor)).notices
