"""Attention, positions, and the blocks of transformers."""

import math

import torch
import torch.nn.functional as F
from torch.nn.utils.stateless import functional_call

from cases import Family, Layer, draw


def weights_of(query, key, value, keys, values, output, bias=True):
    own = {
        "queryWeight": draw(query, keys),
        "keyWeight": draw(key, keys),
        "valueWeight": draw(value, values),
        "outputWeight": draw(values, output),
    }
    biases = {"queryBias": draw(keys), "keyBias": draw(keys), "valueBias": draw(values), "outputBias": draw(output)}
    return {**own, **biases} if bias else own


def attend(query, key, value, own, heads, mask=None):
    """PyTorch's function; `mask` is true where nothing is attended to."""
    biases = [own.get(f"{name}Bias") for name in ["query", "key", "value"]]
    output, _ = F.multi_head_attention_forward(
        query.transpose(0, 1),
        key.transpose(0, 1),
        value.transpose(0, 1),
        query.shape[-1],
        heads,
        None,
        None if biases[0] is None else torch.cat(biases),
        None,
        None,
        False,
        0.0,
        own["outputWeight"].t(),
        own.get("outputBias"),
        attn_mask=mask,
        use_separate_proj_weight=True,
        q_proj_weight=own["queryWeight"].t(),
        k_proj_weight=own["keyWeight"].t(),
        v_proj_weight=own["valueWeight"].t(),
    )
    return output.transpose(0, 1)


def by_einsum(query, key, value, own, heads):
    """Of any sizes, which PyTorch's function does not have."""
    split = lambda x, name: (x @ own[f"{name}Weight"] + own[f"{name}Bias"]).unflatten(-1, (heads, -1))
    q, k, v = split(query, "query"), split(key, "key"), split(value, "value")
    weights = torch.softmax(torch.einsum("bqhd,bkhd->bhqk", q, k) / math.sqrt(q.shape[-1]), -1)
    return torch.einsum("bhqk,bkhd->bqhd", weights, v).flatten(2) @ own["outputWeight"] + own["outputBias"]


def attentions(family):
    for options in [{}, {"bias": None}]:
        family.add(
            Layer("MultiHeadAttention", 2, options),
            [draw(2, 3, 4)],
            {"*": weights_of(4, 4, 4, 4, 4, 4, bias=not options)},
            lambda x, **own: attend(x, x, x, own, 2),
        )
    later = torch.ones(4, 4).triu(1).bool()
    family.add(
        Layer("MultiHeadAttention", 2, {"causal": True}),
        [draw(2, 4, 4)],
        {"*": weights_of(4, 4, 4, 4, 4, 4)},
        lambda x, **own: attend(x, x, x, own, 2, later),
    )
    family.add(
        Layer("MultiHeadAttention", 2),
        [draw(2, 3, 4), draw(2, 5, 3)],
        {"*": weights_of(4, 3, 3, 4, 4, 4)},
        lambda q, k, **own: attend(q, k, k, own, 2),
    )
    family.add(
        Layer("MultiHeadAttention", 1),
        [draw(2, 2, 4), draw(2, 3, 2), draw(2, 3, 5)],
        {"*": weights_of(4, 2, 5, 4, 4, 4)},
        lambda q, k, v, **own: attend(q, k, v, own, 1),
    )
    family.add(
        Layer("MultiHeadAttention", 3, {"keySize": 2, "valueSize": 1, "outputSize": 5}),
        [draw(2, 3, 4), draw(2, 2, 3)],
        {"*": weights_of(4, 3, 3, 6, 3, 5)},
        lambda q, k, **own: by_einsum(q, k, k, own, 3),
    )
    keys = torch.tensor([[1.0, 1, 0], [0, 1, 1]])
    each = torch.tensor([[[1.0, 0, 1], [0, 1, 1]], [[1, 1, 0], [0, 0, 1]]])
    heads = torch.stack([each, 1 - each * torch.tensor([[1.0, 1, 0]])], 1)
    for mask in [keys, each, heads]:
        wide = mask[:, None, None] if mask.dim() == 2 else mask[:, None] if mask.dim() == 3 else mask
        hidden = (wide.expand(2, 2, 2, 3) == 0).reshape(4, 2, 3)
        family.add(
            Layer("MultiHeadAttention", 2, {"mask": True}),
            [draw(2, 2, 4), draw(2, 3, 4), mask.clone()],
            {"*": weights_of(4, 4, 4, 4, 4, 4)},
            lambda q, k, _, hidden=hidden, **own: attend(q, k, k, own, 2, hidden),
            fixed=(2,),
        )
    seeing = torch.tensor([[1.0, 1, 0], [1, 0, 1]])
    hidden = (torch.ones(3, 3).triu(1).bool() | (seeing[:, None] == 0)).repeat_interleave(2, 0)
    family.add(
        Layer("MultiHeadAttention", 2, {"mask": True, "causal": True}),
        [draw(2, 3, 4), seeing],
        {"*": weights_of(4, 4, 4, 4, 4, 4)},
        lambda x, _, **own: attend(x, x, x, own, 2, hidden),
        fixed=(1,),
    )


def positions(family):
    def sinusoids(x, _):
        _, time, features = x.shape
        place = torch.arange(time)[:, None]
        factor = torch.exp(torch.arange(0, features, 2) * (-math.log(10000.0) / features))
        encoding = torch.zeros(time, features)
        encoding[:, 0::2] = torch.sin(place * factor)
        encoding[:, 1::2] = torch.cos(place * factor[: features // 2])
        return x + encoding

    family.add(Layer("PositionalEncoding"), [draw(2, 5, 4)], {}, sinusoids)
    family.add(Layer("PositionalEncoding"), [draw(1, 4, 5)], {}, sinusoids)
    family.add(
        Layer("PositionalEncoding", "learned", {"length": 5}),
        [draw(2, 3, 4)],
        {"*": {"weight": draw(5, 4)}},
        lambda x, weight: x + weight[:3],
    )


def dense(features, units):
    return {"weight": draw(features, units), "bias": draw(units)}


def norm(features):
    return {"gamma": draw(features), "beta": draw(features)}


def attention_state(prefix, own):
    names = ["query", "key", "value"]
    return {
        f"{prefix}.in_proj_weight": torch.cat([own[f"{name}Weight"].t() for name in names]),
        f"{prefix}.in_proj_bias": torch.cat([own[f"{name}Bias"] for name in names]),
        f"{prefix}.out_proj.weight": own["outputWeight"].t(),
        f"{prefix}.out_proj.bias": own["outputBias"],
    }


def rest_state(leaves, block, norms):
    state = {}
    for i in [1, 2]:
        own = leaves[f"{block}/time-distributed-{i}"]
        state[f"linear{i}.weight"], state[f"linear{i}.bias"] = own["weight"].t(), own["bias"]
    for i in range(1, norms + 1):
        own = leaves[f"{block}/layer-norm-{i}"]
        state[f"norm{i}.weight"], state[f"norm{i}.bias"] = own["gamma"], own["beta"]
    return state


def params_of(block, norms, attentions, hidden):
    return {
        **{f"{block}/multi-head-attention-{i + 1}": weights_of(4, 4, 4, 4, 4, 4) for i in range(attentions)},
        **{f"{block}/layer-norm-{i + 1}": norm(4) for i in range(norms)},
        f"{block}/time-distributed-1": dense(4, hidden),
        f"{block}/time-distributed-2": dense(hidden, 4),
    }


def encoders(family):
    block = "transformer-encoder-1"
    for place in ["post", "pre"]:
        for activation, causal, masked in [("relu", False, False), ("gelu", True, False), ("relu", False, True)]:
            module = torch.nn.TransformerEncoderLayer(4, 2, 3, 0.0, activation, 1e-5, True, place == "pre")
            mask = torch.tensor([[1.0, 1, 0], [1, 1, 1]])

            def f(x, *rest, module=module, causal=causal, masked=masked, mask=mask):
                leaves = rest[-1]
                state = {
                    **attention_state("self_attn", leaves[f"{block}/multi-head-attention-1"]),
                    **rest_state(leaves, block, 2),
                }
                later = torch.ones(3, 3).triu(1).bool() if causal else None
                hidden = mask == 0 if masked else None
                return functional_call(module, state, (x, later, hidden))

            options = {
                "hidden": 3, "dropout": 0, "norm": place, "activation": activation, "causal": causal, "mask": masked
            }
            family.add(
                Layer("TransformerEncoder", 4, 2, options),
                [draw(2, 3, 4), mask.clone()] if masked else [draw(2, 3, 4)],
                params_of(block, 2, 1, 3),
                f,
                fixed=(1,) if masked else (),
            )


def decoders(family):
    block = "transformer-decoder-1"
    for place in ["post", "pre"]:
        for masked in [False, True]:
            module = torch.nn.TransformerDecoderLayer(4, 2, 3, 0.0, "relu", 1e-5, True, place == "pre")
            mask = torch.tensor([[1.0, 1, 0, 1], [1, 1, 1, 0]])

            def f(x, memory, *rest, module=module, masked=masked, mask=mask):
                leaves = rest[-1]
                state = {
                    **attention_state("self_attn", leaves[f"{block}/multi-head-attention-1"]),
                    **attention_state("multihead_attn", leaves[f"{block}/multi-head-attention-2"]),
                    **rest_state(leaves, block, 3),
                }
                later = torch.ones(3, 3).triu(1).bool()
                hidden = mask == 0 if masked else None
                return functional_call(
                    module, state, (x, memory), {"tgt_mask": later, "memory_key_padding_mask": hidden}
                )

            family.add(
                Layer("TransformerDecoder", 4, 2, {"hidden": 3, "dropout": 0, "norm": place, "mask": masked}),
                [draw(2, 3, 4), draw(2, 4, 4)] + ([mask.clone()] if masked else []),
                params_of(block, 3, 2, 3),
                f,
                fixed=(2,) if masked else (),
            )


def build():
    family = Family("attention")
    attentions(family)
    positions(family)
    encoders(family)
    decoders(family)
    return family
