"""A GPT that generates with a cache of keys and values, written by hand."""

import torch
from torch import nn
from torch.nn import functional

VOCABULARY, LENGTH, WIDTH, HEADS, LAYERS = 65, 256, 128, 4, 4


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.norms = nn.ModuleList([nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)])
        self.projection = nn.Linear(WIDTH, 3 * WIDTH)
        self.output = nn.Linear(WIDTH, WIDTH)
        self.dense = nn.Sequential(nn.Linear(WIDTH, 4 * WIDTH), nn.GELU(), nn.Linear(4 * WIDTH, WIDTH))

    def forward(self, x, keys, values, at: int):
        """One step [batch, width]; keys and values [batch, heads, length, size] are written in place."""
        size = WIDTH // HEADS
        q, k, v = self.projection(self.norms[0](x)).view(-1, 3, HEADS, size).unbind(1)
        keys[:, :, at] = k
        values[:, :, at] = v
        scores = (keys[:, :, : at + 1] @ q.unsqueeze(-1)).squeeze(-1) * size**-0.5
        means = (functional.softmax(scores, -1).unsqueeze(-2) @ values[:, :, : at + 1]).reshape(-1, WIDTH)
        x = x + self.output(means)
        return x + self.dense(self.norms[1](x))


class GPT(nn.Module):
    def __init__(self):
        super().__init__()
        self.tokens = nn.Embedding(VOCABULARY, WIDTH)
        self.places = nn.Embedding(LENGTH, WIDTH)
        self.blocks = nn.ModuleList([Block() for _ in range(LAYERS)])
        self.norm = nn.LayerNorm(WIDTH)
        self.next = nn.Linear(WIDTH, VOCABULARY, bias=False)

    def forward(self, token, caches, at: int):
        x = self.tokens(token) + self.places.weight[at]
        for block, (keys, values) in zip(self.blocks, caches):
            x = block(x, keys, values, at)
        return self.next(self.norm(x))


def generate():
    """256 tokens after one, each drawn."""
    model = GPT().eval()

    def step():
        with torch.inference_mode():
            shape = (1, HEADS, LENGTH, WIDTH // HEADS)
            caches = [(torch.zeros(shape), torch.zeros(shape)) for _ in range(LAYERS)]
            token = torch.tensor([1])
            tokens = []
            for at in range(LENGTH):
                chances = functional.softmax(model(token, caches, at), -1)
                token = torch.multinomial(chances, 1)[:, 0]
                tokens.append(int(token))

    return step
