"""Training steps with their gradients written out by hand, for export: what a graph made with care looks like."""

import torch
import torch.nn.functional as F
from torch import nn


def loss_and_slope(logits, y):
    """The mean cross-entropy of a batch and its gradient."""
    logs = torch.log_softmax(logits, 1)
    count = y.shape[0]
    return -(logs * y).sum() / count, (torch.softmax(logits, 1) - y) / count


class Mlp:
    shapes = [(784, 512), (512,), (512, 512), (512,), (512, 10), (10,)]
    batch = (128, 784)

    @staticmethod
    def slopes(x, y, w1, b1, w2, b2, w3, b3):
        first = torch.relu(x @ w1 + b1)
        second = torch.relu(first @ w2 + b2)
        loss, d3 = loss_and_slope(second @ w3 + b3, y)
        d2 = (d3 @ w3.T) * (second > 0).float()
        d1 = (d2 @ w2.T) * (first > 0).float()
        return loss, [x.T @ d1, d1.sum(0), first.T @ d2, d2.sum(0), second.T @ d3, d3.sum(0)]


def filter_slope(x, dy):
    """The gradient of a 3 by 3 filter: patches of the input times the gradient of the output."""
    batch, outputs, rows, cols = dy.shape
    patches = torch.stack(
        [x[:, :, i : i + rows, j : j + cols] for i in range(3) for j in range(3)], 2
    )
    patches = patches.reshape(batch, x.shape[1] * 9, rows * cols)
    products = dy.reshape(batch, outputs, rows * cols) @ patches.transpose(1, 2)
    return products.sum(0).reshape(outputs, x.shape[1], 3, 3)


class Cnn:
    shapes = [(32, 1, 3, 3), (32,), (64, 32, 3, 3), (64,), (9216, 128), (128,), (128, 10), (10,)]
    batch = (64, 1, 28, 28)

    @staticmethod
    def slopes(x, y, k1, c1, k2, c2, w1, b1, w2, b2):
        first = torch.relu(F.conv2d(x, k1, c1))
        second = torch.relu(F.conv2d(first, k2, c2))
        pooled = F.max_pool2d(second, 2)
        flat = pooled.reshape(64, 9216)
        hidden = torch.relu(flat @ w1 + b1)
        loss, d4 = loss_and_slope(hidden @ w2 + b2, y)
        d3 = (d4 @ w2.T) * (hidden > 0).float()
        dp = (d3 @ w1.T).reshape(64, 64, 12, 1, 12, 1)
        windows = second.reshape(64, 64, 12, 2, 12, 2)
        largest = (windows == pooled.reshape(64, 64, 12, 1, 12, 1)).float()
        d2 = (largest * dp).reshape(64, 64, 24, 24) * (second > 0).float()
        flipped = k2.flip(2, 3).transpose(0, 1)
        d1 = F.conv2d(d2, flipped, padding=2) * (first > 0).float()
        convolved = [filter_slope(x, d1), d1.sum((0, 2, 3)), filter_slope(first, d2), d2.sum((0, 2, 3))]
        return loss, [*convolved, flat.T @ d3, d3.sum(0), hidden.T @ d4, d4.sum(0)]


class Lstm:
    shapes = [(32, 256), (64, 256), (256,), (64, 10), (10,)]
    batch = (32, 40, 32)

    @staticmethod
    def slopes(x, y, wx, wh, b, w, c):
        inputs = x.transpose(0, 1).reshape(1280, 32)
        shares = (inputs @ wx + b).reshape(40, 32, 256)
        hidden, cell = torch.zeros(32, 64), torch.zeros(32, 64)
        steps = []
        for t in range(40):
            z = shares[t] + hidden @ wh
            gates = torch.sigmoid(z[:, :192])
            candidate = torch.tanh(z[:, 192:])
            enters, stays, leaves = gates[:, :64], gates[:, 64:128], gates[:, 128:]
            old, before = cell, hidden
            cell = stays * old + enters * candidate
            seen = torch.tanh(cell)
            hidden = leaves * seen
            steps.append((before, old, gates, candidate, seen))
        loss, d = loss_and_slope(hidden @ w + c, y)
        dw, dc = hidden.T @ d, d.sum(0)
        dh, dcell = d @ w.T, torch.zeros(32, 64)
        slopes = []
        for before, old, gates, candidate, seen in reversed(steps):
            enters, stays, leaves = gates[:, :64], gates[:, 64:128], gates[:, 128:]
            dcell = dcell + dh * leaves * (1 - seen * seen)
            dgates = torch.cat([dcell * candidate, dcell * old, dh * seen], 1)
            dz = torch.cat([dgates * gates * (1 - gates), dcell * enters * (1 - candidate * candidate)], 1)
            slopes.append(dz)
            dh, dcell = dz @ wh.T, dcell * stays
        dzs = torch.cat(slopes[::-1], 0)
        befores = torch.cat([step[0] for step in steps], 0)
        return loss, [inputs.T @ dzs, befores.T @ dzs, dzs.sum(0), dw, dc]


class Step(nn.Module):
    """Adam around a network's slopes: from the batch, the rate and all variables to the loss and all variables."""

    def __init__(self, net):
        super().__init__()
        self.net = net

    def forward(self, x, y, rate, *variables):
        count = len(self.net.shapes)
        params, means, squares = variables[:count], variables[count : 2 * count], variables[2 * count :]
        loss, slopes = self.net.slopes(x, y, *params)
        means = [0.9 * m + 0.1 * g for m, g in zip(means, slopes)]
        squares = [0.999 * v + 0.001 * g * g for v, g in zip(squares, slopes)]
        params = [p - rate * m / (torch.sqrt(v) + 1e-7) for p, m, v in zip(params, means, squares)]
        return (loss, *params, *means, *squares)


def export(name: str, path: str):
    net = {"train-mlp": Mlp, "train-cnn": Cnn, "train-lstm": Lstm}[name]
    variables = [torch.randn(shape) * 0.05 for shape in net.shapes]
    variables += [torch.zeros(shape) for shape in net.shapes] * 2
    inputs = (torch.randn(net.batch), torch.zeros(net.batch[0], 10), torch.tensor(0.001), *variables)
    names = [f"v{i}" for i in range(len(variables))]
    torch.onnx.export(
        Step(net), inputs, path, opset_version=13, input_names=["x", "y", "rate", *names],
        output_names=["loss", *[f"{name}_next" for name in names]],
    )
