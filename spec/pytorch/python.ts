import { execFileSync } from 'node:child_process'

// Debian's python3-torch, where it is installed.

const candidates = ['/usr/bin/python3', 'python3']

/** A Python that has PyTorch. */
export const torchPython: string | undefined = candidates.find(python => {
  try {
    execFileSync(python, ['-c', 'import torch, numpy'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
})

/** Runs every case of a folder: outputs, gradients and one step of SGD. */
export const runner = `
import glob, importlib.util, os, sys, traceback
import torch

torch.set_num_threads(1)
for folder in sorted(glob.glob(os.path.join(sys.argv[1], '[0-9]*'))):
    try:
        spec = importlib.util.spec_from_file_location('network', os.path.join(folder, 'network.py'))
        network = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(network)
        path = lambda name: os.path.join(folder, name + '.safetensors')
        data = network.read_safetensors(path('data'))
        many = lambda name: [data[f'{name}{i}'] for i in range(len(data)) if f'{name}{i}' in data]
        for mode in ('inference', 'training'):
            if mode == 'training' and not os.path.exists(os.path.join(folder, 'deterministic')):
                continue
            model = network.load_weights(network.Network(), path('weights'))
            model.train(mode == 'training')
            inputs = [one.clone().requires_grad_(True) for one in many('input')]
            outputs = model(*inputs)
            outputs = outputs if isinstance(outputs, tuple) else (outputs,)
            total = sum((y * c).sum() for y, c in zip(outputs, many('cotangent')))
            if total.requires_grad:
                total.backward()
            result = {f'output{i}': y for i, y in enumerate(outputs)}
            result.update({f'input{i}': x.grad for i, x in enumerate(inputs) if x.grad is not None})
            network.write_safetensors(path(mode), result)
            zero = {name: torch.zeros_like(one) for name, one in model.state_dict().items()}
            zero.update({name: one.grad for name, one in model.named_parameters() if one.grad is not None})
            zero = {name: one for name, one in zero.items() if not name.endswith('num_batches_tracked')}
            network.write_safetensors(path(mode + '-gradients'), zero)
            trained = [one for one in model.parameters() if one.requires_grad]
            if trained:
                torch.optim.SGD(trained, lr=0.1).step()
            network.save_weights(model, path(mode + '-stepped'))
    except Exception:
        with open(os.path.join(folder, 'error'), 'w') as file:
            file.write(traceback.format_exc())
`
