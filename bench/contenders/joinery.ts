import {
  apply,
  type BackendOption,
  compile,
  compileTraining,
  generate,
  gpt,
  init,
  key,
  type Layer,
  type Variables,
} from '../../src/index.ts'
import { isFunction, stepOf } from './functions.ts'
import { batches, draws, type Numbers } from './inputs.ts'
import { networkOf, rule } from './networks.ts'
import { isByRules, ruleStepOf } from './objectives.ts'
import { isOperation, operationOf } from './operations.ts'
import { type Step, serve, serveTimes } from './protocol.ts'
import { resnet50 } from './resnet50.ts'

const training = async (
  network: Layer,
  backend: BackendOption,
  batch: { x: Numbers; y: Numbers },
  variables: Variables = init(network, key(0)),
) => {
  const step = compileTraining(network, rule(backend))
  let state = await step.init(variables, key(1))
  return async () => {
    const [next, report] = await step(state, batch)
    state = next
    return report
  }
}

const applying = (): Step => {
  const network = networkOf('train-tiny')
  const variables = init(network, key(0))
  const { data, shape } = draws(1, [1, 4])
  const x = { data, shape }
  return () => {
    const output = apply(network, variables, x).output as unknown as { dataSync(): unknown; dispose(): void }
    output.dataSync()
    output.dispose()
  }
}

const inference = (rows: number, backend: BackendOption): Step => {
  const network = resnet50()
  const model = compile(network, init(network, key(0)), { backend })
  const x = draws(1, [rows, 224, 224, 3])
  return async () => {
    const output = (await model(x)) as unknown as { data(): Promise<unknown>; dispose(): void }
    await output.data()
    output.dispose()
  }
}

/** 256 tokens after one, each drawn. */
const generation = (backend: BackendOption): Step => {
  const network = gpt({ vocabulary: 65, length: 256, dropout: 0 })
  const variables = init(network, key(0))
  return async () => {
    const tokens = await generate(network, variables, [[1]], { length: 256, key: key(1), backend })
    tokens.dispose()
  }
}

/** From a rule to the first step that can run: the first step's time without that of the second. */
const compilation = async (
  network: Layer,
  backend: BackendOption,
  batch: { x: Numbers; y: Numbers },
  variables: Variables,
) => {
  const start = performance.now()
  const step = await training(network, backend, batch, variables)
  await step()
  const first = performance.now() - start
  const again = performance.now()
  await step()
  return first - (performance.now() - again)
}

const [engine = 'tfjs', work = 'train-mlp'] = process.argv.slice(2)
const backend = engine.replace('tfjs-cpu', 'tfjs') as BackendOption
const batchOf = (name: string) => (batches[name] as () => { x: Numbers; y: Numbers })()
const compiling = async (network: Layer, name: string): Promise<void> => {
  const variables = init(network, key(0))
  await serveTimes(() => compilation(network, backend, batchOf(name), variables))
}
if (work === 'apply-tiny') await serve(applying())
else if (work === 'generate') await serve(generation(backend))
else if (isFunction(work)) await serve(stepOf(work, backend))
else if (isByRules(work)) await serve(await ruleStepOf(work, backend))
else if (isOperation(work)) await serve(operationOf(work, backend))
else if (work === 'compile-mlp') await compiling(networkOf('train-mlp'), 'train-mlp')
else if (work === 'compile-resnet50') await compiling(resnet50(), 'resnet50')
else if (work.startsWith('resnet50')) await serve(inference(Number(work.slice('resnet50-b'.length)), backend))
else await serve(await training(networkOf(work), backend, batchOf(work)))
