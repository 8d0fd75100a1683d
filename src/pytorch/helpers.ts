// Modules and functions that PyTorch has not. They are written into the source where a layer needs them.

/** What helpers there are, in the order in which they are written. */
const texts = {
  channels_first: `
def channels_first(x):
    return x.movedim(-1, 1)
`,
  channels_last: `
def channels_last(x):
    return x.movedim(1, -1)
`,
  causal_mask: `
def causal_mask(x, other):
    """True where a query may not attend to a key, as it comes later."""
    return torch.ones(x.shape[1], other.shape[1], dtype=torch.bool, device=x.device).triu(1)
`,
  finite_where_masked: `
def finite_where_masked(x, mask):
    return torch.where((mask != 0) | x.isfinite(), x, torch.zeros_like(x))
`,
  average_pool: `
def average_pool(pool, x, margins, *window):
    """The mean of each window, in which padding does not count."""
    counts = pool(F.pad(torch.ones_like(x), margins), *window)
    return pool(F.pad(x, margins), *window) / counts
`,
  gated_average: `
def gated_average(gate, *inputs):
    weights = gate.unbind(1)
    return sum(x * w.reshape(-1, *[1] * (x.dim() - 1)) for x, w in zip(inputs, weights))
`,
  dot: `
def dot(a, b, axis_a, axis_b, normalize):
    """The dot product along an axis of each, for each example."""
    a, b = a.movedim(axis_a, -1), b.movedim(axis_b, -1)
    rest = a.shape[1:-1] + b.shape[1:-1]
    if normalize:
        a = a * a.square().sum(-1, keepdim=True).clamp(min=1e-12).rsqrt()
        b = b * b.square().sum(-1, keepdim=True).clamp(min=1e-12).rsqrt()
    y = a.reshape(a.shape[0], -1, a.shape[-1]) @ b.reshape(b.shape[0], -1, b.shape[-1]).transpose(1, 2)
    return y.reshape(a.shape[0], *(rest or (1,)))
`,
  PReLU: `
class PReLU(nn.Module):
    """A rectifier that learns a slope for each element along some axes."""

    def __init__(self, *shape):
        super().__init__()
        self.weight = nn.Parameter(torch.full(shape, 0.25))

    def forward(self, x):
        return x.relu() + self.weight * x.clamp(max=0)
`,
  BatchNorm: `
class BatchNorm(nn.Module):
    """Batch normalization over any axes; \`inverse\` averages inverse deviations in place of variances."""

    def __init__(self, axes, shape, eps, momentum, inverse=False):
        super().__init__()
        self.axes, self.eps, self.momentum, self.inverse = axes, eps, momentum, inverse
        self.weight = nn.Parameter(torch.ones(shape))
        self.bias = nn.Parameter(torch.zeros(shape))
        self.register_buffer('running_mean', torch.zeros(shape))
        self.register_buffer('running_scale', torch.ones(shape))

    def forward(self, x):
        count = math.prod(x.shape[axis] for axis in self.axes)
        if not self.training or count == 1:
            scale = self.running_scale if self.inverse else (self.running_scale + self.eps).rsqrt()
            return (x - self.running_mean) * (scale * self.weight) + self.bias
        mean = x.mean(self.axes, keepdim=True)
        variance = (x - mean).square().mean(self.axes, keepdim=True)
        scale = (variance + self.eps).rsqrt()
        with torch.no_grad():
            self.running_mean.lerp_(mean, self.momentum)
            new = scale if self.inverse else variance * (count / (count - 1))
            self.running_scale.lerp_(new, self.momentum)
        return (x - mean) * (scale * self.weight) + self.bias
`,
  Normalization: `
class Normalization(nn.Module):
    """Normalization of each example over some axes, with mean and variance or, if not \`centred\`, the mean square."""

    def __init__(self, axes, shape, eps, scale=True, shift=True, centred=True):
        super().__init__()
        self.axes, self.eps, self.centred = axes, eps, centred
        self.weight = nn.Parameter(torch.ones(shape)) if scale else None
        self.bias = nn.Parameter(torch.zeros(shape)) if shift else None

    def forward(self, x):
        if self.centred:
            x = x - x.mean(self.axes, keepdim=True)
        x = x * (x.square().mean(self.axes, keepdim=True) + self.eps).rsqrt()
        x = x if self.weight is None else x * self.weight
        return x if self.bias is None else x + self.bias
`,
  GaussianNoise: `
class GaussianNoise(nn.Module):
    def __init__(self, mean, std):
        super().__init__()
        self.mean, self.std = mean, std

    def forward(self, x):
        return x + torch.randn_like(x) * self.std + self.mean if self.training else x
`,
  DropBlock: `
class DropBlock(nn.Module):
    """Drops blocks of rows and columns in training."""

    def __init__(self, keep, size):
        super().__init__()
        self.keep, self.size = keep, size

    def forward(self, x):
        if not self.training or self.keep == 1:
            return x
        (rows, cols), (high, wide) = x.shape[2:], self.size
        places = (rows - high + 1, cols - wide + 1)
        rate = (1 - self.keep) * rows * cols / (high * wide * places[0] * places[1])
        seeds = (torch.rand(*x.shape[:2], *places, device=x.device) < rate).to(x.dtype)
        kept = 1 - F.max_pool2d(F.pad(seeds, (wide - 1, wide - 1, high - 1, high - 1)), self.size, 1)
        return x * kept / kept.mean().clamp(min=1e-7)
`,
  RandomFlip: `
class RandomFlip(nn.Module):
    """Flips each example along each of the axes, or not, in training."""

    def __init__(self, *axes):
        super().__init__()
        self.axes = axes

    def forward(self, x):
        for axis in self.axes if self.training else ():
            flips = torch.rand(x.shape[0], *[1] * (x.dim() - 1), device=x.device) < 0.5
            x = torch.where(flips, x.flip(axis), x)
        return x
`,
  RandomBrightness: `
class RandomBrightness(nn.Module):
    """Adds a random number to all of an image in training."""

    def __init__(self, least, most, black, white):
        super().__init__()
        self.factor, self.range = (least, most), (black, white)

    def forward(self, x):
        if not self.training:
            return x
        (least, most), (black, white) = self.factor, self.range
        part = torch.rand(x.shape[0], *[1] * (x.dim() - 1), device=x.device)
        return (x + (least + part * (most - least)) * (white - black)).clamp(black, white)
`,
  RandomCrop: `
class RandomCrop(nn.Module):
    """Crops each padded image at random in training, else its middle. Channels come last."""

    def __init__(self, size, padding):
        super().__init__()
        self.size, self.padding = size, padding

    def forward(self, x):
        (rows, cols), (around, beside) = self.size, self.padding
        x = F.pad(x, (0, 0, beside, beside, around, around))
        spare = (x.shape[1] - rows, x.shape[2] - cols)
        if not self.training:
            top, left = spare[0] // 2, spare[1] // 2
            return x[:, top : top + rows, left : left + cols]
        tops = torch.randint(spare[0] + 1, (x.shape[0],)).tolist()
        lefts = torch.randint(spare[1] + 1, (x.shape[0],)).tolist()
        return torch.stack([one[t : t + rows, l : l + cols] for one, t, l in zip(x, tops, lefts)])
`,
  InferenceOnly: `
class InferenceOnly(nn.Module):
    """An augmentation, which changes nothing in inference. It has to be done with the data in training."""

    def __init__(self, name):
        super().__init__()
        self.name = name

    def forward(self, x):
        if self.training:
            raise NotImplementedError(f'{self.name} is not written for training: augment the data before the network')
        return x
`,
  SinusoidalEncoding: `
class SinusoidalEncoding(nn.Module):
    def __init__(self, base):
        super().__init__()
        self.base = base

    def forward(self, x):
        time, features = x.shape[1:]
        feature = torch.arange(features, dtype=torch.float64)
        angles = torch.arange(time, dtype=torch.float64)[:, None] / self.base ** ((feature - feature % 2) / features)
        return x + torch.where(feature % 2 == 0, angles.sin(), angles.cos()).to(x)
`,
  LearnedEncoding: `
class LearnedEncoding(nn.Module):
    def __init__(self, length, features):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(length, features))

    def forward(self, x):
        return x + self.weight[: x.shape[1]]
`,
  with_state: `
def with_state(layer, x, *initial, final, backwards):
    """The output of a recurrent module and its last state, for an initial state if there is one: [batch, units] each."""
    start = [one.unsqueeze(0) for one in initial]
    given = tuple(start) if len(start) > 1 else start[0] if start else None
    y, last = layer(x.flip(1) if backwards else x, given)
    y = y[:, -1] if final else y.flip(1) if backwards else y
    return (y, *(one.squeeze(0) for one in (last if isinstance(last, tuple) else (last,))))
`,
  Recurrent: `
class Recurrent(nn.Module):
    """An LSTM, GRU or simple RNN with any gates, peepholes, masks, clipped gradients, and a first state."""

    gates = {
        'sigmoid': torch.sigmoid,
        'hardSigmoid': lambda z: (0.2 * z + 0.5).clamp(0, 1),
        'tanh': torch.tanh,
        'softsign': F.softsign,
        'relu': torch.relu,
        'linear': lambda z: z,
    }

    def __init__(
        self, kind, features, units, gates, final=True, backwards=False, learn=False, peepholes=False, clip=0,
        mask=False, initial=False, state=False,
    ):
        super().__init__()
        self.kind, self.names, self.final, self.backwards, self.clip = kind, gates, final, backwards, clip
        self.mask, self.initial, self.state = mask, initial, state
        self.input_weights = nn.Parameter(torch.zeros(features, len(gates) * units))
        self.hidden_weights = nn.Parameter(torch.zeros(units, len(gates) * units))
        self.biases = nn.Parameter(torch.zeros(len(gates) * units))
        self.peepholes = nn.Parameter(torch.zeros(3, units)) if peepholes else None
        self.starts = () if initial else ('hidden_init', 'cell_init') if kind == 'LSTM' else ('hidden_init',)
        for name in self.starts:
            start = torch.zeros(1, units)
            self.register_parameter(name, nn.Parameter(start)) if learn else self.register_buffer(name, start)

    def clipped(self, z):
        if self.clip and z.requires_grad:
            z = z.clone()
            z.register_hook(lambda gradient: gradient.clamp(-self.clip, self.clip))
        return z

    def step(self, state, share):
        f = [self.gates[name] for name in self.names]
        hidden = state[0]
        if self.kind == 'LSTM':
            z = self.clipped(share + hidden @ self.hidden_weights).chunk(4, -1)
            old = state[1]
            seen = (0, 0, 0) if self.peepholes is None else self.peepholes
            cell = f[1](z[1] + old * seen[1]) * old + f[0](z[0] + old * seen[0]) * f[2](z[2])
            return f[3](z[3] + cell * seen[2]) * cell.tanh(), cell
        if self.kind == 'GRU':
            given = self.clipped(share).chunk(3, -1)
            kept = self.clipped(hidden @ self.hidden_weights).chunk(3, -1)
            reset, update = f[0](given[0] + kept[0]), f[1](given[1] + kept[1])
            return (hidden + update * (f[2](given[2] + reset * kept[2]) - hidden),)
        return (f[0](self.clipped(share + hidden @ self.hidden_weights)),)

    def forward(self, x, *others):
        mask = others[0] if self.mask else None
        if mask is not None:
            x = finite_where_masked(x, mask.unsqueeze(-1))
        shares = x @ self.input_weights + self.biases
        state = others[int(self.mask) :] if self.initial else [
            getattr(self, name).expand(x.shape[0], -1) for name in self.starts
        ]
        outputs = []
        steps = range(x.shape[1])
        for t in reversed(steps) if self.backwards else steps:
            after = self.step(state, shares[:, t])
            if mask is not None:
                after = [torch.where(mask[:, t, None] != 0, new, old) for new, old in zip(after, state)]
            state = after
            outputs.append(state[0])
        y = outputs[-1] if self.final else torch.stack(outputs[::-1] if self.backwards else outputs, 1)
        return (y, *state) if self.state else y
`,
  Attention: `
class Attention(nn.Module):
    """Attention of several heads, of any sizes and with any mask. A query that may attend to no key gets zeros."""

    def __init__(self, heads, query, key, value, keys, values, output, bias=True, causal=False, dropout=0):
        super().__init__()
        self.heads, self.causal, self.dropout = heads, causal, dropout
        self.query = nn.Linear(query, keys, bias=bias)
        self.key = nn.Linear(key, keys, bias=bias)
        self.value = nn.Linear(value, values, bias=bias)
        self.output = nn.Linear(values, output, bias=bias)

    def forward(self, query, key=None, value=None, mask=None):
        key = query if key is None else key
        value = key if value is None else value
        if mask is not None:
            seen = (mask != 0) if mask.dim() == 2 else (mask != 0).flatten(1, -2).any(1)
            alone = query is key
            key, value = (finite_where_masked(x, seen.unsqueeze(-1)) for x in (key, value))
            query = key if alone else query
            mask = mask[:, None, None] if mask.dim() == 2 else mask[:, None] if mask.dim() == 3 else mask
            mask = mask != 0
        q, k, v = (
            project(x).unflatten(-1, (self.heads, -1)).transpose(1, 2)
            for project, x in ((self.query, query), (self.key, key), (self.value, value))
        )
        scores = q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1])
        allowed = mask
        if self.causal:
            before = ~torch.ones(scores.shape[-2:], dtype=torch.bool, device=q.device).triu(1)
            allowed = before if mask is None else before & mask
        if allowed is not None:
            scores = scores.masked_fill(~allowed, torch.finfo(scores.dtype).min)
        weights = scores.softmax(-1)
        if mask is not None:
            weights = weights.masked_fill(~allowed, 0)
        means = F.dropout(weights, self.dropout, self.training) @ v
        return self.output(means.transpose(1, 2).flatten(2))
`,
  TimeDistributed: `
class TimeDistributed(nn.Module):
    """Applies a module to every step of a sequence."""

    def __init__(self, layer):
        super().__init__()
        self.layer = layer

    def forward(self, x, mask=None):
        if mask is not None:
            x = finite_where_masked(x, mask.reshape(*mask.shape, *[1] * (x.dim() - 2)))
        y = self.layer(x.flatten(0, 1))
        if isinstance(y, tuple):
            return tuple(self.steps(one, x, mask) for one in y)
        return self.steps(y, x, mask)

    def steps(self, y, x, mask):
        y = y.reshape(*x.shape[:2], *y.shape[1:])
        if mask is None:
            return y
        return torch.where(mask.reshape(*mask.shape, *[1] * (y.dim() - 2)) != 0, y, torch.zeros_like(y))
`,
  Bidirectional: `
class Bidirectional(nn.Module):
    """A module along a sequence, another one against it, and their outputs merged; each may have a state, in and out."""

    def __init__(self, there, back, merge, starts=0):
        super().__init__()
        self.there, self.back, self.merge, self.starts = there, back, merge, starts

    def forward(self, *inputs):
        count = len(inputs) - 2 * self.starts
        sequences, ahead, against = inputs[:count], inputs[count : count + self.starts], inputs[count + self.starts :]
        there = self.there(*sequences, *ahead)
        back = self.back(*(x.flip(1) for x in sequences), *against)
        if isinstance(there, tuple):
            states = (one.flip(1) if one.dim() > 2 else one for one in back[1:])
            return (self.merged(there[0], back[0]), *there[1:], *states)
        return self.merged(there, back)

    def merged(self, there, back):
        back = back.flip(1) if back.dim() > 2 else back
        if self.merge == 'concat':
            return torch.cat([there, back], -1)
        if self.merge == 'multiply':
            return there * back
        return (there + back) / (2 if self.merge == 'average' else 1)
`,
  WeightNorm: `
class WeightNorm(nn.Module):
    """A weight of trained lengths: a parametrization."""

    def __init__(self, axis, outputs):
        super().__init__()
        self.axis = axis
        self.gain = nn.Parameter(torch.ones(outputs))

    def forward(self, weight):
        others = [i for i in range(weight.dim()) if i != self.axis]
        gain = self.gain.reshape([-1 if i == self.axis else 1 for i in range(weight.dim())])
        return weight * (gain / weight.square().sum(others, keepdim=True).sqrt())
`,
  SpectralNorm: `
class SpectralNorm(nn.Module):
    """A weight divided by its largest singular value: a parametrization."""

    def __init__(self, order, outputs, rest, iterations, epsilon):
        super().__init__()
        self.order, self.iterations, self.epsilon = order, iterations, epsilon
        self.register_buffer('left', torch.ones(outputs))
        self.register_buffer('right', torch.ones(rest))

    def unit(self, vector):
        return vector / vector.norm().clamp(min=self.epsilon)

    def forward(self, weight):
        rows = weight.permute(self.order).flatten(1)
        if self.training:
            with torch.no_grad():
                for _ in range(self.iterations):
                    self.left.copy_(self.unit(rows @ self.right))
                    self.right.copy_(self.unit(rows.t() @ self.left))
        return weight / (self.left.clone() @ (rows @ self.right.clone()))
`,
  LowRank: `
class LowRank(nn.Module):
    """A weight to which the product of two small factors is added: a parametrization."""

    def __init__(self, order, shape, rank, scale):
        super().__init__()
        self.order, self.scale = order, scale
        self.a = nn.Parameter(torch.zeros(*shape[:-1], rank))
        self.b = nn.Parameter(torch.zeros(rank, shape[-1]))

    def forward(self, weight):
        return weight + self.scale * (self.a @ self.b).permute(self.order).reshape(weight.shape)
`,
} as const

/** The name of a helper. */
export type Helper = keyof typeof texts

export const helperNames: readonly string[] = Object.keys(texts)

/** Helpers that others call. */
const calls: Partial<Readonly<Record<Helper, Helper>>> = {
  Recurrent: 'finite_where_masked',
  Attention: 'finite_where_masked',
  TimeDistributed: 'finite_where_masked',
}

/** The text of some helpers and of those that they call. */
export const helperTexts = (used: ReadonlySet<Helper>): readonly string[] => {
  const all = new Set<string>([...used].flatMap(name => [name, ...(calls[name] === undefined ? [] : [calls[name]])]))
  return Object.entries(texts).flatMap(([name, text]) => (all.has(name) ? [text.trim()] : []))
}
