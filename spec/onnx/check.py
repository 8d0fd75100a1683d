"""Checks ONNX files with the official checker, and evaluates them with the reference evaluator where there is one.

python3 spec/onnx/check.py FOLDER: every FOLDER/N.onnx is checked, shape inference included. FOLDER/N.json, if there, holds
inputs and expected outputs: [[name, shape, numbers], ...] each. Prints what was done, or fails at the first fault.
"""

import json
import os
import sys

import numpy
import onnx

try:
    from evaluator import evaluator
except ImportError:  # before ONNX 1.13
    evaluator = None


def evaluate(model, answers):
    with open(answers) as text:
        inputs, outputs = json.load(text)
    tensor = lambda shape, numbers: numpy.array(numbers, dtype=numpy.float32).reshape(shape)
    given = {name: tensor(shape, numbers) for name, shape, numbers in inputs}
    found = evaluator(model).run([name for name, _, _ in outputs], given)
    for value, (name, shape, numbers) in zip(found, outputs):
        wanted = tensor(shape, numbers)
        assert value.shape == wanted.shape, f'{name} of shape {value.shape}, not {wanted.shape}'
        scale = max(1, numpy.abs(wanted[numpy.isfinite(wanted)]).max(initial=0))
        numpy.testing.assert_allclose(value, wanted, rtol=0, atol=1e-4 * scale, err_msg=name)


folder = sys.argv[1]
checked = evaluated = 0
for name in sorted(os.listdir(folder)):
    if not name.endswith('.onnx'):
        continue
    file = os.path.join(folder, name)
    try:
        model = onnx.load(file)
        onnx.checker.check_model(model, full_check=True)
        checked += 1
        answers = file[:-5] + '.json'
        if evaluator is not None and os.path.exists(answers):
            evaluate(model, answers)
            evaluated += 1
    except Exception as error:
        sys.exit(f'{name}: {type(error).__name__}: {error}')
print(f'checked {checked}' + ('' if evaluator is None else f', evaluated {evaluated}'))
