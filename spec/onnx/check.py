"""Checks ONNX files with the official checker, and answers of the reference evaluator where there is one.

python3 spec/onnx/check.py FOLDER: every FOLDER/N.onnx is checked, shape inference included. FOLDER/N.json, if there, holds
inputs and expected outputs: [[name, shape, numbers], ...] each. Prints what was done, or fails at the first fault.
"""

import json
import os
import sys

import numpy
import onnx

try:
    from onnx.reference import ReferenceEvaluator
except ImportError:  # before ONNX 1.13
    ReferenceEvaluator = None

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
        if ReferenceEvaluator is None or not os.path.exists(answers):
            continue
        with open(answers) as text:
            inputs, outputs = json.load(text)
        tensor = lambda shape, numbers: numpy.array(numbers, dtype=numpy.float32).reshape(shape)
        found = ReferenceEvaluator(model).run(None, {key: tensor(shape, numbers) for key, shape, numbers in inputs})
        for value, (_, shape, numbers) in zip(found, outputs):
            numpy.testing.assert_allclose(value, tensor(shape, numbers), rtol=1e-3, atol=1e-4)
        evaluated += 1
    except Exception as error:
        sys.exit(f'{name}: {error}')
print(f'checked {checked}' + ('' if ReferenceEvaluator is None else f', evaluated {evaluated}'))
