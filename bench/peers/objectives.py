"""Objectives over two networks, as PyTorch writes them: a variational autoencoder, and a generator against a critic."""

import torch
import torch.nn.functional as F
from torch import nn

IMAGES, NOISE, CODES = 128, 64, 16


def layered(*sizes, last=None):
    layers = []
    for i, (a, b) in enumerate(zip(sizes, sizes[1:])):
        layers += [nn.Linear(a, b)] + ([nn.ReLU()] if i < len(sizes) - 2 else [])
    return nn.Sequential(*layers, *([last] if last else []))


def adam(*models):
    params = [param for model in models for param in model.parameters()]
    return torch.optim.Adam(params, lr=0.0002, betas=(0.5, 0.999), eps=1e-7)


def vae():
    encoder, decoder = layered(784, 256, 256, 2 * CODES), layered(CODES, 256, 256, 784)
    optimizer, x = adam(encoder, decoder), torch.rand(IMAGES, 784)

    def step():
        optimizer.zero_grad(set_to_none=True)
        mean, log_variance = encoder(x).chunk(2, 1)
        logits = decoder(mean + torch.exp(0.5 * log_variance) * torch.randn_like(mean))
        unlikely = F.binary_cross_entropy_with_logits(logits, x, reduction="sum")
        divergence = 0.5 * (mean.square() + log_variance.exp() - log_variance - 1).sum()
        ((unlikely + divergence) / IMAGES).backward()
        optimizer.step()

    return step


def gan():
    generator, critic = layered(NOISE, 256, 256, 784, last=nn.Tanh()), layered(784, 256, 256, 1)
    by_generator, by_critic, real = adam(generator), adam(critic), torch.rand(IMAGES, 784)

    def step():
        by_critic.zero_grad(set_to_none=True)
        with torch.no_grad():
            made = generator(torch.randn(IMAGES, NOISE))
        (F.softplus(-critic(real)).mean() + F.softplus(critic(made)).mean()).backward()
        by_critic.step()
        by_generator.zero_grad(set_to_none=True)
        critic.requires_grad_(False)
        F.softplus(-critic(generator(torch.randn(IMAGES, NOISE)))).mean().backward()
        critic.requires_grad_(True)
        by_generator.step()

    return step
