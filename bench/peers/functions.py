"""Losses that are functions of derivatives, as PyTorch writes them, and a step of Adam on their gradients."""

import math

import torch
from functorch import grad, make_functional, vmap
from torch import nn


def stepped(params, loss):
    optimizer = torch.optim.Adam(params, lr=0.001, eps=1e-7)

    def step():
        optimizer.zero_grad(set_to_none=True)
        loss().backward()
        optimizer.step()

    return step


def pinn():
    """What is left of the equation of Korteweg and de Vries at 256 points; each sum has the derivatives of all points."""
    layers = [nn.Linear(2, 32), nn.Tanh(), nn.Linear(32, 32), nn.Tanh(), nn.Linear(32, 32), nn.Tanh()]
    model = nn.Sequential(*layers, nn.Linear(32, 1))
    x = (10 * torch.rand(256) - 5).requires_grad_()
    t = torch.rand(256).requires_grad_()

    def slope(y, *of):
        return torch.autograd.grad(y.sum(), of, create_graph=True)

    def loss():
        u = model(torch.stack([x, t], 1))[:, 0]
        first, change = slope(u, x, t)
        (second,) = slope(first, x)
        (third,) = slope(second, x)
        return (change + 6 * u * first + third).square().mean()

    return stepped(model.parameters(), loss)


def maml():
    """The loss of 64 regressions, each after a gradient step on ten points of its own."""
    model = nn.Sequential(nn.Linear(1, 40), nn.ReLU(), nn.Linear(40, 40), nn.ReLU(), nn.Linear(40, 1))
    run, params = make_functional(model)
    amplitudes, phases = 0.1 + 4.9 * torch.rand(64, 1, 1), math.pi * torch.rand(64, 1, 1)
    x, new_x = 10 * torch.rand(64, 10, 1) - 5, 10 * torch.rand(64, 10, 1) - 5
    y, new_y = amplitudes * torch.sin(x - phases), amplitudes * torch.sin(new_x - phases)

    def error(own, a, b):
        return (run(own, a) - b).square().mean()

    def adapted(own, a, b, c, d):
        slopes = grad(error)(own, a, b)
        return error([param - 0.01 * slope for param, slope in zip(own, slopes)], c, d)

    tasks = vmap(adapted, (None, 0, 0, 0, 0))
    return stepped(params, lambda: tasks(params, x, y, new_x, new_y).mean())
