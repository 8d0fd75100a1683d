"""PyTorch at the works of the benchmark: "ready" when it is set up, then for each line read the milliseconds of a step."""

import sys
import time

import torch
from torch import nn

import functions
import generating
import gpt
import objectives
import operations
import steps

THREADS = 2


class LastStep(nn.Module):
    """An LSTM whose last output goes on."""

    def __init__(self, features: int, hidden: int):
        super().__init__()
        self.lstm = nn.LSTM(features, hidden, batch_first=True)

    def forward(self, x):
        return self.lstm(x)[0][:, -1]


def mlp():
    model = nn.Sequential(
        nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 512), nn.ReLU(), nn.Linear(512, 10)
    )
    return model, torch.randn(128, 784), 128


def cnn():
    model = nn.Sequential(
        nn.Conv2d(1, 32, 3), nn.ReLU(), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(64 * 12 * 12, 128), nn.ReLU(), nn.Linear(128, 10),
    )
    return model, torch.randn(64, 1, 28, 28), 64


def lstm():
    return nn.Sequential(LastStep(32, 64), nn.Linear(64, 10)), torch.randn(32, 40, 32), 32


def tiny():
    return nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 3)), torch.randn(16, 4), 16


def training(make):
    model, x, batch = make()
    y = torch.randint(0, model[-1].out_features, (batch,))
    # A loss that can become 0 would leave vanishing numbers to compute with.
    loss = nn.CrossEntropyLoss(label_smoothing=0.1)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.001, eps=1e-7)

    def step():
        optimizer.zero_grad(set_to_none=True)
        loss(model(x), y).backward()
        optimizer.step()

    return step


def convolved(inputs: int, outputs: int, size: int, stride: int, relu: bool):
    layers = [
        nn.Conv2d(inputs, outputs, size, stride, padding=size // 2, bias=False),
        nn.BatchNorm2d(outputs),
    ]
    return nn.Sequential(*layers, *([nn.ReLU(inplace=True)] if relu else []))


class Bottleneck(nn.Module):
    def __init__(self, inputs: int, width: int, stride: int, project: bool):
        super().__init__()
        self.inner = nn.Sequential(
            convolved(inputs, width, 1, 1, True),
            convolved(width, width, 3, stride, True),
            convolved(width, 4 * width, 1, 1, False),
        )
        self.short = convolved(inputs, 4 * width, 1, stride, False) if project else nn.Identity()

    def forward(self, x):
        return torch.relu(self.inner(x) + self.short(x))


def resnet50_model():
    blocks, inputs = [], 64
    for stage, count in enumerate([3, 4, 6, 3]):
        for i in range(count):
            width = 64 * 2**stage
            blocks.append(Bottleneck(inputs, width, 2 if i == 0 and stage > 0 else 1, i == 0))
            inputs = 4 * width
    return nn.Sequential(
        convolved(3, 64, 7, 2, True), nn.MaxPool2d(3, 2, 1), *blocks,
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(inputs, 1000), nn.Softmax(1),
    ).eval()


def resnet50(batch: int):
    model = resnet50_model()
    x = torch.randn(batch, 3, 224, 224)

    def step():
        with torch.inference_mode():
            model(x)

    return step


WORKS = {
    "train-mlp": lambda: training(mlp),
    "train-cnn": lambda: training(cnn),
    "train-lstm": lambda: training(lstm),
    "train-tiny": lambda: training(tiny),
    "pinn": functions.pinn,
    "maml": functions.maml,
    "generate": generating.generate,
    "gpt": gpt.train,
    "vae": objectives.vae,
    "gan": objectives.gan,
    **{name: lambda compute=compute: operations.on(compute) for name, compute in operations.WORKS.items()},
    "resnet50-b1": lambda: resnet50(1),
    "resnet50-b16": lambda: resnet50(16),
}


def export(work: str, path: str):
    """Writes a training step, or ResNet-50 with its batch left open."""
    if work.startswith("train"):
        steps.export(work, path)
        return
    torch.onnx.export(
        resnet50_model(), torch.randn(1, 3, 224, 224), path, opset_version=13, input_names=["x"],
        output_names=["y"], dynamic_axes={"x": {0: "batch"}, "y": {0: "batch"}},
    )


def main():
    torch.set_num_threads(THREADS)
    torch.manual_seed(0)
    if sys.argv[1] == "export":
        export(sys.argv[2], sys.argv[3])
        return
    step = WORKS[sys.argv[1]]()
    start = time.perf_counter()
    warmed = 0
    while warmed < 3 or time.perf_counter() - start < 0.5:
        step()
        warmed += 1
    start = time.perf_counter()
    for _ in range(3):
        step()
    # Rounds of about half a second.
    each = (time.perf_counter() - start) / 3
    count = max(1, round(0.5 / each))
    print("ready", flush=True)
    for _ in sys.stdin:
        start = time.perf_counter()
        for _ in range(count):
            step()
        print((time.perf_counter() - start) / count * 1000, flush=True)


main()
