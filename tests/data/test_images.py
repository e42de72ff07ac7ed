import io
import json
import threading

import numpy as np
import pytest
from picture_checks import REFUSED, encoded, pixels_of, refusal
from PIL import Image, ImageCms, ImageOps

from visualizer.data.images import read_image, read_image_bytes, thumbnail
from visualizer.data.inputs import Input
from visualizer.errors import UserError

# ---- the table of real files ----


def test_every_real_file_does_what_the_table_says(shared_data, capfd):
    table = json.loads((shared_data / "photos" / "expected.json").read_text(encoding="utf-8"))["files"]
    assert len(table) >= 80
    for name, row in table.items():
        path = shared_data / "photos" / name
        if row["result"] == "ok" and name not in REFUSED:
            input = read_image(path)
            assert input.pixels.shape == (row["upright"][1], row["upright"][0], 3), name
            assert input.pixels.dtype == np.uint8
            assert not input.pixels.flags.writeable
            assert (input.name, input.source) == (path.name, path)
            frames = row.get("frames", 1)
            assert (f"first of {frames} frames" in input.notes) == (frames > 1), name
        else:
            assert path.name in refusal(path)
    written = capfd.readouterr()
    assert (written.out, written.err) == ("", "")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("html_named.jpg", "HTML"),
        ("pdf_named.png", "PDF"),
        ("svg_named.png", "SVG"),
        ("text_named.png", "text"),
        ("safetensors_named.png", "weights"),
        ("zero_bytes.jpg", "empty"),
        ("half_cat.jpg", "cut off"),
        ("truncated_png.png", "cut off"),
        ("png_signature_only.png", "cut off"),
        ("bomb_176megapixel_rgb.png", "64 megapixels"),
        ("decompression_bomb.gif", "64 megapixels"),
        ("decompression_bomb.ico", "64 megapixels"),
        ("claims_65535x65535.jpg", "64 megapixels"),
        ("bmp_really_big.bmp", "64 megapixels"),
    ],
)
def test_the_sentence_says_what_is_wrong(name, words, shared_data):
    assert words in refusal(shared_data / "photos" / "malformed" / name)


def test_damage_behind_the_pixels_is_noted(shared_data):
    input = read_image(shared_data / "photos" / "malformed" / "truncated_end_chunk.png")
    assert any("damaged" in note for note in input.notes)


def test_turned_pictures_show_the_same_scene(shared_data):
    upright = read_image(shared_data / "photos" / "landscape_exif1.jpg").pixels.astype(int)
    for turned in ("landscape_exif3.jpg", "landscape_exif6.jpg"):
        other = read_image(shared_data / "photos" / turned).pixels.astype(int)
        # A number is drawn in each, the rest is the same but for the compression.
        assert np.median(np.abs(upright - other)) <= 3


def test_16_bit_grey_is_not_white(shared_data):
    deep = read_image(shared_data / "photos" / "camera_16bit_grey.png").pixels
    assert np.array_equal(deep, read_image(shared_data / "photos" / "camera_grey.png").pixels)


def test_inverted_cmyk_is_red(shared_data):
    red, green, blue = read_image(shared_data / "photos" / "red_cmyk_small.jpg").pixels.reshape(-1, 3).T
    assert red.max() > 200
    assert red.mean() > 2 * max(green.mean(), blue.mean())


# ---- modes ----

RAMP = np.arange(256, dtype=np.uint8).reshape(16, 16)


def as_grey(values):
    return np.repeat(values[..., None], 3, axis=2)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_as_pillow_turns_it(orientation):
    image = Image.fromarray(np.random.default_rng(0).integers(0, 256, (4, 6, 3), dtype=np.uint8))
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = encoded(image, exif=exif)
    expected = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
    assert np.array_equal(pixels_of(data), np.asarray(expected))


def test_alpha_over_mid_grey():
    image = Image.fromarray(np.array([[[200, 0, 0, 255], [200, 0, 0, 0], [200, 0, 0, 128]]], np.uint8))
    input = read_image_bytes(encoded(image), "alpha")
    assert input.pixels[0].tolist() == [[200, 0, 0], [128, 128, 128], [164, 64, 64]]
    assert input.notes == ("transparent parts are shown over grey",)
    image.putalpha(255)
    assert read_image_bytes(encoded(image), "opaque").notes == ()


def test_grey_with_alpha_and_palette_with_transparency():
    image = Image.merge("LA", (Image.new("L", (1, 1), 90), Image.new("L", (1, 1), 0)))
    assert pixels_of(encoded(image))[0, 0].tolist() == [128] * 3
    palette = Image.new("P", (2, 1))
    palette.putpalette([10, 20, 30, 40, 50, 60])
    palette.putpixel((1, 0), 1)
    assert pixels_of(encoded(palette))[0].tolist() == [[10, 20, 30], [40, 50, 60]]
    assert pixels_of(encoded(palette, transparency=1))[0].tolist() == [[10, 20, 30], [128, 128, 128]]
    assert pixels_of(encoded(palette, "GIF", transparency=1))[0].tolist() == [[10, 20, 30], [128, 128, 128]]


def test_one_bit_and_grey():
    assert pixels_of(encoded(Image.fromarray(RAMP > 99)))[0, 0].tolist() == [0, 0, 0]
    assert np.array_equal(pixels_of(encoded(Image.fromarray(RAMP))), as_grey(RAMP))


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "PPM"])
def test_16_bit_grey_keeps_its_top_byte(kind):
    deep = RAMP.astype(np.uint16) * 257
    assert np.array_equal(pixels_of(encoded(Image.fromarray(deep), kind)), as_grey(RAMP))


@pytest.mark.parametrize(
    ("white", "dtype"), [(1, np.float32), (255, np.float32), (65535, np.float32), (255, np.int32)]
)
def test_wide_values_of_a_usual_range(white, dtype):
    values = (RAMP / 255 * white).astype(dtype)
    input = read_image_bytes(encoded(Image.fromarray(values), "TIFF"), "wide")
    assert np.array_equal(input.pixels, as_grey(RAMP))
    assert input.notes == ()


def test_wide_values_of_any_other_range_are_stretched():
    values = np.array([[-3.0, 2.0, 7.0]], np.float32)
    input = read_image_bytes(encoded(Image.fromarray(values), "TIFF"), "wide")
    assert input.pixels[0, :, 0].tolist() == [0, 128, 255]
    assert input.notes == ("values -3 … 7 were stretched to 0 … 255",)


@pytest.mark.parametrize("high", [3e38, 1e-40])
def test_wide_values_at_the_ends_of_their_type(high):
    values = np.array([[-high, 0, high]], np.float32)
    assert pixels_of(encoded(Image.fromarray(values), "TIFF"))[0, :, 0].tolist() == [0, 128, 255]


def test_values_that_are_not_numbers_are_noted():
    values = np.array([[5.0, np.nan, np.inf, -np.inf, 255.0]], np.float32)
    input = read_image_bytes(encoded(Image.fromarray(values), "TIFF"), "gaps")
    assert input.pixels[0, :, 0].tolist() == [5, 5, 255, 5, 255]
    assert len(input.notes) == 1
    assert "not a number" in input.notes[0]
    input = read_image_bytes(encoded(Image.fromarray(values[:, 1:4]), "TIFF"), "no number")
    assert (input.pixels == 0).all()
    assert "black" in input.notes[0]


def test_slow_textures_are_not_opened():
    with pytest.raises(UserError, match="not a picture"):
        read_image_bytes(encoded(Image.new("P", (4, 4)), "BLP"), "texture")


def test_lab_and_ycbcr():
    rgb = Image.new("RGB", (8, 8), (200, 60, 40))
    lab = ImageCms.profileToProfile(
        rgb, ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), outputMode="LAB"
    )
    assert np.abs(pixels_of(encoded(lab, "TIFF")).astype(int) - np.asarray(rgb)).max() <= 4
    ycbcr = encoded(rgb.convert("YCbCr"), "TIFF")
    assert np.abs(pixels_of(ycbcr).astype(int) - np.asarray(rgb)).max() <= 4


def test_cmyk_with_a_profile_that_is_broken():
    data = encoded(Image.new("CMYK", (8, 8), (0, 255, 255, 0)), "TIFF", icc_profile=b"not a profile")
    assert pixels_of(data)[0, 0].tolist() == [255, 0, 0]


def test_pasted_bytes_have_no_source():
    input = read_image_bytes(encoded(Image.new("RGB", (2, 2))), "pasted")
    assert (input.name, input.source) == ("pasted", None)


# ---- limits ----


def test_threads_read_at_the_same_time(shared_data):
    path = shared_data / "photos" / "malformed" / "bad_exif.jpg"  # Pillow warns about it
    failures = []

    def read():
        try:
            for _ in range(10):
                read_image(path)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


# ---- thumbnails ----


def test_thumbnails(shared_data):
    path = shared_data / "photos" / "landscape_exif6.jpg"
    small = thumbnail(path, 96)
    assert (small.shape, small.dtype) == ((64, 96, 3), np.uint8)
    full = thumbnail(read_image(path), 96)
    assert np.abs(small.astype(int) - full).mean() < 4
    assert thumbnail(shared_data / "photos" / "espresso_4000x20.png", 50).shape == (1, 50, 3)
    tiny = Input(np.zeros((5, 3, 3), np.uint8), "tiny")
    assert thumbnail(tiny, 96).shape == (5, 3, 3)
    with pytest.raises(UserError):
        thumbnail(shared_data / "photos" / "malformed" / "half_cat.jpg", 96)
