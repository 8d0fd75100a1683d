"""Convolutions, poolings and margins."""

import torch.nn.functional as F

from cases import Family, Layer, draw


def first(x):
    """Channels before the other axes, as PyTorch has them."""
    return x.movedim(-1, 1)


def last(x):
    return x.movedim(1, -1)


def filters(weight):
    """[..., in, out] as PyTorch's [out, in, ...]."""
    return weight.movedim(-1, 0).movedim(-1, 1)


CONVOLVE = {1: F.conv1d, 2: F.conv2d, 3: F.conv3d}
MAX = {1: F.max_pool1d, 2: F.max_pool2d, 3: F.max_pool3d}
AVERAGE = {1: F.avg_pool1d, 2: F.avg_pool2d, 3: F.avg_pool3d}


def convolve(x, weight, bias=None, before=None, **options):
    n = weight.dim() - 2
    x = first(x)
    if before is not None:
        x = F.pad(x, before)
    return last(CONVOLVE[n](x, filters(weight), bias, **options))


def convolutions(family):
    for kind, size, spatial, channels, groups, options in [
        ("Convolution1D", [3], [9], 2, 1, {}),
        ("Convolution1D", [2], [9], 4, 2, {"stride": 2, "padding": 1, "dilation": 3}),
        ("Convolution1D", [3], [8], 3, 3, {"stride": 3}),
        ("Convolution", [3, 2], [6, 5], 4, 2, {"stride": [2, 1], "padding": [1, 0]}),
        ("Convolution", [2, 2], [5, 5], 3, 3, {"dilation": [1, 2]}),
        ("Convolution3D", [2, 3, 2], [3, 4, 3], 2, 1, {}),
        ("Convolution3D", [2, 2, 2], [5, 4, 3], 2, 2, {"stride": [2, 1, 2], "padding": [1, 0, 1], "dilation": [1, 2, 1]}),
        ("Convolution3D", [2, 2, 1], [5, 4, 2], 2, 2, {"stride": [3, 2, 1], "dilation": [2, 1, 1]}),
    ]:
        made = 2 * groups
        weight, bias = draw(*size, channels // groups, made), draw(made)
        family.add(
            Layer(kind, [*size, made], {**options, "groups": groups}),
            [draw(1, *spatial, channels)],
            {"*": {"weight": weight, "bias": bias}},
            lambda x, weight, bias, o=options, g=groups: convolve(x, weight, bias, groups=g, **o),
        )
    for padding, before in [("same", (1, 1)), ("causal", (2, 0))]:
        family.add(
            Layer("Convolution1D", [3, 2], {"padding": padding, "bias": None}),
            [draw(2, 7, 2)],
            {"*": {"weight": draw(3, 2, 2)}},
            lambda x, weight, b=before: convolve(x, weight, before=b),
        )
    family.add(
        Layer("Convolution1D", [2, 2], {"padding": "causal", "dilation": 2, "stride": 2, "bias": None}),
        [draw(2, 7, 2)],
        {"*": {"weight": draw(2, 2, 2)}},
        lambda x, weight: convolve(x, weight, before=(2, 0), dilation=2, stride=2),
    )
    family.add(
        Layer("Convolution3D", [2, 3, 2, 2], {"padding": "same", "bias": None}),
        [draw(1, 3, 4, 3, 2)],
        {"*": {"weight": draw(2, 3, 2, 2, 2)}},
        lambda x, weight: convolve(x, weight, before=(0, 1, 1, 1, 0, 1)),
    )


def depthwise(x, weight, bias=None, **options):
    rows, cols, channels, multiplier = weight.shape
    return convolve(x, weight.reshape(rows, cols, 1, channels * multiplier), bias, groups=channels, **options)


def depthwises(family):
    for multiplier, options in [(1, {}), (2, {"stride": [2, 1], "padding": [1, 2]}), (3, {"dilation": [2, 1]})]:
        family.add(
            Layer("DepthwiseConvolution", [3, 2], {**options, "multiplier": multiplier}),
            [draw(1, 5, 4, 3)],
            {"*": {"weight": draw(3, 2, 3, multiplier), "bias": draw(3 * multiplier)}},
            lambda x, weight, bias, o=options: depthwise(x, weight, bias, **o),
        )
        family.add(
            Layer("SeparableConvolution", [2, 2, 4], {**options, "multiplier": multiplier}),
            [draw(1, 4, 4, 2)],
            {
                "*": {
                    "depthwiseWeight": draw(2, 2, 2, multiplier),
                    "pointwiseWeight": draw(1, 1, 2 * multiplier, 4),
                    "bias": draw(4),
                }
            },
            lambda x, depthwiseWeight, pointwiseWeight, bias, o=options: convolve(
                depthwise(x, depthwiseWeight, **o), pointwiseWeight, bias
            ),
        )


def poolings(family):
    for n, size, spatial in [(1, [3], [8]), (3, [2, 3, 2], [4, 5, 4])]:
        suffix = "" if n == 2 else f"{n}D"
        argument = size[0] if n == 1 else size
        for stride in [None, 1]:
            for kind, pool in [("MaxPooling", MAX), ("AveragePooling", AVERAGE)]:
                family.add(
                    Layer(kind + suffix, argument, {} if stride is None else {"stride": stride}),
                    [draw(1, *spatial, 2)],
                    {},
                    lambda x, _, p=pool[n], k=size, s=stride: last(p(first(x), k, s)),
                )
    for n, size, spatial, before in [(1, [3], [5], (1, 1)), (3, [2, 3, 3], [3, 2, 4], (1, 1, 1, 1, 0, 1))]:
        argument = size[0] if n == 1 else size

        def means(x, _, n=n, size=size, before=before):
            # A sum over what is there, by how much of it is.
            area = 1
            for k in size:
                area = area * k
            total = lambda y: AVERAGE[n](F.pad(y, before), size, 1) * area
            return last(total(first(x)) / total(first(x.detach() * 0 + 1)))

        family.add(
            Layer(f"AveragePooling{n}D", argument, {"stride": 1, "padding": "same"}), [draw(1, *spatial, 2)], {}, means
        )
        family.add(
            Layer(f"MaxPooling{n}D", argument, {"stride": 1, "padding": "same"}),
            [draw(2, *spatial, 2)],
            {},
            lambda x, _, n=n, size=size, before=before: last(MAX[n](F.pad(first(x), before, value=-1e9), size, 1)),
        )
    family.add(
        Layer("GlobalPooling", "avg"), [draw(2, 3, 4, 2, 3)], {}, lambda x, _: x.mean((1, 2, 3))
    )
    family.add(Layer("GlobalPooling", "max"), [draw(2, 5, 3)], {}, lambda x, _: x.amax(1))


def margins(family):
    for argument, spatial, pad in [
        (1, [3], (1, 1)),
        ([[2, 1]], [4], (2, 1)),
        ([1, [0, 2]], [3, 4], (0, 2, 1, 1)),
        ([1, [0, 2], [1, 0]], [3, 4, 3], (1, 0, 0, 2, 1, 1)),
    ]:
        family.add(
            Layer("ZeroPadding", argument), [draw(2, *spatial, 2)], {}, lambda x, _, p=pad: last(F.pad(first(x), p))
        )
        family.add(
            Layer("Cropping", argument),
            [draw(2, *spatial, 2)],
            {},
            lambda x, _, p=pad: last(F.pad(first(x), [-n for n in p])),
        )


def build():
    family = Family("convolution")
    convolutions(family)
    depthwises(family)
    poolings(family)
    margins(family)
    return family
