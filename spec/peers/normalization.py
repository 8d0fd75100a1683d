"""Normalizations and activations."""

import torch
import torch.nn.functional as F

from cases import Family, Layer, draw


def mean_square(x, axes, epsilon):
    return x / torch.sqrt((x * x).mean(axes, keepdim=True) + epsilon)


def norms(family):
    family.add(
        Layer("LayerNorm"),
        [draw(2, 3, 4)],
        {"*": {"gamma": draw(4), "beta": draw(4)}},
        lambda x, gamma, beta: F.layer_norm(x, (4,), gamma, beta),
    )
    family.add(
        Layer("LayerNorm", {"axes": [1, -1], "epsilon": 0.1}),
        [draw(2, 3, 4)],
        {"*": {"gamma": draw(3, 4), "beta": draw(3, 4)}},
        lambda x, gamma, beta: F.layer_norm(x, (3, 4), gamma, beta, 0.1),
    )
    family.add(
        Layer("LayerNorm", {"axes": [1], "beta": None}),
        [draw(2, 3, 4)],
        {"*": {"gamma": draw(3)}},
        lambda x, gamma: F.layer_norm(x.movedim(1, -1), (3,), gamma).movedim(-1, 1),
    )
    family.add(
        Layer("LayerNorm", {"gamma": None, "beta": None}), [draw(3, 5)], {}, lambda x, _: F.layer_norm(x, (5,))
    )
    family.add(
        Layer("RMSNorm"), [draw(2, 3, 4)], {"*": {"gamma": draw(4)}}, lambda x, gamma: mean_square(x, -1, 1e-6) * gamma
    )
    family.add(
        Layer("RMSNorm", {"axes": [-2, -1], "gamma": None, "epsilon": 0.5}),
        [draw(2, 3, 4)],
        {},
        lambda x, _: mean_square(x, (-2, -1), 0.5),
    )
    for shape in [(2, 5, 3), (2, 3, 4, 3), (2, 2, 3, 2, 3)]:
        family.add(
            Layer("InstanceNorm"),
            [draw(*shape)],
            {"*": {"gamma": draw(3), "beta": draw(3)}},
            lambda x, gamma, beta: F.instance_norm(x.movedim(-1, 1), weight=gamma, bias=beta).movedim(1, -1),
        )
    family.add(
        Layer("InstanceNorm", {"gamma": None, "beta": None, "epsilon": 0.1}),
        [draw(2, 5, 3)],
        {},
        lambda x, _: F.instance_norm(x.movedim(-1, 1), eps=0.1).movedim(1, -1),
    )


def activations(family):
    for layer, f in [
        (Layer("Gelu"), F.gelu),
        (Layer("Gelu", {"approximate": True}), lambda x: F.gelu(x, approximate="tanh")),
        (Layer("Selu"), F.selu),
        (Layer("Swish"), F.silu),
        (Layer("Mish"), F.mish),
        (Layer("Softsign"), F.softsign),
        (Layer("HardSwish"), F.hardswish),
        (Layer("Exponential"), torch.exp),
        (Layer("LogSoftmax"), lambda x: F.log_softmax(x, -1)),
    ]:
        family.add(layer, [2 * draw(3, 6)], {}, lambda x, _, f=f: f(x))


def build():
    family = Family("normalization")
    norms(family)
    activations(family)
    return family
