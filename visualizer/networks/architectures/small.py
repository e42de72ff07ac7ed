"""Small networks to begin with: classifiers of one, two and some layers, and an auto-encoder."""

from __future__ import annotations

from visualizer.networks.architectures.architecture import (
    CIFAR,
    DIGITS,
    HALF,
    SHAPES,
    Images,
    Layers,
    row,
    sequence,
)
from visualizer.networks.preprocessing import Preprocessing
from visualizer.networks.spec import layer

_SHAPE_IMAGES = Images((3, 32, 32), SHAPES, Preprocessing(32, 32, HALF, HALF))
_DIGIT_IMAGES = Images((1, 28, 28), DIGITS, Preprocessing(28, 28, (0.1307,), (0.3081,)))
_UNLABELLED = Images((3, 32, 32), (), Preprocessing(32, 32, HALF, HALF))


def mini_vgg(images: Images, features: int) -> Layers:
    """Two pairs of 3×3 convolutions, and ``features`` hidden units."""
    return (
        layer("conv", "conv1", out_channels=32, padding=1),
        layer("relu", "relu1"),
        layer("conv", "conv2", out_channels=32),
        layer("relu", "relu2"),
        layer("max_pool", "pool1"),
        layer("dropout", "dropout1", p=0.25),
        layer("conv", "conv3", out_channels=64, padding=1),
        layer("relu", "relu3"),
        layer("conv", "conv4", out_channels=64),
        layer("relu", "relu4"),
        layer("max_pool", "pool2"),
        layer("dropout", "dropout2", p=0.25),
        layer("flatten", "flatten"),
        layer("linear", "fc1", out_features=features),
        layer("relu", "relu5"),
        layer("dropout", "dropout3", p=0.5),
        layer("linear", "fc2", out_features=len(images.classes)),
    )


def _tiny_cnn(images: Images) -> Layers:
    return (
        layer("conv", "conv1", out_channels=8, padding=1),
        layer("relu", "relu1"),
        layer("max_pool", "pool1"),
        layer("conv", "conv2", out_channels=16, padding=1),
        layer("batch_norm", "bn2"),
        layer("relu", "relu2"),
        layer("max_pool", "pool2"),
        layer("flatten", "flatten"),
        layer("linear", "fc", out_features=len(images.classes)),
    )


def _linear(images: Images) -> Layers:
    return layer("flatten", "flatten"), layer("linear", "fc", out_features=len(images.classes))


def _two_layers(images: Images) -> Layers:
    return (
        layer("flatten", "flatten"),
        layer("linear", "fc1", out_features=100),
        layer("relu", "relu"),
        layer("linear", "fc2", out_features=len(images.classes)),
    )


def _auto_encoder(images: Images) -> Layers:
    """Three halvings, a latent vector, three doublings; tanh, as inputs lie between −1 and 1."""
    encoder = [layer("relu", f"relu{n}") for n in (1, 2, 3)]
    for at, channels in enumerate((16, 32, 64)):
        conv = layer("conv", f"conv{at + 1}", out_channels=channels, kernel_size=4, stride=2, padding=1)
        encoder.insert(2 * at, conv)
    return (
        sequence("encoder", *encoder),
        layer("flatten", "flatten"),
        layer("linear", "latent", out_features=64),
        layer("linear", "expand", out_features=64 * 4 * 4),
        layer("relu", "relu"),
        layer("unflatten", "unflatten", channels=64, height=4, width=4),
        sequence(
            "decoder",
            layer("conv_transpose", "deconv1", out_channels=32),
            layer("relu", "relu1"),
            layer("conv_transpose", "deconv2", out_channels=16),
            layer("relu", "relu2"),
            layer("conv_transpose", "deconv3", out_channels=images.shape[0]),
            layer("tanh", "tanh"),
        ),
    )


_FAMILY = "Small"

ROWS = (
    row(
        "shapes-net",
        "Shapes net",
        _FAMILY,
        "Mini-VGG with 128 hidden units, for the built-in shapes.",
        None,
        _SHAPE_IMAGES,
        lambda images: mini_vgg(images, 128),
    ),
    row(
        "mini-vgg",
        "Mini-VGG",
        _FAMILY,
        "Two pairs of 3×3 convolutions, each with a max pool, and 512 hidden units.",
        None,
        CIFAR,
        lambda images: mini_vgg(images, 512),
    ),
    row(
        "tinycnn",
        "Tiny CNN",
        _FAMILY,
        "Two convolutions and a linear layer, for digits.",
        None,
        _DIGIT_IMAGES,
        _tiny_cnn,
    ),
    row(
        "linear",
        "Linear classifier",
        _FAMILY,
        "One template per class: every score is a weighted sum of all pixels.",
        None,
        CIFAR,
        _linear,
    ),
    row(
        "two-layer",
        "Two-layer network",
        _FAMILY,
        "A hundred templates, rectified, and a linear classifier on them.",
        None,
        CIFAR,
        _two_layers,
    ),
    row(
        "autoencoder",
        "Auto-encoder",
        _FAMILY,
        "Gives its input back through a bottleneck of 64 numbers.",
        None,
        _UNLABELLED,
        _auto_encoder,
    ),
)
