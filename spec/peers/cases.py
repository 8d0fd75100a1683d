"""What every family of cases is made with."""

import json
import pathlib

import torch

FOLDER = pathlib.Path(__file__).parent


def draw(*shape):
    return torch.randn(*shape)


def numbers(tensor):
    data = [float(f"{value:.7g}") for value in tensor.detach().flatten().tolist()]
    return {"shape": list(tensor.shape), "data": data}


class Layer:
    """A layer as an argument of another one."""

    def __init__(self, kind, *arguments):
        self.call = [kind, *arguments]


def plain(value):
    if isinstance(value, Layer):
        return {"$": [plain(part) for part in value.call]}
    if isinstance(value, (list, tuple)):
        return [plain(part) for part in value]
    if isinstance(value, dict):
        return {name: plain(part) for name, part in value.items()}
    return value


class Family:
    """Cases of one file. `f` computes from inputs and parameters as the library lays them out."""

    def __init__(self, name):
        self.name, self.cases = name, []

    def add(self, layer, inputs, params, f, fixed=(), state=None, training=False, after=None):
        """`params` by layer and variable, '*' being the only layer; inputs in `fixed` get no gradient."""
        inputs = [tensor.requires_grad_(i not in fixed) for i, tensor in enumerate(inputs)]
        leaves = {layer: {name: t.requires_grad_() for name, t in own.items()} for layer, own in params.items()}
        single = leaves.get("*")
        output = f(*inputs, **single) if single is not None else f(*inputs, leaves)
        dy = draw(*output.shape)
        (output * dy).sum().backward()
        zeros = lambda t: t.grad if t.grad is not None else torch.zeros_like(t)
        tree = lambda g: {layer: {name: numbers(g(t)) for name, t in own.items()} for layer, own in leaves.items()}
        case = {
            "layer": plain(layer),
            "inputs": [numbers(t) for t in inputs],
            "params": tree(lambda t: t),
            "cotangent": numbers(dy),
            "output": numbers(output),
            "inputGradients": [None if i in fixed else numbers(zeros(t)) for i, t in enumerate(inputs)],
            "paramGradients": tree(zeros),
        }
        if state is not None:
            case["state"] = {"*": {name: numbers(t) for name, t in state.items()}}
        if training:
            case["training"] = True
        if after is not None:
            case["after"] = {"*": {name: numbers(t) for name, t in after().items()}}
        self.cases.append(case)

    def write(self):
        lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in self.cases)
        (FOLDER / f"{self.name}.json").write_text(f"[\n{lines}\n]\n")
