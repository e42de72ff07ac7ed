"""Any of Pillow's pixel modes as the 8-bit RGB that a person expects to see."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

from visualizer.data.inputs import Pixels

_BEHIND_ALPHA = (128, 128, 128)  # mid grey: the value that says least to a standardised network
_PART = 1 << 20  # values that are rescaled at a time


def to_rgb(image: Image.Image) -> tuple[Image.Image, tuple[str, ...]]:
    """``image``, already loaded, in mode RGB, and notes about what was done to it."""
    if image.mode == "RGB" and not image.has_transparency_data:
        return image, ()
    if image.mode.startswith("I;16"):
        return _grey(_rescale(np.asarray(image), 0, 65535)), ()
    if image.mode in ("I", "F"):
        return _from_wide_values(image)
    if image.mode == "CMYK":
        return _from_cmyk(image), ()
    if image.has_transparency_data:
        picture = Image.new("RGB", image.size, _BEHIND_ALPHA)
        opaque = image.convert("RGBA")
        picture.paste(opaque, mask=opaque)
        return picture, ("transparent parts are shown over grey",) if _is_seen_through(opaque) else ()
    return image.convert("RGB"), ()


def _is_seen_through(image: Image.Image) -> bool:
    lowest, _ = image.getchannel("A").getextrema()
    return bool(lowest != 255)


def _from_wide_values(image: Image.Image) -> tuple[Image.Image, tuple[str, ...]]:
    """32-bit values, whose white no header tells: the smallest usual range that holds them all is taken.

    0…1 (floating point only), 0…255 and 0…65535 are usual; other values are stretched between their extremes.
    A portable grey map (PGM) is read by Pillow as 0…65535, whatever its values.
    """
    values, notes = _without_gaps(np.asarray(image))
    low, high = float(values.min()), float(values.max())
    whites = (1.0, 255.0, 65535.0)
    usual = whites[2:] if image.format == "PPM" else whites[1:] if image.mode == "I" else whites
    white = next((white for white in usual if low >= 0 and high <= white), None)
    if white is not None:
        return _grey(_rescale(values, 0, white)), notes
    stretched = f"values {low:g} … {high:g} were stretched to 0 … 255"
    return _grey(_rescale(values, low, high)), (*notes, stretched)


def _without_gaps(values: NDArray[Any]) -> tuple[NDArray[Any], tuple[str, ...]]:
    """``values`` with infinity as the largest, and minus infinity and NaN as the smallest of the others."""
    finite = np.isfinite(values)
    if finite.all():
        return values, ()
    if not finite.any():
        return np.zeros_like(values), ("no value is a finite number; all are shown as black",)
    low, high = values.min(where=finite, initial=np.inf), values.max(where=finite, initial=-np.inf)
    note = "values that are infinite or not a number are shown as the lightest or darkest"
    return np.nan_to_num(values, nan=low, posinf=high, neginf=low), (note,)


def _rescale(values: NDArray[Any], black: float, white: float) -> Pixels:
    flat = values.reshape(-1)
    pixels: Pixels = np.empty(flat.shape, np.uint8)
    scale = 255 / max(white - black, 1e-300)
    # 32 bits cannot hold the difference of their own extremes; in parts, for the sake of memory.
    for start in range(0, flat.size, _PART):
        part = slice(start, start + _PART)
        scaled = (flat[part].astype(np.float64) - black) * scale
        pixels[part] = np.rint(np.clip(scaled, 0, 255))
    return pixels.reshape(values.shape)


def _grey(values: Pixels) -> Image.Image:
    return Image.fromarray(values).convert("RGB")


def _from_cmyk(image: Image.Image) -> Image.Image:
    """Through the file's own colour profile where it has a good one, else by the plain complement."""
    profile = image.info.get("icc_profile")
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            screen = ImageCms.createProfile("sRGB")
            converted = ImageCms.profileToProfile(image, source, screen, outputMode="RGB")
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            converted = None
        if converted is not None:
            return converted
    return image.convert("RGB")
