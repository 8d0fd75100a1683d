"""Recurrent layers, in both directions and with masks, and layers at every step."""

import torch
import torch.nn.functional as F

from cases import Family, Layer, draw

GATES = {"LSTM": 4, "GRU": 3, "SimpleRNN": 1}


def flipped(matrix):
    """The library's update gate says how much is new, PyTorch's how much is old."""
    reset, update, candidate = matrix.chunk(3, -1)
    return torch.cat([reset, -update, candidate], -1)


def walk(kind, x, weights, both=False):
    """Outputs of every step, and the last of each direction."""
    arranged = flipped if kind == "GRU" else (lambda matrix: matrix)
    flat = []
    for inputWeights, hiddenWeights, biases in weights:
        given, kept, bias = arranged(inputWeights), arranged(hiddenWeights), arranged(biases)
        flat += [given.t(), kept.t(), bias, torch.zeros_like(bias)]
    units = weights[0][1].shape[0]
    start = torch.zeros(len(weights), x.shape[0], units)
    run = {"LSTM": torch._VF.lstm, "GRU": torch._VF.gru, "SimpleRNN": torch._VF.rnn_tanh}[kind]
    first = (start, start) if kind == "LSTM" else start
    outputs, last, *_ = run(x, first, flat, True, 1, 0.0, False, both, True)
    return outputs, last


def weights_of(kind, features, units):
    columns = GATES[kind] * units
    return {
        "inputWeights": draw(features, columns),
        "hiddenWeights": draw(units, columns),
        "biases": draw(columns),
    }


def values(own):
    return (own["inputWeights"], own["hiddenWeights"], own["biases"])


def singles(family):
    for kind in GATES:
        for final in [True, False]:
            for backwards in [False, True]:

                def f(x, kind=kind, final=final, backwards=backwards, **own):
                    outputs, last = walk(kind, x.flip(1) if backwards else x, [values(own)])
                    return last[0] if final else outputs.flip(1) if backwards else outputs

                family.add(
                    Layer(kind, 3, {"onlyReturnFinal": final, "backwards": backwards}),
                    [draw(2, 4, 2)],
                    {"*": weights_of(kind, 2, 3)},
                    f,
                )


def masked(family):
    lengths = [4, 1, 3]
    mask = torch.tensor([[1.0 if t < n else 0.0 for t in range(4)] for n in lengths])
    for kind in GATES:

        def last(x, kind, own):
            return torch.cat([walk(kind, x[i : i + 1, :n], [values(own)])[1][0] for i, n in enumerate(lengths)])

        family.add(
            Layer(kind, 2, {"mask": True}),
            [draw(3, 4, 2), mask.clone()],
            {"*": weights_of(kind, 2, 2)},
            lambda x, _, kind=kind, **own: last(x, kind, own),
            fixed=(1,),
        )
        family.add(
            Layer("Bidirectional", Layer(kind, 2, {"mask": True})),
            [draw(3, 4, 2), mask.clone()],
            {
                "*": {
                    f"{way}/{name}": tensor
                    for way in ["forward", "backward"]
                    for name, tensor in weights_of(kind, 2, 2).items()
                }
            },
            lambda x, _, kind=kind, **own: torch.cat(
                [
                    torch.cat(
                        [
                            walk(kind, x[i : i + 1, :n], [values(part(own, "forward"))])[1][0],
                            walk(kind, x[i : i + 1, :n].flip(1), [values(part(own, "backward"))])[1][0],
                        ],
                        -1,
                    )
                    for i, n in enumerate(lengths)
                ]
            ),
            fixed=(1,),
        )


def part(own, way):
    return {name.split("/")[1]: tensor for name, tensor in own.items() if name.startswith(way)}


MERGE = {
    "concat": lambda a, b: torch.cat([a, b], -1),
    "sum": torch.add,
    "average": lambda a, b: (a + b) / 2,
    "multiply": torch.mul,
}


def bidirectional(family):
    for kind, merge, final in [
        ("LSTM", "concat", True),
        ("LSTM", "concat", False),
        ("GRU", "sum", False),
        ("GRU", "average", True),
        ("SimpleRNN", "multiply", False),
    ]:

        def f(x, kind=kind, merge=merge, final=final, **own):
            outputs, last = walk(kind, x, [values(part(own, "forward")), values(part(own, "backward"))], both=True)
            return MERGE[merge](last[0], last[1]) if final else MERGE[merge](*outputs.chunk(2, -1))

        family.add(
            Layer("Bidirectional", Layer(kind, 3, {"onlyReturnFinal": final}), {"merge": merge}),
            [draw(2, 4, 2)],
            {
                "*": {
                    f"{way}/{name}": tensor
                    for way in ["forward", "backward"]
                    for name, tensor in weights_of(kind, 2, 3).items()
                }
            },
            f,
        )


def distributed(family):
    family.add(
        Layer("TimeDistributed", Layer("Tanh", 3)),
        [draw(2, 4, 2)],
        {"*": {"weight": draw(2, 3), "bias": draw(3)}},
        lambda x, weight, bias: torch.tanh(F.linear(x, weight.t(), bias)),
    )
    family.add(
        Layer("TimeDistributed", Layer("Linear", 3), {"mask": True}),
        [draw(2, 3, 2), torch.tensor([[1.0, 1, 0], [1, 0, 0]])],
        {"*": {"weight": draw(2, 3), "bias": draw(3)}},
        lambda x, mask, weight, bias: F.linear(x, weight.t(), bias) * mask[:, :, None],
        fixed=(1,),
    )
    family.add(
        Layer("TimeDistributed", Layer("join", Layer("Convolution", [2, 2, 2]), Layer("Reshape"), Layer("Tanh", 2))),
        [draw(2, 2, 3, 3, 1)],
        {
            "*": {
                "convolution-1/weight": draw(2, 2, 1, 2),
                "convolution-1/bias": draw(2),
                "tanh-1/weight": draw(8, 2),
                "tanh-1/bias": draw(2),
            }
        },
        lambda x, **own: torch.tanh(
            F.linear(
                F.conv2d(
                    x.reshape(4, 3, 3, 1).permute(0, 3, 1, 2),
                    own["convolution-1/weight"].permute(3, 2, 0, 1),
                    own["convolution-1/bias"],
                )
                .permute(0, 2, 3, 1)
                .reshape(4, 8),
                own["tanh-1/weight"].t(),
                own["tanh-1/bias"],
            )
        ).reshape(2, 2, 2),
    )


def build():
    family = Family("recurrent")
    singles(family)
    masked(family)
    bidirectional(family)
    distributed(family)
    return family
