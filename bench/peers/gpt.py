"""A training step of a small GPT, as PyTorch writes it."""

import torch
import torch.nn.functional as F
from torch import nn

VOCABULARY, LENGTH, WIDTH, HEADS, LAYERS, BATCH = 18, 64, 32, 4, 2, 16


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.norms = nn.ModuleList([nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)])
        self.projection = nn.Linear(WIDTH, 3 * WIDTH)
        self.output = nn.Linear(WIDTH, WIDTH)
        self.dense = nn.Sequential(nn.Linear(WIDTH, 4 * WIDTH), nn.GELU(), nn.Linear(4 * WIDTH, WIDTH))

    def forward(self, x, later):
        size = WIDTH // HEADS
        parts = self.projection(self.norms[0](x)).view(-1, LENGTH, 3, HEADS, size)
        q, k, v = parts.permute(2, 0, 3, 1, 4).unbind(0)
        scores = (q @ k.transpose(-2, -1) * size**-0.5).masked_fill(later, float("-inf"))
        means = rows(F.softmax(scores, -1) @ v)
        x = x + self.output(means)
        return x + self.dense(self.norms[1](x))


def rows(means):
    """Heads beside each other: [batch, heads, time, size] to [batch, time, features]."""
    return means.transpose(1, 2).reshape(-1, LENGTH, WIDTH)


class GPT(nn.Module):
    def __init__(self):
        super().__init__()
        self.tokens = nn.Embedding(VOCABULARY, WIDTH)
        self.places = nn.Parameter(0.02 * torch.randn(LENGTH, WIDTH))
        self.blocks = nn.ModuleList([Block() for _ in range(LAYERS)])
        self.norm = nn.LayerNorm(WIDTH)
        self.next = nn.Linear(WIDTH, VOCABULARY, bias=False)
        self.register_buffer("later", torch.ones(LENGTH, LENGTH, dtype=torch.bool).triu(1))

    def forward(self, tokens):
        x = self.tokens(tokens) + self.places
        for block in self.blocks:
            x = block(x, self.later)
        return self.next(self.norm(x))


def train():
    model = GPT()
    x, y = (torch.randint(0, VOCABULARY, (BATCH, LENGTH)) for _ in range(2))
    # A loss that can become 0 would leave vanishing numbers to compute with.
    loss = nn.CrossEntropyLoss(label_smoothing=0.1)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.001, eps=1e-7)

    def step():
        optimizer.zero_grad(set_to_none=True)
        loss(model(x).view(-1, VOCABULARY), y.view(-1)).backward()
        optimizer.step()

    return step
