"""Writes what PyTorch computes for the layers that it has as well: outputs, and gradients of inputs and parameters.

Run by hand, with PyTorch 1.13 or later: python3 spec/peers/generate.py
"""

import torch

import attention
import convolution
import merge
import normalization
import recurrent

for family in [attention, convolution, merge, normalization, recurrent]:
    torch.manual_seed(1)
    family.build().write()
