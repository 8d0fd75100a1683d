"""Trains with a training step as an ONNX file, from the values that it holds: each step gets what the one before gave.

python3 spec/onnx/train.py MODULE FOLDER: for every FOLDER/N.onnx, FOLDER/N.json holds the examples and draws of each step,
{name: [shape, numbers]}. MODULE is onnxruntime, or onnx.reference,
which also checks the files. Prints what the last step gave as JSON, a line for each file.
"""

import json
import os
import sys

import numpy

module, folder = sys.argv[1:]
if module == 'onnxruntime':
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    load = lambda file: onnxruntime.InferenceSession(file, options)
    names = lambda session: [output.name for output in session.get_outputs()]
else:
    import onnx
    from evaluator import evaluator

    def load(file):
        model = onnx.load(file)
        onnx.checker.check_model(model, full_check=True)
        return evaluator(model)

    names = lambda session: session.output_names

for i in range(len(os.listdir(folder)) // 2):
    session = load(os.path.join(folder, f'{i}.onnx'))
    with open(os.path.join(folder, f'{i}.json')) as text:
        steps = json.load(text)
    state = {}
    for step in steps:
        given = {name: numpy.array(numbers, dtype=numpy.float32).reshape(shape) for name, (shape, numbers) in step.items()}
        found = dict(zip(names(session), session.run(None, {**state, **given})))
        state = {name[5:]: value for name, value in found.items() if name.startswith('next/')}
    print(json.dumps({name: [list(value.shape), value.ravel().tolist()] for name, value in found.items()}))
