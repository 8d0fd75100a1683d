"""Merges, products, and norms of weights."""

import torch
import torch.nn.functional as F
from torch.nn.utils.parametrizations import _SpectralNorm

from cases import Family, Layer, draw


def merges(family):
    for name, f in [
        ("add", lambda a, b, c: a + b + c),
        ("multiply", lambda a, b, c: a * b * c),
        ("subtract", lambda a, b, c: a - b - c),
        ("average", lambda a, b, c: torch.stack([a, b, c]).mean(0)),
        ("maximum", lambda a, b, c: torch.stack([a, b, c]).amax(0)),
        ("minimum", lambda a, b, c: torch.stack([a, b, c]).amin(0)),
    ]:
        family.add(
            Layer("Elementwise", name), [draw(2, 3), draw(2, 3), draw(2, 3)], {}, lambda a, b, c, _, f=f: f(a, b, c)
        )
    cosine = lambda x, dim: F.normalize(x, dim=dim)
    for call, first, second, f in [
        ([], (3, 4), (3, 4), lambda a, b: (a * b).sum(-1, keepdim=True)),
        ([{"normalize": True}], (3, 4), (3, 4), lambda a, b: F.cosine_similarity(a, b)[:, None]),
        ([-1], (2, 3, 4), (2, 5, 4), lambda a, b: a @ b.transpose(1, 2)),
        ([[2, 1]], (2, 3, 4), (2, 4, 5), lambda a, b: a @ b),
        ([1], (2, 4, 3), (2, 4, 2, 3), lambda a, b: torch.einsum("bki,bkjl->bijl", a, b)),
        (
            [[1, -1], {"normalize": True}],
            (2, 4, 3),
            (2, 2, 4),
            lambda a, b: torch.einsum("bki,bjk->bij", cosine(a, 1), cosine(b, 2)),
        ),
    ]:
        family.add(Layer("Dot", *call), [draw(*first), draw(*second)], {}, lambda a, b, _, f=f: f(a, b))
    family.add(
        Layer("RepeatVector", 3), [draw(2, 4)], {}, lambda x, _: x[:, None].expand(2, 3, 4)
    )


def weight_norms(family):
    family.add(
        Layer("WeightNorm", Layer("Tanh", 3)),
        [draw(2, 4)],
        {"*": {"weight": draw(4, 3), "bias": draw(3), "weightGain": draw(3)}},
        lambda x, weight, bias, weightGain: torch.tanh(
            F.linear(x, torch._weight_norm(weight.t().contiguous(), weightGain[:, None], 0), bias)
        ),
    )
    family.add(
        Layer("WeightNorm", Layer("Convolution", [2, 2, 2], {"bias": None})),
        [draw(1, 3, 3, 2)],
        {"*": {"weight": draw(2, 2, 2, 2), "weightGain": draw(2)}},
        lambda x, weight, weightGain: F.conv2d(
            x.permute(0, 3, 1, 2),
            torch._weight_norm(weight.permute(3, 2, 0, 1).contiguous(), weightGain[:, None, None, None], 0),
        ).permute(0, 2, 3, 1),
    )


def spectral(family):
    for training, iterations in [(False, 1), (True, 1), (True, 3)]:
        for layer, shape, inputs, f in [
            (Layer("Linear", 3, {"bias": None}), (4, 3), (2, 4), lambda x, w: F.linear(x, w)),
            (
                Layer("Convolution", [2, 1, 2], {"bias": None}),
                (2, 1, 2, 2),
                (1, 3, 2, 2),
                lambda x, w: F.conv2d(x.permute(0, 3, 1, 2), w.permute(0, 3, 1, 2)).permute(0, 2, 3, 1),
            ),
        ]:
            weight = draw(*shape)
            module = _SpectralNorm(weight.movedim(-1, 0), n_power_iterations=iterations, dim=0, eps=1e-12)
            module.train(training)
            module._u.copy_(F.normalize(draw(shape[-1]), dim=0))
            module._v.copy_(F.normalize(draw(weight.numel() // shape[-1]), dim=0))
            state = {"weightLeft": module._u.clone(), "weightRight": module._v.clone()}
            family.add(
                Layer("SpectralNorm", layer, {"iterations": iterations}),
                [draw(*inputs)],
                {"*": {"weight": weight}},
                lambda x, weight, f=f, module=module: f(x, module(weight.movedim(-1, 0))),
                state=state,
                training=training,
                after=(lambda m=module: {"weightLeft": m._u, "weightRight": m._v}) if training else None,
            )


def build():
    family = Family("merge")
    merges(family)
    weight_norms(family)
    spectral(family)
    return family
