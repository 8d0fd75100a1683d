// The script that trains the module, on one process or several.

/** The loss that fits a network whose last layer has this kind. */
export const lossFor = (kind: string): string =>
  kind === 'Softmax' ? 'probabilities' : kind === 'LogSoftmax' ? 'log-probabilities' : 'mse'

/** The text of `train.py`. */
export const writeScript = (name: string, loss: string): string => `"""Trains the network, on one process or several:

    torchrun --nproc_per_node=2 train.py --inputs x.npy --targets y.npy --epochs 3

Needs network.py and weights.safetensors beside it. Writes trained.safetensors in the same layout.
"""
import argparse
import os

import numpy
import torch
import torch.distributed as dist
import torch.nn.functional as F
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DataLoader, DistributedSampler, TensorDataset

from network import ${name}, load_weights, read_safetensors, save_weights

LOSSES = {
    'mse': lambda y, t: F.mse_loss(y, t.reshape(y.shape)),
    # Targets are ids of classes.
    'cross-entropy': lambda y, t: F.cross_entropy(y, t.long().flatten()),
    'probabilities': lambda y, t: F.nll_loss(y.clamp(min=1e-7).log(), t.long().flatten()),
    'log-probabilities': lambda y, t: F.nll_loss(y, t.long().flatten()),
}


def read(place):
    """A .npy file, or a tensor of a .safetensors file: data.safetensors:x."""
    path, _, name = place.partition('.safetensors:')
    return read_safetensors(f'{path}.safetensors')[name] if name else torch.from_numpy(numpy.load(path)).float()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--inputs', nargs='+', required=True, help='.npy, or .safetensors:NAME')
    parser.add_argument('--targets', required=True, help='the same')
    parser.add_argument('--weights', default='weights.safetensors')
    parser.add_argument('--out', default='trained.safetensors')
    parser.add_argument('--loss', choices=sorted(LOSSES), default='${loss}')
    parser.add_argument('--optimizer', choices=('SGD', 'Adam', 'AdamW'), default='SGD')
    parser.add_argument('--lr', type=float, default=0.01)
    parser.add_argument('--epochs', type=int, default=1)
    parser.add_argument('--batch-size', type=int, default=32, help='of all processes together')
    parser.add_argument('--seed', type=int, default=0)
    given = parser.parse_args()

    # torchrun tells the processes of one another.
    processes = int(os.environ.get('WORLD_SIZE', 1))
    if processes > 1:
        dist.init_process_group('gloo')
    rank = dist.get_rank() if processes > 1 else 0
    torch.manual_seed(given.seed + rank)

    model = load_weights(${name}(), given.weights)
    # Statistics of batches stay those of each process.
    trained = DistributedDataParallel(model, broadcast_buffers=False) if processes > 1 else model
    data = TensorDataset(*(read(place) for place in given.inputs), read(given.targets))
    sampler = DistributedSampler(data, seed=given.seed) if processes > 1 else None
    batches = DataLoader(data, max(1, given.batch_size // processes), sampler=sampler, shuffle=sampler is None)
    parameters = [one for one in model.parameters() if one.requires_grad]
    optimizer = getattr(torch.optim, given.optimizer)(parameters, lr=given.lr)

    trained.train()
    for epoch in range(given.epochs):
        if sampler is not None:
            sampler.set_epoch(epoch)
        total = 0.0
        for *inputs, targets in batches:
            optimizer.zero_grad()
            loss = LOSSES[given.loss](trained(*inputs), targets)
            loss.backward()
            optimizer.step()
            total += loss.item()
        if rank == 0:
            print(f'epoch {epoch + 1}: loss {total / max(1, len(batches)):.6f}', flush=True)
    if rank == 0:
        save_weights(model, given.out)
    if processes > 1:
        dist.destroy_process_group()


if __name__ == '__main__':
    main()
`
