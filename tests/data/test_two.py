"""Two domains: each in an order of its own, or in pairs; and what is refused before training."""

from __future__ import annotations

import dataclasses
import json
import re
import shutil
import time

import numpy as np
import pytest
import torch
from PIL import Image

from ganvas import data
from ganvas.data import Dataset, Paired, Stream, TwoDomains, Unpaired
from ganvas.data.apart import checked
from ganvas.data.batches import DataSpec
from ganvas.data.two import called, find, resolved
from ganvas.errors import DataError, UsageError


def numbered(name, count, first):
    """Pictures whose left pixel is their number, so that rows can be told apart."""
    x = torch.zeros(count, 3, 4, 4, dtype=torch.uint8)
    x[:, 0, :, 0] = (first + torch.arange(count)).byte()[:, None]
    x[:, 1] = torch.arange(4).byte()  # not grey
    return Dataset(name, x)


def numbers(x):
    return x[:, 0].amax((1, 2)).long().tolist()


def stream(paired, counts=(12, 8), **options):
    two = TwoDomains("two", numbered("a", counts[0], 1), numbered("b", counts[1], 101), paired)
    return Stream(two, 6, 0, (0, 255), **options)


def test_each_domain_without_pairs_has_an_order_of_its_own():
    draw = stream(paired=False)
    batches = [draw(i) for i in range(4)]
    assert all(isinstance(batch, Unpaired) for batch in batches)
    a = [n for batch in batches[:2] for n in numbers(batch.a)]
    assert sorted(a) == list(range(1, 13))
    b = [n for batch in batches for n in numbers(batch.b)]
    assert sorted(b) == sorted(3 * list(range(101, 109))), "eight, three times over"
    equal = stream(paired=False, counts=(12, 12))(0)
    assert numbers(equal.a) != [n - 100 for n in numbers(equal.b)]


def test_pairs_share_order_and_flip():
    batch = stream(paired=True, counts=(12, 12), mirror=True)(0)
    assert isinstance(batch, Paired)
    assert numbers(batch.a) == [n - 100 for n in numbers(batch.b)]
    flipped = [x[:, 0, 0, 0] == 0 for x in batch]
    assert torch.equal(*flipped)
    assert flipped[0].any()
    assert not flipped[0].all()


def test_without_pairs_flips_are_apart():
    batch = stream(paired=False, counts=(12, 12), mirror=True)(0)
    assert not torch.equal(batch.a[:, 0, 0, 0] == 0, batch.b[:, 0, 0, 0] == 0)


@pytest.mark.parametrize("paired", [False, True])
def test_the_parts_of_both_domains_make_up_the_whole(paired):
    draw = stream(paired, (12, 12), mirror=True)
    whole, parts = draw(1), [draw(1, i, 3) for i in range(3)]
    for i in (0, 1):
        assert torch.equal(torch.cat([part[i] for part in parts]), whole[i])


def test_the_spec_tells_both_and_survives_json():
    spec = stream(False).dataset.spec
    assert (spec.gives, spec.count, spec.b.count, spec.b.name) == (Unpaired, 12, 8, "b")
    assert DataSpec.of(json.loads(json.dumps(dataclasses.asdict(spec)))) == spec
    plain = data.load("digits").spec
    assert DataSpec.of(json.loads(json.dumps(dataclasses.asdict(plain)))) == plain
    assert data.find("edges:digits", size=16).spec.gives is Paired


def test_the_content_decides_the_fingerprint():
    one, other = stream(False, (8, 8)).dataset, stream(True, (8, 8)).dataset
    assert one.fingerprint != other.fingerprint
    again = dataclasses.replace(one, name="other")
    assert again.fingerprint == one.fingerprint
    assert dataclasses.replace(one, a=one.b, b=one.a).fingerprint != one.fingerprint


def picture(path, colour="red", size=(20, 12), seed=0):
    path.parent.mkdir(parents=True, exist_ok=True)
    noise = np.random.default_rng(seed).integers(0, 255, (size[1], size[0], 3), np.uint8)
    image = Image.fromarray(noise)
    (image.convert("L") if colour == "grey" else image).save(path)


@pytest.fixture
def folders(tmp_path, monkeypatch):
    """Two folders of three pictures each; `pairs` with halves; `grey`; `one` with one picture."""
    monkeypatch.chdir(tmp_path)
    for i in range(3):
        picture(tmp_path / f"shoes/{i}.png", seed=i)
        picture(tmp_path / f"dresses/{i}.jpg", seed=9 + i)
        picture(tmp_path / f"halves/{i}.png", size=(40, 20), seed=i)
        picture(tmp_path / f"grey/{i}.png", "grey", seed=20 + i)
    picture(tmp_path / "one/only.png")
    return tmp_path


def test_two_folders_without_pairs(folders):
    two = data.unpaired("shoes", "dresses/", size=8)
    assert (two.name, two.a.name, two.b.name) == ("shoes-dresses", "shoes", "dresses")
    assert (two.paired, tuple(two.a.x.shape)) == (False, (3, 3, 8, 8))
    assert find(two.source, size=8).fingerprint == two.fingerprint
    assert resolved(two.source) == f"unpaired:{folders / 'shoes'}|{folders / 'dresses'}"


def test_pairs_have_one_name_whatever_their_ending(folders):
    two = data.paired("shoes", "dresses", size=8)
    assert two.paired
    assert torch.equal(two.b.x, data.load("dresses", size=8).x)
    picture(folders / "dresses/0a.jpg")
    picture(folders / "shoes/9.png")
    picture(folders / "shoes/8.png")
    with pytest.raises(UsageError) as caught:
        data.paired("shoes", "dresses")
    assert "2 of 'shoes' are not in 'dresses': 8, 9; 1 of 'dresses'" in str(caught.value)
    for i in range(20):
        picture(folders / f"dresses/{50 + i}.png")
    with pytest.raises(UsageError, match=r": 0a, 50, 51, 52, 53, 54, 55, 56, 57, 58, …\.$"):
        data.paired("shoes", "dresses")


def test_halves_of_one_picture(folders):
    two = data.paired("halves", size=20)
    whole = np.asarray(Image.open("halves/1.png")).transpose(2, 0, 1)
    assert np.array_equal(two.a.x[1].numpy(), whole[:, :, :20])
    assert np.array_equal(two.b.x[1].numpy(), whole[:, :, 20:])
    assert (two.name, two.a.name, two.source) == ("halves", "left of halves", "pairs:halves")
    picture(folders / "halves/3.png", size=(20, 20))
    with pytest.raises(DataError, match="20 x 20 pixels are too narrow for two halves"):
        data.paired("halves")
    turned = Image.Exif()
    turned[0x0112] = 6  # the camera lay on its side
    picture(folders / "halves/4.jpg", size=(400, 533))
    Image.new("RGB", (533, 400)).save("halves/5.jpg", exif=turned)
    with pytest.raises(DataError) as caught:
        data.paired("halves")
    assert str(caught.value).count("(400 x 533 pixels are too narrow") == 2, "not of a JPEG's draft"


def test_a_pair_is_left_out_whole(folders):
    for i in range(3, 30):
        picture(folders / f"shoes/{i}.png", seed=i)
        picture(folders / f"dresses/{i}.png", seed=i)
    (folders / "dresses/7.png").write_bytes(b"no picture")
    with pytest.warns(UserWarning, match=r"Skipped 1 of the 30 pictures in 'dresses': '7.png'"):
        two = data.paired("shoes", "dresses", size=8)
    assert len(two.a) == len(two.b) == 29
    same = [torch.equal(a, b) for a, b in zip(two.a.x, two.b.x)]
    assert sum(same) == 26, "all but the first three are still beside their counterparts"


def test_of_pairs_too_links_out_of_the_folder_are_told(folders):
    for i in range(3, 30):
        picture(folders / f"shoes/{i}.png", seed=i)
        picture(folders / f"dresses/{i}.png", seed=i)
    for name in ("shoes", "dresses"):
        (folders / name / "99.png").symlink_to(folders / "one/only.png")
    with pytest.warns(
        UserWarning, match=r"Skipped 1 of the 31 pictures in '.*': '99.png' \(a link"
    ):
        assert len(data.paired("shoes", "dresses", size=8)) == 30


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("unpaired:shoes|shoes/", "Both domains are 'shoes'"),
        ("unpaired:shoes|grey", "All pictures of 'grey' are grey, those of 'shoes' are not"),
        ("unpaired:shoes|one", "holds 1 image; at least 2 needed"),
        ("unpaired:shoes|nowhere/", "The folder 'nowhere/' does not exist"),
        ("unpaired:shoes", "--a and --b each need a folder or a set's name; got 'shoes'."),
        ("unpaired:|shoes", "--a and --b each need a folder or a set's name; got '', 'shoes'."),
        ("unpaired:x|y|shoes", "got 'x', 'y', 'shoes'. No name can hold a |."),
        ("pairs:|shoes", "--pairs needs two folders, or one of pictures of two halves; got ''"),
        ("edges:", "edges: needs a folder or a set's name; got ''."),
        ("unpaired:shoes|shapes", "is two domains; here one is needed, 'shapes:a' or 'shapes:b'."),
        ("unpaired:shoes|digits", "'shoes' is 64 x 64 and 'digits' 8 x 8 pixels"),
        ("unpaired:shoes|toy:ring8", "one domain is pictures, the other points"),
        ("pairs:one|one", "Both domains are 'one'"),
        ("pairs:one", "20 x 12"),
        ("pairs:shoes|nowhere", "'nowhere' does not exist"),
        ("pairs:shoes|one", "3 of 'shoes' are not in 'one': 0, 1, 2; 1 of 'one'"),
        ("edges:nowhere/", "does not exist"),
        ("edges:nowhere", "Unknown data set or folder 'nowhere'; known: "),
        ("shapez", "did you mean 'shapes'"),
    ],
)
def test_what_does_not_go_together_is_told_first(folders, text, said):
    if text == "pairs:one":
        picture(folders / "one/only.png", size=(60, 20))
        said = "holds 1 image"
    with pytest.raises(UsageError, match=re.escape(said)):
        find(text)


@pytest.mark.parametrize("numbers", [(0, 1, 2), (2, 0, 1), (1, 1, 2, 0)])
def test_the_same_pictures_under_any_names_and_in_any_order_are_refused(folders, numbers):
    for i, seed in enumerate(numbers):
        picture(folders / f"copy/{i}.png", seed=seed)
    with pytest.raises(UsageError, match="'shoes' and 'copy', hold the same samples; a trans"):
        data.unpaired("shoes", "copy")


def test_pairs_of_the_same_pictures_are_refused(folders):
    shutil.copytree("shoes", "copy")
    with pytest.raises(UsageError, match="'shoes' and 'copy', hold the same samples"):
        data.paired("shoes", "copy")
    picture(folders / "copy/0.png", seed=1)
    picture(folders / "copy/1.png", seed=0)
    assert data.paired("shoes", "copy").paired, "each beside another"


def test_a_domain_of_one_picture_many_times_is_refused(folders):
    for i in range(3):
        picture(folders / f"dupes/{i}.png", seed=30)
        picture(folders / f"flat/{i}.png", size=(40, 20), seed=30)
    for text, told in (
        ("unpaired:dupes|shoes", "domain a, 'dupes'"),
        ("unpaired:shoes|dupes", "domain b, 'dupes'"),
        ("pairs:shoes|dupes", "domain b, 'dupes'"),
        ("pairs:flat", "domain a, 'left of flat'"),
        ("edges:dupes", "domain a, 'edges of dupes'"),
    ):
        with pytest.raises(UsageError) as caught:
            find(text)
        assert str(caught.value) == (
            f"All 3 samples of {told}, are the same; at least 2 that differ are needed."
        )


def test_pictures_that_both_domains_share_are_told(folders):
    picture(folders / "shoes/3.png", seed=9)
    picture(folders / "dresses/3.png", seed=1)
    with pytest.warns(UserWarning, match=r"^1 samples are in both domains, 'shoes' \(4\) and 'd"):
        data.unpaired("shoes", "dresses", size=8)


def test_a_hundred_thousand_pictures_are_compared_in_seconds():
    x = torch.arange(100_000, dtype=torch.int32).view(torch.uint8).view(-1, 1, 2, 2)
    x = x.repeat(1, 3, 16, 16)  # 3 x 32 x 32
    start = time.process_time()
    with pytest.raises(UsageError, match="hold the same samples"):
        checked(TwoDomains("two", Dataset("a", x), Dataset("b", x.flip(0))))
    assert time.process_time() - start < 10


def test_one_domain_is_not_two():
    with pytest.raises(UsageError, match="'shapes' is two domains"):
        data.load("shapes")
    with pytest.raises(UsageError, match="points, not pictures"):
        find("toy:5to10", size=8)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("unpaired:/x/shoes|/y/dresses/", "shoes-dresses"),
        ("pairs:/x/old|/x/new", "old-new"),
        ("pairs:/x/facades", "facades"),
        ("edges:/x/shoes", "edges-shoes"),
        ("mnist:test", "mnist:test"),
        ("..", ".."),
    ],
)
def test_what_data_are_called(text, name):
    assert called(text) == name
