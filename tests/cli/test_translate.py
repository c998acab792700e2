"""`ganvas translate`: sizes, transparency and turns kept, what is there left alone."""

from __future__ import annotations

import io
import re
import struct
import sys
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
import torch
from PIL import Image, ImageCms

import ganvas
from ganvas.cli import main, translate_picture
from ganvas.cli.translate_video import video
from ganvas.data import Dataset, TwoDomains
from ganvas.errors import UsageError
from ganvas.families.discogan import DiscoGAN
from ganvas.families.pix2pix import Pix2Pix
from ganvas.model import Model
from ganvas.state import build

TINY = ["--width", "2", "--size", "8", "--steps", "2", "--batch", "4", "--log-every", "1"]


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A folder with a run between two folders of pictures."""
    place = tmp_path_factory.mktemp("translated")
    draw = np.random.default_rng(0)
    for folder in ("warm", "cold"):
        (place / folder).mkdir()
        for i in range(4):
            pixels = draw.integers(0, 255, (20, 30, 3), np.uint8)
            Image.fromarray(pixels).save(place / folder / f"{i}.png")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        patch.setattr("ganvas.report.write", lambda run: run / "report.html")
        assert main(["train", "discogan", "--a", "warm", "--b", "cold/", *TINY]) == 0
    return place


@pytest.fixture
def run(trained, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return str(trained / "runs/0000-discogan-warm-cold")


def picture(size=(30, 20), mode="RGB", seed=0):
    pixels = np.random.default_rng(seed).integers(0, 255, (size[1], size[0], len(mode)), np.uint8)
    return Image.fromarray(pixels.squeeze())


def test_the_run_knows_its_domains(run):
    model = ganvas.load(run)
    assert (model.data.name, model.data.b.name) == ("warm-cold", "cold")
    assert model.data.b.count == 4
    config = Path(run, "config.toml").read_text()
    assert 'data = "unpaired:' in config
    assert "warm|" in config


def test_a_picture_keeps_its_size(run):
    picture((41, 23)).save("in.png")
    assert main(["translate", run, "in.png", "out.png"]) == 0
    with Image.open("out.png") as out:
        assert (out.size, out.mode) == ((41, 23), "RGB")
    assert main(["translate", run, "in.png", "own.png", "--own-size", "--to", "a"]) == 0
    with Image.open("own.png") as out:
        assert out.size == (41, 23)


def test_transparency_is_kept(run):
    picture(mode="RGBA").save("in.png")
    assert main(["translate", run, "in.png", "out.webp"]) == 0
    assert main(["translate", run, "in.png", "out.png"]) == 0
    with Image.open("in.png") as given, Image.open("out.png") as out:
        assert out.mode == "RGBA"
        assert np.array_equal(np.asarray(given)[..., 3], np.asarray(out)[..., 3])
    assert main(["translate", run, "in.png", "out.jpg"]) == 0
    with Image.open("out.jpg") as out:
        assert out.mode == "RGB"


def test_pictures_come_out_upright_once(run):
    image = picture((40, 16))
    turned = Image.Exif()
    turned[0x0112] = 6  # the camera lay on its side
    image.save("in.jpg", exif=turned, quality=95)
    image.transpose(Image.Transpose.ROTATE_270).save("upright.png")
    assert main(["translate", run, "in.jpg", "out.png"]) == 0
    assert main(["translate", run, "upright.png", "wanted.png"]) == 0
    with Image.open("out.png") as out, Image.open("wanted.png") as wanted:
        assert out.size == (16, 40)
        assert 0x0112 not in out.getexif()
        apart = np.abs(np.asarray(out).astype(int) - np.asarray(wanted))
        assert apart.mean() < 3, "but for the JPEG"
    with Image.open("in.jpg") as given, Image.open("out.png") as out:
        assert np.array_equal(np.asarray(ganvas.load(run).translate(given)), np.asarray(out))
    image.save("in.tif", exif=turned)
    assert main(["translate", run, "in.tif", "out2.png"]) == 0
    with Image.open("out2.png") as out, Image.open("wanted.png") as wanted:
        assert np.array_equal(np.asarray(out), np.asarray(wanted))


@pytest.mark.parametrize("many", [True, False])
def test_a_folder_with_what_cannot_be_read(run, tmp_path, capsys, many):
    (tmp_path / "in/deep").mkdir(parents=True)
    picture().save("in/1.png")
    picture(mode="L").save("in/deep/2.pgm")
    (tmp_path / "in/3.jpg").write_bytes(b"no picture")
    (tmp_path / "in/notes.txt").write_text("nothing")
    for i in range(0 if many else 20):
        picture().save(f"in/more{i:02d}.png")
    before = {p: p.read_bytes() for p in (tmp_path / "in").rglob("*") if p.is_file()}
    assert main(["translate", run, "in", "out", "--to", "b"]) == (3 if many else 0)
    out, err = capsys.readouterr()
    assert out == "out\n1 skipped\n"
    assert "skipped in/3.jpg (not a PNG" in err.replace("\n", " ")
    assert ("1 of 3 pictures could not be read, more than 5%" in err.replace("\n", " ")) == many
    found = sorted(str(p.relative_to(tmp_path / "out")) for p in (tmp_path / "out").rglob("*.*"))
    more = [] if many else [f"more{i:02d}.png" for i in range(20)]
    assert found == ["1.png", "deep/2.pgm.png", *more]
    assert {p: p.read_bytes() for p in before} == before


def test_a_place_that_is_missing_is_told(run, capsys):
    assert main(["translate", run, "in"]) == 2
    said = "ganvas translate needs PATH: Where the translation goes: a file for a file,"
    assert said in capsys.readouterr().err.replace("\n", " ")


def test_when_nothing_can_be_read(run, tmp_path, capsys):
    (tmp_path / "in").mkdir()
    (tmp_path / "in/1.png").write_bytes(b"")
    assert main(["translate", run, "in", "out"]) == 3
    assert "Nothing of in could be read; nothing is written." in capsys.readouterr().err


def test_frames_of_an_animation_that_cannot_be_read_are_skipped(run, tmp_path, capsys):
    frames = [picture(seed=i) for i in range(4)]
    frames[0].save("whole.gif", save_all=True, append_images=frames[1:], loop=0)
    whole = Path("whole.gif").read_bytes()
    Path("in.gif").write_bytes(whole[: int(0.9 * len(whole))])
    assert main(["translate", run, "in.gif", "out.gif"]) == 0
    out, err = capsys.readouterr()
    assert out == "out.gif\n1 skipped\n"
    assert "skipped frame 4 of in.gif (" in err
    with Image.open("out.gif") as made:
        assert made.n_frames == 3


def test_frames_and_pages(run, capsys):
    pages = [picture(seed=i) for i in range(3)]
    pages[0].save("in.tif", save_all=True, append_images=pages[1:])
    assert main(["translate", run, "in.tif", "out.tif"]) == 0
    with Image.open("out.tif") as made:
        assert (made.n_frames, made.mode) == (3, "RGB")
    capsys.readouterr()
    assert main(["translate", run, "in.tif", "out.jpg"]) == 0
    out, err = capsys.readouterr()
    assert out == "out.jpg\n1 skipped\n"
    assert "skipped frames 2 to 3 of in.tif (a JPEG holds one)" in err


def test_two_that_would_become_one_are_refused(run, tmp_path, capsys):
    (tmp_path / "in").mkdir()
    picture().save("in/pic.bmp")
    picture(seed=1).save("in/pic.bmp.png")
    assert main(["translate", run, "in", "out"]) == 2
    err = capsys.readouterr().err.replace("\n", " ")
    assert "in/pic.bmp and in/pic.bmp.png would both become out/pic.bmp.png" in err
    assert not (tmp_path / "out").exists()


def test_a_folder_that_is_stopped_says_how_far_it_came(run, tmp_path, monkeypatch, capsys):
    from ganvas.cli import translate

    (tmp_path / "in").mkdir()
    for i in range(3):
        picture(seed=i).save(f"in/{i}.png")
    whole = translate.picture

    def stopped(path, *args, **options):
        if path.name == "2.png":
            raise KeyboardInterrupt
        return whole(path, *args, **options)

    monkeypatch.setattr(translate, "picture", stopped)
    assert main(["translate", run, "in", "out"]) == 130
    assert "2 of 3 translated" in capsys.readouterr().err
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["0.png", "1.png"]


def test_what_a_folder_holds_besides_pictures_is_named(run, tmp_path, capsys):
    (tmp_path / "in").mkdir()
    (tmp_path / "elsewhere").mkdir()
    picture().save("in/1.png")
    picture().save("elsewhere/2.png")
    (tmp_path / "in/film.mp4").write_bytes(b"")
    (tmp_path / "in/out.png").symlink_to(tmp_path / "elsewhere/2.png")
    (tmp_path / "in/more").symlink_to(tmp_path / "elsewhere")
    assert main(["translate", run, "in", "out"]) == 0
    out, err = capsys.readouterr()
    assert out == "out\n3 skipped\n"
    assert "film.mp4 (a video; videos are translated one by one)" in err
    assert "in/out.png (" in err
    assert "in/more (a link to a folder is not followed)" in err


def test_an_animation_keeps_its_frames_and_pauses(run):
    frames = [picture(mode="RGBA", seed=i) for i in range(3)]
    for i, frame in enumerate(frames):
        frame.putalpha(
            Image.fromarray(np.pad(np.full((20, 15), 255, np.uint8), ((0, 0), (i, 15 - i))))
        )
    frames[0].save(
        "in.gif",
        save_all=True,
        append_images=frames[1:],
        duration=[70, 140, 210],
        loop=3,
        disposal=2,
    )
    assert main(["translate", run, "in.gif", "out.gif"]) == 0
    with Image.open("in.gif") as given, Image.open("out.gif") as out:
        assert out.n_frames == given.n_frames == 3
        for i in range(3):
            given.seek(i), out.seek(i)
            assert out.info["duration"] == given.info["duration"]
            alpha = [np.asarray(x.convert("RGBA"))[..., 3] for x in (given, out)]
            assert np.array_equal(*alpha), i
        assert out.info["loop"] == 3


def test_model_translate(run, trained):
    model = ganvas.load(run)
    image = picture((30, 20))
    made = model.translate(image, to="b")
    assert (made.size, made.mode) == ((30, 20), "RGB")
    x = torch.randint(0, 255, (3, 3, 8, 8), generator=torch.Generator().manual_seed(0)).byte()
    there = model.translate(x, "b")
    assert (there.dtype, there.shape) == (torch.uint8, x.shape)
    expected = model.nets.G["b"](x.float() / 255) * 255
    assert torch.equal(there, expected.round().byte())
    assert not torch.equal(there, model.translate(x, "a"))
    with pytest.raises(UsageError, match=r"'warm-cold' is uint8 \(N, 3, H, W\); got float32"):
        model.translate(x.float(), "b")
    with pytest.raises(UsageError, match="into b and a, not into 'c'"):
        model.translate(image, "c")
    with pytest.raises(UsageError, match=r"translates into b or a\. Use `ganvas translate`"):
        model.sample(4)


def test_one_direction_and_other_channels():
    x = torch.randint(0, 255, (4, 1, 8, 8), generator=torch.Generator().manual_seed(0)).byte()
    data = TwoDomains("p", Dataset("a", x), Dataset("b", x.repeat(1, 3, 1, 1)), paired=True)
    game = Pix2Pix(width=2, layers=1)
    model = Model(game, build(game, data.spec, 0), data.spec)
    made = model.translate(picture((9, 13)), "b")
    assert (made.mode, made.size) == ("RGB", (9, 13))
    with pytest.raises(UsageError, match="into b, not into 'a'"):
        model.translate(picture(), "a")
    back = Pix2Pix(width=2, layers=1, to="a")
    model = Model(back, build(back, data.spec, 0), data.spec)
    assert model.translate(picture((9, 13)), "a").mode == "L"


def test_points(tmp_path):
    points = Dataset("a", torch.zeros(4, 2)), Dataset("b", torch.ones(4, 3))
    data = TwoDomains("points", *points)
    game = DiscoGAN(network="mlp", width=2)
    model = Model(game, build(game, data.spec, 0), data.spec)
    assert tuple(model.translate(torch.zeros(5, 2), "b").shape) == (5, 3)
    with pytest.raises(UsageError, match=r"is float32 \(N, 3\)"):
        model.translate(torch.zeros(5, 2), "a")
    with pytest.raises(UsageError, match="give a tensor"):
        model.translate(picture(), "b")


def test_the_python_of_the_page_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    page = (Path(__file__).parents[2] / "docs/translate.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    exec(compile(code, "translate.md", "exec"), {})
    assert (tmp_path / "runs/0000-discogan-shapes").is_dir()


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["in.png", "in.png"], "in.png is the picture itself"),
        (["in.png", "link.png"], "link.png is the picture itself"),
        (["in.png", "."], "in.png is the picture itself"),
        (["in.png", "out.txt"], "out.txt should end in .png"),
        (["in.png", "no/out.png"], "The folder 'no' does not exist"),
        (["nothing.png", "out.png"], "There is no picture and no folder 'nothing.png'"),
        (["in.png", "out.png", "--to", "c"], "not into 'c'"),
        (["dir", "dir"], "dir is dir or lies in it"),
        (["dir", "dir/out"], "dir/out is dir or lies in it"),
        (["dir", "full"], "full is not an empty folder"),
        (["dir", "in.png"], "in.png is named as a file; a folder is translated into a new folder"),
        (["dir", "new.gif"], "new.gif is named as a file"),
        (["dir", "in"], "in is not an empty folder"),
        (["in.png", "full"], "full/in.png is there already; name the file itself to write over it"),
        (["empty", "out"], "'empty' holds no pictures"),
    ],
)
def test_what_is_refused(run, tmp_path, capsys, argv, said):
    picture().save("in.png")
    (tmp_path / "link.png").symlink_to(tmp_path / "in.png")
    for name in ("dir", "full", "empty"):
        (tmp_path / name).mkdir()
    picture().save("dir/1.png")
    picture().save("full/1.png")
    picture().save("full/in.png")
    (tmp_path / "in").write_text("a file")
    before = sorted(tmp_path.rglob("*"))
    assert main(["translate", run, *argv]) == 2
    out, err = capsys.readouterr()
    assert (out, said in err) == ("", True), err
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["--a", "warm"], "Two domains are --a DIR --b DIR"),
        (["--a", "warm", "--b", "cold", "--data", "shapes"], "Two domains are"),
        (["--pairs", "warm", "cold", "x"], "Two domains are"),
        (["--a", "warm", "--b", "warm"], "Both domains are 'warm'"),
        (["--a", "warm", "--b", "grey"], "All pictures of 'grey' are grey"),
        (["--a", "warm", "--b", "single"], "holds 1 image; at least 2 needed"),
        (["--pairs", "warm", "grey"], "1 of 'warm' are not in 'grey': 3"),
        (
            ["--pairs", "warm", "cold"],
            "DiscoGAN plays with Unpaired(a, b); 'warm-cold' gives Paired",
        ),
        (["--data", "digits"], "DiscoGAN plays with Unpaired(a, b); 'digits' gives Labelled"),
        (["--measure-every", "1", "--data", "shapes"], "leave it out for a translation"),
    ],
)
def test_bad_data_is_told_before_training(trained, monkeypatch, capsys, argv, said):
    monkeypatch.chdir(trained)
    (trained / "grey").mkdir(exist_ok=True)
    (trained / "single").mkdir(exist_ok=True)
    picture().save("single/1.png")
    for i in range(3):
        picture(mode="L", seed=50 + i).save(f"grey/{i}.png")
    before = len(list((trained / "runs").iterdir()))
    assert main(["train", "discogan", *argv, "--steps", "1", "--width", "2"]) == 2
    assert said in capsys.readouterr().err.replace("\n", " ")
    assert len(list((trained / "runs").iterdir())) == before


def test_sample_and_walk_point_to_translate(run, capsys):
    for command in ("sample", "walk"):
        assert main([command, run]) == 2
        assert "Use `ganvas translate`" in capsys.readouterr().err


def test_train_takes_two_domains_from_python(trained, monkeypatch, tmp_path):
    monkeypatch.chdir(trained)
    monkeypatch.setattr("ganvas.report.write", lambda run: run / "report.html")
    two = ganvas.data.unpaired("warm", "cold", size=8)
    model = ganvas.train(DiscoGAN(width=2), two, steps=1, batch=4, outdir=tmp_path)
    assert model.data.shape == (3, 8, 8)
    assert (tmp_path / "0000-discogan-warm-cold/config.toml").is_file()
    by_hand = TwoDomains("x", two.a, two.b)
    with pytest.raises(UsageError, match="put together by hand"):
        ganvas.train(DiscoGAN(width=2), by_hand, steps=1, outdir=tmp_path)


def test_videos_without_pyav(run, tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "av", None)
    (tmp_path / "in.mp4").write_bytes(b"")
    assert main(["translate", run, "in.mp4", "out.mp4"]) == 2
    assert "pip install 'ganvas[video]'" in capsys.readouterr().err
    assert not (tmp_path / "out.mp4").exists()


@pytest.mark.usefixtures("run")
def test_a_profile_of_colours_is_not_given_to_greys():
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    picture().save("in.png", icc_profile=profile)
    for mode, kept in (("RGB", profile), ("L", None)):
        content, _ = translate_picture.picture(
            Path("in.png"), lambda image, mode=mode: image.convert(mode), "PNG", bar=False
        )
        assert Image.open(io.BytesIO(content)).info.get("icc_profile") == kept


def filmed(path, size, *, frames=7, sound=False, shown=None):
    """A film of noise, 12 frames a second or each at its millisecond, and a tone beside it."""
    with av.open(path, "w") as made:
        stream = made.add_stream("mpeg4", rate=12)
        stream.width, stream.height, stream.pix_fmt, stream.gop_size = *size, "yuv420p", 1
        tone = made.add_stream("aac", rate=8000, layout="mono") if sound else None
        if shown:
            stream.time_base = stream.codec_context.time_base = Fraction(1, 1000)
        for i in range(frames):
            frame = av.VideoFrame.from_image(picture(size, seed=i))
            if shown:
                frame.pts, frame.time_base = shown[i], Fraction(1, 1000)
            made.mux(stream.encode(frame))
        made.mux(stream.encode())
        if tone:
            wave = np.sin(np.arange(4096, dtype=np.float32) / 3)[None]
            frame = av.AudioFrame.from_ndarray(wave, format="fltp", layout="mono")
            frame.rate, frame.pts = 8000, 0
            made.mux(tone.encode(frame))
            made.mux(tone.encode())


def heard(path):
    with av.open(path) as film:
        return [bytes(p) for p in film.demux(audio=0) if p.dts is not None]


def times(path):
    with av.open(path) as film:
        return [float(f.time) for f in film.decode(video=0)]


def test_a_video_frame_by_frame(run):
    filmed("in.mp4", (33, 21), sound=True)
    assert main(["translate", run, "in.mp4", "out.mp4"]) == 0
    with av.open("in.mp4") as given, av.open("out.mp4") as out:
        one, other = given.streams.video[0], out.streams.video[0]
        assert (other.width, other.height, other.average_rate) == (32, 20, one.average_rate)
    assert times("out.mp4") == pytest.approx(times("in.mp4"), abs=1e-3)
    assert len(times("out.mp4")) == 7
    assert heard("out.mp4") == heard("in.mp4") != []


def test_a_video_keeps_uneven_times(run):
    shown = [0, 33, 67, 133, 140, 500, 501]
    filmed("in.mp4", (32, 20), shown=shown)
    assert main(["translate", run, "in.mp4", "out.mp4"]) == 0
    assert times("out.mp4") == pytest.approx([each / 1000 for each in shown], abs=1e-4)


@pytest.mark.usefixtures("run")
def test_a_video_taken_on_its_side_comes_out_upright():
    filmed("in.mp4", (32, 20))
    whole = bytearray(Path("in.mp4").read_bytes())
    at = whole.index(b"tkhd") + 44  # the matrix by which the track is shown
    whole[at : at + 36] = struct.pack(">9i", 0, 1 << 16, 0, -1 << 16, 0, 0, 20 << 16, 0, 1 << 30)
    Path("in.mp4").write_bytes(whole)
    seen = []
    assert not video(Path("in.mp4"), Path("out.mp4"), lambda image: seen.append(image) or image)
    with av.open("in.mp4") as film:
        lying = next(film.decode(video=0)).to_image()
    assert np.array_equal(seen[0], lying.transpose(Image.Transpose.ROTATE_270))
    with av.open("out.mp4") as film:
        assert (film.streams.video[0].width, film.streams.video[0].height) == (20, 32)


def spoilt(path, *, frames=slice(2, 3), share=1.0):
    """Makes the last `share` of these frames zeros."""
    with av.open(path) as film:
        packets = [p for p in film.demux(video=0) if p.dts is not None][frames]
        places = [(p.pos + p.size, round(share * p.size)) for p in packets]
    whole = bytearray(Path(path).read_bytes())
    for end, size in places:
        whole[end - size : end] = bytes(size)
    Path(path).write_bytes(whole)


@pytest.mark.usefixtures("run")
def test_a_frame_that_is_read_in_part_is_skipped():
    filmed("in.avi", (32, 20))
    spoilt("in.avi", share=0.5)
    (skipped,) = video(Path("in.avi"), Path("out.avi"), lambda image: image)
    assert skipped == "a frame of in.avi at 0.17 s (it is damaged)"
    assert len(times("out.avi")) == 6
    assert times("out.avi") == sorted(times("out.avi"))


def test_a_video_of_which_nothing_can_be_read(run, tmp_path, capsys):
    filmed("in.mp4", (32, 20))
    spoilt("in.mp4", frames=slice(None))
    assert main(["translate", run, "in.mp4", "out.mp4"]) == 3
    assert "No frame of in.mp4 can be read." in capsys.readouterr().err
    assert [p.name for p in tmp_path.glob("*out*")] == []


def test_a_frame_of_a_video_that_cannot_be_read_is_skipped(run, capsys):
    filmed("in.mp4", (32, 20))
    spoilt("in.mp4")
    capsys.readouterr()
    assert main(["translate", run, "in.mp4", "out.mp4"]) == 0
    out, err = capsys.readouterr()
    assert out == "out.mp4\n1 skipped\n"
    assert "skipped a frame of in.mp4 at 0.17 s" in err
    assert len(times("out.mp4")) == 6


def test_what_is_no_video_and_sound_that_does_not_fit(run, tmp_path, capsys):
    (tmp_path / "bad.mp4").write_bytes(b"no video" * 100)
    assert main(["translate", run, "bad.mp4", "out.mp4"]) == 3
    assert "bad.mp4 cannot be read as a video" in capsys.readouterr().err
    filmed("in.mp4", (32, 20), sound=True)
    assert main(["translate", run, "in.mp4", "out.webm"]) == 2
    err = capsys.readouterr().err.replace("\n", " ")
    assert "A .webm cannot hold the sound of in.mp4, which is aac; end the name in .mp4." in err
    assert [p.name for p in tmp_path.glob("*out*")] == []
