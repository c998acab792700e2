"""Whatever the user gets wrong: the right exit code, one sentence, and nothing written."""

from __future__ import annotations

import contextlib
import io
import string

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from ganvas import GAN
from ganvas.cli import main
from ganvas.data import digits
from ganvas.errors import UsageError, unknown
from ganvas.recipe import ON_RESUME, Recipe, Settings, flat, plain

RUN = "runs/0000-gan-digits"


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["trian"], "Unknown command 'trian'; did you mean 'train'?"),
        (["-x"], "Unknown command '-x'; known: bench, check, "),
        (["train", "gna"], "Unknown family, recipe or folder 'gna'; did you mean 'gan'?"),
        (["check", "gna"], "Unknown family 'gna'; did you mean 'gan'?"),
        (["check"], "ganvas check needs STR: A built-in family, or file.py:Class."),
        (["list", "all"], "'all' is one word too many."),
        (
            ["train", "gan", "--data", "digts"],
            "Unknown data set or folder 'digts'; did you mean 'digits'?",
        ),
        (["train", "gan", "--data", "no/where"], "The folder 'no/where' does not exist."),
        (["train", "gan", "--data", "empty"], "holds no pictures"),
        (["train", "gan", "--data", "", "--batch", "9"], "No data named: give a folder of"),
        (["train", "photos"], "No data named: give a folder of pictures, or a built-in set"),
        (["train", "gan", "--data", f"{RUN}/log.txt"], "is a file; data is a folder"),
        (["train", "gan", "--stpes", "5"], "Unknown option '--stpes'; did you mean '--steps'?"),
        (["train", "gan", "--G.lrr", "5"], "Unknown option '--G.lrr'; did you mean '--G.lr'?"),
        (["train", "gan", "--batch=8", "more"], "'more' is one word too many."),
        (["train", "gan", "--mirror", "yes"], "'yes' is one word too many."),
        (["train", "gan", "--steps"], "--steps needs a value."),
        (["train", "gan", "--size", "None"], "'None' is no value; leave --size out instead."),
        (["train", "gan", "--minutes=None"], "'None' is no value; leave --minutes out instead."),
        (["train", "gan", "--minutes", "inf"], "minutes = inf: input should be a finite"),
        (["train", "no/such/folder"], "There is no folder 'no/such/folder'."),
        (["train", "gan", "--steps", "many"], "--steps: expected INT, got 'many'."),
        (["train", "gan", "--steps", "1.5"], "--steps: expected INT, got '1.5'."),
        (["train", "gan", "--minutes", "q"], "--minutes: expected FLOAT, got 'q'."),
        (["train", "gan", "--minutes", "nan"], "minutes = nan: input should be a finite number"),
        (
            ["train", "gan", "--loss", "leastsquares", "--g-target", "nan"],
            "g_target = nan: input should be a finite number",
        ),
        (
            ["train", "gan", "--loss", "leastsquares", "--fake-target", "1"],
            "real_target = fake_target = 1, so D has nothing to tell apart",
        ),
        (["train", "gan", "--augment"], "augment takes auto, none or changes, and got nothing."),
        (
            ["train", "gan", "--data", "toy:ring8", "--augment", "cutout"],
            "augment = cutout changes images; 'toy:ring8' is points of (2,).",
        ),
        (["train", "gan", "--G.lr", "fast"], "--G.lr: expected a number or START:END:KIMG"),
        (["train", "gan", "--G.lr", "nan"], "--G.lr: expected a number or START:END:KIMG"),
        (["train", "gan", "--G.lr", "-1"], "G.lr = -1.0: input should be greater than or equal"),
        (["train", "gan", "--D.beta1", "1"], "D.beta1 = 1.0: input should be less than 1."),
        (["train", "gan", "--g-hidden", "a"], "--g-hidden: cannot read 'a'."),
        (["train", "gan", "--loss", "hinges"], "--loss: 'hinges' is none of 'minimax', "),
        (["train", "gan", "--steps", "-1"], "steps = -1: input should be greater than or equal"),
        (["train", "gan", "--batch", "0"], "batch = 0: input should be greater than or equal"),
        (["train", "gan", "--keep", "0"], "keep = 0: input should be greater than or equal to 1."),
        (["train", "gan", "--size", "2"], "size = 2: input should be greater than or equal to 4."),
        (["train", "gan", "--z", "0"], "z = 0: input should be greater than or equal to 1."),
        (["train", "gan", "--threads", "5000"], "threads = 5000: input should be less than"),
        (
            ["train", "gan", "--batch", "10", "--micro-batch", "4"],
            "micro_batch must divide batch, got micro_batch = 4 and batch = 10.",
        ),
        (["train", "gan", "--data", "toy:ring8", "--mirror"], "mirror turns pictures"),
        (["train", "gan", "--data", "toy:ring8", "--size", "8"], "'toy:ring8' is points"),
        (["train", "gan", "--device", "tpu"], "--device: 'tpu' is none of 'auto', 'cpu'"),
        (["train", "gan", "--device", "mps"], "This machine has no mps device"),
        (["train", "no.toml"], "no.toml cannot be read: No such file or directory."),
        (["train", "no.py:GAN"], "There is no file 'no.py'; a family of one's own is"),
        (["train", "own.py:Gna"], "own.py cannot be imported: ZeroDivisionError"),
        (["train", "--resume", "runs"], "runs is not a run: it has no config.toml."),
        (["train", "--resume", "gone"], "gone does not exist. Give the folder that `ganvas train`"),
        (["train", "--resume"], "--resume needs a value."),
        (["train", "gan", "--resume", RUN], "--resume goes on with what"),
        (["report", "runs"], "runs is not a run"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_wrong_command(refused, place, argv, said):
    (place / "own.py").write_text("1 / 0")
    (place / "empty").mkdir()
    refused(argv, 2, said)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("batch = = 3", "is not valid TOML: Invalid value (at line 1, column 9)."),
        ('family = "gan"\nfamily = "gan"', "is not valid TOML: Cannot overwrite a value"),
        ("batch = 3", "The recipe names no family"),
        ('family = "gna"', "Unknown family 'gna'; did you mean 'gan'?"),
        ("family = 3", "Unknown family '3'"),
        ('family = "gan"\nbacth = 3', "Unknown option of settings 'bacth'; did you mean 'batch'?"),
        ('family = "gan"\n[gmae]', "Unknown option of settings 'gmae'"),
        ('family = "gan"\n[game]\nd_step = 3', "Unknown option of game 'd_step'; did you mean 'd_"),
        ('family = "gan"\n[game.G]\nlrr = 1', "Unknown option of game 'G.lrr'; did you mean 'G.lr"),
        ('family = "gan"\n[game]\nG = 3', "G = 3: input should be a dictionary"),
        ('family = "gan"\n[game.G]\nlr = "fast"', "G.lr = 'fast': expected a number or START:END"),
        ('family = "gan"\n[game.G]\nlr = true', "G.lr = True: expected a number"),
        ('family = "gan"\n[game]\ng_hidden = ["a"]', "g_hidden.0 = 'a': input should be a valid i"),
        ('family = "gan"\n[game]\ng_hidden = 4', "g_hidden = 4: input should be a valid tuple."),
        ('family = "gan"\nbatch = "many"', "batch = 'many': input should be a valid integer"),
        ('family = "gan"\nbatch = 1.5', "batch = 1.5: input should be a valid integer"),
        ('family = "gan"\nseed = nan', "seed = nan: input should be"),
        ('family = "gan"\n[batch]\nx = 1', "batch = {'x': 1}: input should be a valid integer"),
        ('family = "gan"\nbatch = 0', "batch = 0: input should be greater than or equal to 1."),
        ('family = "gan"\nbatch = 9\nmicro_batch = 2', "micro_batch must divide batch"),
    ],
)
def test_a_wrong_recipe(refused, place, text, said):
    (place / "x.toml").write_text(text)
    refused(["train", "x.toml", "--steps", "1"], 2, said)


def test_bytes_that_are_no_text(refused, place):
    (place / "x.toml").write_bytes(b"family = '\xff'")
    refused(["train", "x.toml"], 2, "x.toml is not valid TOML")


FORBIDDEN = {
    "batch": "16", "seed": "1", "mirror": None, "data": "mnist", "size": "16", "precision": "bf16",
    "threads": "2", "micro-batch": "8", "z": "9", "g-hidden": "9", "loss": "minimax",
    "d-steps": "2", "gamma": "2", "ema": "1", "G.lr": "1", "D.method": "sgd", "device": "mps",
    "compile": None,
}  # fmt: skip


@pytest.mark.parametrize(("option", "value"), FORBIDDEN.items())
def test_a_change_that_a_resumed_run_cannot_take(refused, option, value):
    more = [f"--{option}"] + ([value] if value else [])
    said = f"is resumed as it was, so {option.replace('-', '_')} cannot change; only steps, "
    refused(["train", "--resume", RUN, *more], 2, said)


def test_all_forbidden_changes_are_named(refused):
    more = ["--batch", "16", "--G.lr", "1", "--steps", "90"]
    refused(["train", "--resume", RUN, *more], 2, "so batch, G.lr cannot change; only")


def test_every_option_is_allowed_on_resume_or_tested_as_forbidden():
    names = {f.replace("-", "_") for f in FORBIDDEN}
    assert {*ON_RESUME, *names} >= {*Settings.__dataclass_fields__}
    assert names - {*Settings.__dataclass_fields__} <= {*flat(plain(GAN()))}


def test_resuming_with_changed_data(refused, monkeypatch):
    load = digits.load

    def changed(size=None):
        data = load(size)
        data.x[0, 0, 0, 0] += 1
        return data

    monkeypatch.setattr(digits, "load", changed)
    refused(["train", "--resume", RUN, "--steps", "30"], 2, "is no longer the data that this run")


def test_resuming_where_the_config_was_edited(refused, place):
    config = place / RUN / "config.toml"
    text = config.read_text()
    assert "\nz = 4\n" in text
    config.write_text(text.replace("\nz = 4\n", "\nz = 5\n"))
    said = "was trained with z = 4 and cannot go on with 5; put 4 back"
    refused(["train", "--resume", RUN, "--steps", "30"], 2, said)


def test_resuming_from_nothing_whole(refused, place):
    for state in (place / RUN).glob("checkpoints/*/state.safetensors"):
        state.write_bytes(state.read_bytes()[:-1])
    before = (place / RUN / "metrics.jsonl").read_bytes()
    assert main(["train", "--resume", RUN]) == 5
    assert main(["sample", RUN]) == 5
    assert (place / RUN / "metrics.jsonl").read_bytes() == before


def test_a_place_that_cannot_be_written(refused, place):
    (place / "file").write_text("")
    more = ["--threads", "1", "--steps", "1", "--outdir", "file"]
    said = "file is a file; outdir is a folder to make runs in."
    refused(["train", "gan", *more], 2, said)
    refused(["train", "gan", *more[:-1], "file/x"], 2, said)


def test_a_class_that_is_not_there(refused, place):
    (place / "own.py").write_text("import ganvas\nclass Mine(ganvas.GAN): pass\n")
    refused(["train", "own.py:Mien"], 2, "Unknown class in own.py 'Mien'; did you mean 'Mine'?")
    (place / "own.py").write_text("")
    refused(["train", "own.py:Mine"], 2, "own.py defines no subclass of ganvas.Game.")


# Typos

LETTERS = string.ascii_lowercase + string.digits
RECIPE = Recipe(game=GAN(), family="gan")


quick = settings(deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)


@st.composite
def edits(draw, names):
    """A name with one letter left out, put in, changed, or two changed round."""
    name = draw(st.sampled_from(names))
    i = draw(st.integers(0, len(name) - 1))
    letter = draw(st.sampled_from(LETTERS))
    edit = draw(st.sampled_from(["drop", "insert", "change", "swap"]))
    return name, edited(name, i, letter, edit)


def edited(name: str, i: int, letter: str, edit: str) -> str:
    swapped = name[:i] + name[i : i + 2][::-1] + name[i + 2 :]
    forms = {
        "drop": name[:i] + name[i + 1 :],
        "insert": name[:i] + letter + name[i:],
        "change": name[:i] + letter + name[i + 1 :],
        "swap": swapped,
    }
    return forms[edit]


def options() -> list[str]:
    """Every key of a resolved recipe with all its settings, dotted: `batch`, `game.G.lr`."""
    return [*Settings.__dataclass_fields__] + [f"game.{name}" for name in flat(plain(RECIPE.game))]


def nested(name: str, value: object) -> dict:
    for part in reversed(name.split(".")):
        value = {part: value}
    return value


@settings(quick, max_examples=100)
@given(edits(options()))
def test_a_mistyped_key_of_a_recipe_is_refused(pair):
    _, typo = pair
    assume(typo not in options() and not typo.endswith(".") and ".." not in typo)
    assume(typo.split(".")[0] and typo not in ("game", "family", "source"))
    with pytest.raises(UsageError):
        RECIPE.merged(nested(typo, 1))


@settings(quick, max_examples=25)
@given(edits([name.removeprefix("game.").replace("_", "-") for name in options()]))
def test_a_mistyped_flag_is_refused(pair):
    _, typo = pair
    valid = {n.removeprefix("game.").replace("_", "-") for n in options()} | {"family", "outdir"}
    assume(typo not in valid and typo and typo[0] != "-")
    said = io.StringIO()
    with contextlib.redirect_stderr(said):
        assert main(["train", "gan", f"--{typo}", "1", "--dry-run"]) == 2
    assert f"Unknown option '--{typo}'; did you mean '--" in said.getvalue()


def test_at_least_95_of_100_typos_name_the_right_key():
    every = [f"--{n.removeprefix('game.').replace('_', '-')}" for n in options()]
    right = total = 0
    for name in every:
        for i in range(2, len(name)):
            for edit in ("drop", "insert", "change", "swap"):
                typo = edited(name, i, LETTERS[(7 * i) % 36], edit)
                if typo not in every and typo != "--":
                    total += 1
                    right += f"did you mean {name!r}?" in str(unknown("option", typo, every))
    assert total > 700
    assert right / total >= 0.95, (right, total)
