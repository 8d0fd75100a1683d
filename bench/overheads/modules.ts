import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join as path } from 'node:path'
import { pathToFileURL } from 'node:url'
import {
  type BackendOption,
  Convolution,
  compile,
  Dropout,
  Input,
  init,
  join,
  key,
  type Layer,
  MaxPooling,
  Relu,
  Reshape,
  Softmax,
} from '../../src/index.ts'
import { toModule } from '../../src/storage.ts'
import { draws } from '../contenders/inputs.ts'
import type { Step } from '../contenders/protocol.ts'

// A network as a module beside the same network compiled.

interface Model {
  readonly network: () => Layer
  readonly input: readonly number[]
}
const models: Readonly<Record<string, Model>> = {
  mlp: { network: () => join(Input(784), Relu(128), Softmax(10)), input: [784] },
  // What npm start trains.
  digits: {
    network: () =>
      join(
        ...[Input([28, 28, 1]), Convolution([3, 3, 16]), Relu(), MaxPooling([2, 2]), Convolution([3, 3, 32]), Relu()],
        ...[Reshape(), Dropout(0.4), Softmax(10)],
      ),
    input: [28, 28, 1],
  },
}

/** A prediction of the module and of the compiled network, for a work such as `mlp-b32`. */
export const predictions = async (work: string, backend: BackendOption): Promise<readonly [Step, Step]> => {
  const [name = '', batch] = work.split('-b')
  const { network: make, input } = models[name] as Model
  const network = make()
  const variables = init(network, key(0))
  const x = draws(1, [Number(batch), ...input])
  const folder = await mkdtemp(path(tmpdir(), 'joinery-bench-'))
  const file = path(folder, 'network.mjs')
  await writeFile(file, toModule(network, variables).source)
  const { predict } = (await import(pathToFileURL(file).href)) as { predict: (x: Float32Array) => Float32Array }
  await rm(folder, { recursive: true })
  const model = compile(network, variables, { backend })
  return [
    () => predict(x.data),
    async () => {
      const output = (await model(x)) as unknown as { data(): Promise<unknown>; dispose(): void }
      await output.data()
      output.dispose()
    },
  ]
}
