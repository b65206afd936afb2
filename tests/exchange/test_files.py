import matplotlib.image
import pytest

from exchange.findings import analysis
from lumbarwatch.exchange.errors import InputError, InputReason
from lumbarwatch.exchange.files import check_outputs, replacing
from lumbarwatch.exchange.outputs import write_analysis


def test_files_take_their_names_together(tmp_path):
    first, second = tmp_path / "a", tmp_path / "b"
    with replacing(first, second) as temporary:
        for path in temporary:
            path.write_text("new")
        assert not first.exists()
    assert first.read_text() == second.read_text() == "new"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b"]


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path):
    first, second = tmp_path / "a", tmp_path / "b"
    first.write_text("old")

    def half():
        with replacing(first, second) as temporary:
            temporary[0].write_text("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        half()
    assert first.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_a_full_disk_is_one_sentence(tmp_path):
    def full():
        with replacing(tmp_path / "a") as (temporary,):
            temporary.write_text("half")
            raise OSError(28, "No space left on device")

    with pytest.raises(InputError, match="No space left"):
        full()
    assert not list(tmp_path.iterdir())


def test_outputs_that_cannot_be_are_refused_before_any_work(tmp_path):
    recording = tmp_path / "in.csv"
    for bad in ((tmp_path,), (tmp_path / "none" / "a",), (tmp_path / "a", tmp_path / "a"), (recording,)):
        with pytest.raises(InputError) as caught:
            check_outputs(*bad, inputs=(recording,))
        assert caught.value.reason is InputReason.BAD_OUTPUT
    check_outputs(tmp_path / "a", inputs=(recording,))


def test_all_outputs_are_written(tmp_path):
    paths = [tmp_path / name for name in ("a.json", "a.parquet", "a.png")]
    write_analysis(analysis(), *paths, title="by hand")
    assert all(path.stat().st_size > 1000 for path in paths)
    assert len(list(tmp_path.iterdir())) == 3
    picture = matplotlib.image.imread(paths[2])
    assert picture.shape[0] >= 700
    assert picture.std() > 0.02  # something is drawn


def test_an_empty_analysis_can_be_drawn(tmp_path):
    write_analysis(analysis(reps=(), sets=()), plot=tmp_path / "a.png")
    assert (tmp_path / "a.png").exists()
